"""docs/api/ does what it says: the program of every page runs as it stands."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from house import House

PAGES = sorted((Path(__file__).parents[2] / "docs" / "api").glob("*.md"))
#: The number that the pages write to; a test's phones have others.
SHOWN = "4915112345678"


def programs(page: Path) -> list[str]:
    """Its pieces of Python."""
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


def test_every_page_of_a_noun_has_a_program() -> None:
    assert [page.stem for page in PAGES if page.stem != "README" and not programs(page)] == []
    index = (PAGES[0].parent / "README.md").read_text()
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.parametrize("page", [page for page in PAGES if programs(page)], ids=lambda page: page.stem)
async def test_the_program_of_a_page_runs(house: House, page: Path) -> None:
    await house.link("office")
    friend = await house.simulator.phone("Friend")
    for program in programs(page):
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program.replace(SHOWN, friend.phone),
            env={**os.environ, "HOLDFAST_DATA": str(house.place.data)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
        assert running.returncode == 0, said.decode()
        assert "Traceback" not in said.decode()
