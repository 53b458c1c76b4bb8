"""`holdfast dashboard` and `holdfast dashboard-link`: the page, and a way into it."""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from holdfast.cli.network import reach
from holdfast.cli.pictures import show_code
from holdfast.cli.run import client
from holdfast.cli.screen import plain, say
from holdfast.client import data_folder


def serve(data: Path | None, gateway: str | None, host: str, port: int) -> NoReturn:
    """Become the dashboard: nothing of the command line stays in its process."""
    folder = (data or data_folder()).expanduser().absolute()
    words = ["-m", "holdfast.dashboard", "--data", str(folder), "--host", host, "--port", str(port)]
    words += ["--gateway", gateway] if gateway else []
    os.execv(sys.executable, [sys.executable, *words])


async def link(data: Path | None) -> int:
    """Print a link that logs one browser in, once."""
    async with client(data) as gateway:
        made = await gateway.dashboard_link()
    place, open_to_others = address(data)
    plain(place + made.path)
    say("[bright_black]It logs one browser in, once, within 15 minutes.[/]")
    if open_to_others:
        show_code(place + made.path)
    return 0


def address(data: Path | None) -> tuple[str, bool]:
    """Where the dashboard of this data folder is reached, and whether others than this machine reach it.

    Where none has said so, it is where one listens by default.
    """
    folder = (data or data_folder()).expanduser().absolute()
    try:
        told = urlsplit(json.loads((folder / "run" / "dashboard.json").read_text())["url"])
        found = reach(told.hostname or "", told.scheme == "https")
        return found.url(told.port or 4000), found.open
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "http://127.0.0.1:4000", False
