"""What starts warm is what starts cold: same words, same exit code, and kill -9 ends it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

import warm
from holdfast.keeper import Ended, Keeper, KeeperFact, Place, Started, alive

pytestmark = pytest.mark.long

BOT = """
import os, sys
print(os.environ["SHOP"], os.getcwd(), sys.path[0], file=sys.stderr, flush=True)
sys.exit(7)
"""


async def test_its_words_and_its_end_are_those_of_a_cold_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = {**os.environ, "HOLDFAST_DATA": str(tmp_path / "nowhere"), "NO_COLOR": "1"}
    for words in (["--version"], ["status"], ["nonsense"], ["send", "--help"]):
        argv = ("holdfast.cli", *words)
        hot = await warm.start(*argv, env=env, stdout=PIPE, stderr=PIPE)
        cold = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *argv), env=env, stdout=PIPE, stderr=PIPE
        )
        assert await hot.communicate() == await cold.communicate()
        assert hot.returncode == cold.returncode


async def test_environment_and_folder_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(BOT)
    env = {**os.environ, "SHOP": "Adler"}
    process = await warm.start("holdfast.cli", "bot", "run", "shop.py", env=env, stderr=PIPE)
    _, err = await process.communicate()
    assert err.decode() == f"Adler {tmp_path} {tmp_path}\n"
    assert process.returncode == 7


async def test_it_can_be_killed(tmp_path: Path) -> None:
    file = tmp_path / "endless.py"
    file.write_text("import os, sys, time\nprint(os.getpid(), file=sys.stderr, flush=True)\ntime.sleep(9999)")
    process = await warm.start("holdfast.cli", "bot", "run", str(file), env=os.environ, stderr=PIPE)
    assert process.stderr is not None
    assert int(await process.stderr.readline()) == process.pid
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    assert not alive(process.pid)
    process.kill()  # nobody is hit


async def test_what_is_kept_running_starts_warm_each_time(tmp_path: Path) -> None:
    file = tmp_path / "endless.py"
    file.write_text("import time\ntime.sleep(9999)")
    told: asyncio.Queue[KeeperFact] = asyncio.Queue()
    keeper = Keeper(told.put_nowait)
    place = Place(tmp_path, "127.0.0.1", 0, 0, None)
    with warm.kept_programs():
        await keeper.start(place.program("bot", "-m", "holdfast.cli", "bot", "run", str(file)))
        first = await told.get()
        assert isinstance(first, Started)
        os.kill(first.pid, signal.SIGKILL)
        ended, second = await told.get(), await told.get()
        assert isinstance(ended, Ended)
        assert ended.code == -signal.SIGKILL
        assert isinstance(second, Started)
        assert second.pid != first.pid
        assert b"warm_server" in Path(f"/proc/{second.pid}/cmdline").read_bytes()
        await keeper.stop()
    assert not alive(second.pid)
