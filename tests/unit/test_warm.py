"""What starts warm is what starts cold: same words, same exit code, and kill -9 ends it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

import warm
from holdfast.keeper import alive

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
