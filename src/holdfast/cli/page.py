"""`holdfast dashboard-link`: a way into the page."""

import json
from pathlib import Path

from holdfast.cli.run import client
from holdfast.cli.screen import plain, say
from holdfast.client import data_folder


async def link(data: Path | None) -> int:
    """Print a link that logs one browser in, once."""
    folder = (data or data_folder()).expanduser().absolute()
    async with client(data) as gateway:
        made = await gateway.dashboard_link()
    plain(_address(folder) + made.path)
    say("[bright_black]It logs one browser in, once, within 15 minutes.[/]")
    return 0


def _address(folder: Path) -> str:
    """Where the dashboard of this data folder said that it listens; else where one listens by default."""
    try:
        return str(json.loads((folder / "run" / "dashboard.json").read_text())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return "http://127.0.0.1:4000"
