"""A data folder may have any name: what is private lies in it, and nowhere beside it."""

from pathlib import Path

import pytest

from holdfast.lab import Simulator
from house import running_house


@pytest.mark.parametrize("name", ["what?mode=memory", "100%", "a#b", "a%3Fb", "with space", "ünï"])
async def test_everything_lies_in_the_folder(tmp_path: Path, simulator: Simulator, name: str) -> None:
    async with running_house(tmp_path / name, simulator) as house:
        await house.ask("PUT", "/v1/sessions/taxi", 201)
        database = house.place.data / "holdfast.db"
        assert database.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in tmp_path.iterdir()] == [name]
    assert {it.name for it in (tmp_path / name).iterdir()} <= {"data", "master.key"}
