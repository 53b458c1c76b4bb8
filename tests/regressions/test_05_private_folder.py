"""Nobody but its owner reads the data folder, and a link that opens everything is never kept in a file."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from holdfast.lab import Simulator
from house import House
from terminal import Terminal


def modes(folder: Path) -> Iterator[tuple[Path, int]]:
    """Everything below a folder in which programs write, rename and remove, with its mode."""
    for below, folders, files in os.walk(folder):
        for path in (Path(below), *(Path(below, name) for name in (*folders, *files))):
            with suppress(FileNotFoundError):  # gone since it was listed
                yield path, path.lstat().st_mode


def open_to_others(folder: Path) -> list[str]:
    """What others could read, were they let into the folder."""
    return sorted(f"{path} {mode & 0o777:o}" for path, mode in modes(folder) if mode & 0o077)


def holding(folder: Path, text: bytes) -> list[Path]:
    """The files below a folder in which this stands."""
    found = []
    for path, mode in modes(folder):
        with suppress(FileNotFoundError):
            if stat.S_ISREG(mode) and text in path.read_bytes():
                found.append(path)
    return found


async def test_a_detached_start_leaves_nothing_for_others(tmp_path: Path, simulator: Simulator) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    terminal = Terminal(data, HOLDFAST_LAB=str(simulator.trust_file))
    terminal.umask = 0o022
    try:
        out = await terminal.type("up", "--detach")
        token = re.search(r"/login\?token=([\w-]+)", out)
        assert token, out
        assert holding(data, token[1].encode()) == []
        assert open_to_others(data) == []
    finally:
        await terminal.type("down")


async def test_standard_output_that_is_kept_gets_no_link(tmp_path: Path, simulator: Simulator) -> None:
    terminal = Terminal(tmp_path / "data", HOLDFAST_LAB=str(simulator.trust_file))
    terminal.output = tmp_path / "output"
    try:
        await terminal.type("up", "--detach")
        assert "dashboard" in terminal.output.read_text()
        assert "token=" not in terminal.output.read_text()
    finally:
        await terminal.type("down")


async def test_what_gateway_and_engine_make_is_private(house: House) -> None:
    await house.link("taxi")
    assert open_to_others(house.place.data / "sessions") == []
    assert open_to_others(house.place.data / "run") == []
    assert stat.S_IMODE(house.place.data.stat().st_mode) == 0o700


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    yield folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777


async def test_a_folder_that_everybody_uses_is_refused(shared: Path) -> None:
    out = await Terminal(shared).type("up", "--lab", "--no-dashboard", code=2)
    assert "Next step" in out


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    from holdfast.kit import private

    with pytest.raises(private.NotPrivate, match="another user"):
        private.folder(tmp_path)


@pytest.mark.parametrize("program", ["holdfast.cli", "holdfast.app", "holdfast.dashboard"])
async def test_every_program_closes_its_files_first(program: str, tmp_path: Path) -> None:
    script = f"""
import os, runpy, sys
os.umask(0o022)
sys.argv = [{program!r}, "--help"]
try:
    runpy.run_module({program!r}, run_name="__main__", alter_sys=True)
except SystemExit:
    pass
print("umask", oct(os.umask(0)))
"""
    terminal = Terminal(tmp_path / "data")
    assert "umask 0o77" in await terminal.run(sys.executable, "-c", script)
