"""The engine as a process: started detached, its refusal told in its own words, ended by the frozen frame."""

import fcntl
import os
import time
from pathlib import Path

import pytest

from holdfast.engine import EngineProcess, EngineProgram, running, stop
from holdfast.engine.process import addresses
from holdfast.model.errors import EngineUnreachable


def program(folder: Path, script: str) -> EngineProcess:
    """An engine that is a shell script."""
    binary = folder / "engine"
    binary.write_text("#!/bin/sh\n" + script)
    binary.chmod(0o700)
    return EngineProcess(EngineProgram(binary, folder / "data"))


def ended(process: EngineProcess) -> EngineUnreachable:
    deadline = time.monotonic() + 60
    while process.refusal is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process.refusal


@pytest.mark.parametrize(
    ("script", "message", "step"),
    [
        (
            "echo 'the disk is full; next step: free some space' >&2; exit 1",
            "the disk is full",
            "Free some space.",
        ),
        ("""echo '{"level":"ERROR","msg":"x","error":"no room"}'; exit 1""", "no room", "engine.log."),
        ("""echo '{"level":"WARN","msg":"engine.lab_mode"}'; exit 4""", "exit code 4", "engine.log."),
        ("echo 'started'; kill -9 $$", "signal 9", "engine.log."),
        ("exit 3", "exit code 3", "engine.log."),
    ],
)
def test_why_it_refused(tmp_path: Path, script: str, message: str, step: str) -> None:
    process = program(tmp_path, script)
    process.start()
    refusal = ended(process)
    assert message in refusal.message
    assert refusal.next_step.endswith(step)
    assert process.child_pid is None


def test_words_of_an_earlier_engine_are_not_repeated(tmp_path: Path) -> None:
    process = program(tmp_path, "exit 1")
    process.program.log.parent.mkdir(parents=True)
    process.program.log.write_text("the last one said this\n")
    process.start()
    assert "the last one" not in str(ended(process))


def test_it_runs_detached_and_never_sees_a_key(tmp_path: Path) -> None:
    process = program(tmp_path, f'echo "$0 $@" > {tmp_path}/argv; exec sleep 30')
    process.start()
    pid = process.child_pid
    assert pid is not None
    try:
        assert os.getsid(pid) == pid  # a session of its own: the terminal's Ctrl+C does not reach it
        deadline = time.monotonic() + 60
        while not (tmp_path / "argv").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        while not (argv := (tmp_path / "argv").read_text().split()):
            time.sleep(0.01)
        assert argv[1:] == ["serve", "--data", str(tmp_path / "data")]
    finally:
        os.kill(pid, 9)
        ended(process)


def test_a_program_that_cannot_be_run(tmp_path: Path) -> None:
    process = EngineProcess(EngineProgram(tmp_path / "nothing", tmp_path / "data", Path("/trust.json")))
    assert process.program.argv[-2:] == ["--lab", "/trust.json"]
    with pytest.raises(EngineUnreachable, match="cannot be started"):
        process.start()


def test_where_an_engine_may_listen(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    assert addresses(tmp_path) == [run / "engine.sock"]
    (run / "engine.addr").write_text(f"{run}/engine.sock\n")
    assert addresses(tmp_path) == [run / "engine.sock"]
    (run / "engine.addr").write_text("/run/user/1/x/engine.sock\n")
    assert addresses(tmp_path) == [Path("/run/user/1/x/engine.sock"), run / "engine.sock"]


def test_who_holds_the_folder_runs(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert not running(tmp_path)
    lock = os.open(tmp_path / "run" / "engine.lock", os.O_CREAT | os.O_RDWR)
    assert not running(tmp_path)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert running(tmp_path)
    os.close(lock)
    assert not running(tmp_path)


def test_nothing_to_stop(tmp_path: Path) -> None:
    assert stop(tmp_path, "test") is False


def test_an_engine_that_does_not_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    lock = os.open(tmp_path / "run" / "engine.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with pytest.raises(EngineUnreachable, match="did not end"):
            stop(tmp_path, "test", grace_s=0.1)
    finally:
        os.close(lock)
