"""The keeper with real processes: what dies comes back, what refuses says why, what is stopped is gone."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from holdfast.keeper import (
    Ended,
    Keeper,
    KeeperFact,
    Program,
    Started,
    alive,
    gone,
    last_line,
    restart_delay_s,
)


def program(tmp_path: Path, script: str) -> Program:
    return Program("child", [sys.executable, "-c", script], dict(os.environ), tmp_path / "child.log")


async def until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 60)


async def test_a_killed_program_is_started_again_at_once_and_stop_ends_it(tmp_path: Path) -> None:
    facts: list[KeeperFact] = []
    twice = asyncio.Event()

    def tell(fact: KeeperFact) -> None:
        facts.append(fact)
        if isinstance(fact, Started) and fact.again:
            twice.set()

    keeper = Keeper(tell)
    await keeper.start(program(tmp_path, "import time; time.sleep(60)"))
    first = keeper.pid("child")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(twice)
    second = keeper.pid("child")
    assert second not in {None, first}
    ended = next(fact for fact in facts if isinstance(fact, Ended))
    assert (ended.code, ended.delay_s) == (-signal.SIGKILL, 0.0)
    await keeper.stop()
    assert second is not None
    assert not alive(second)
    assert keeper.pid("child") is None


async def test_a_program_that_refuses_is_not_started_again_and_its_line_is_passed_on(tmp_path: Path) -> None:
    keeper = Keeper()
    await keeper.start(program(tmp_path, "import sys; print('busy. Next step: x'); sys.exit(4)"))
    refused = await asyncio.wait_for(keeper.refused(), 60)
    assert (refused.code, refused.line) == (4, "busy. Next step: x")
    await keeper.stop()


async def test_a_deaf_program_is_killed_in_the_end(tmp_path: Path) -> None:
    deafen = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = f"import signal, time; {deafen}; print('up', flush=True); time.sleep(60)"
    deaf = program(tmp_path, script)
    keeper = Keeper()
    await keeper.start(deaf)
    pid = keeper.pid("child")
    async with asyncio.timeout(60):
        while "up" not in deaf.log.read_text():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    await keeper.stop(grace_s=0.2)
    assert pid is not None
    assert await gone(pid, 60)


def test_restarts_wait_longer_and_longer_up_to_ten_seconds() -> None:
    assert [restart_delay_s(n) for n in (0, 1, 2, 3)] == [0, 0, 0.25, 0.5]
    assert restart_delay_s(100) == 10


def test_the_last_line_is_readable() -> None:
    assert last_line("a\nb\n\n") == "b"
    assert last_line('x\n{"event": "gateway.refused", "error": "Port taken."}\n') == "Port taken."
    assert last_line('{"event": "gateway.stopped"}') == "gateway.stopped"
    assert last_line("") == ""
    group = "  +-+------- 1 -------\n    | ValueError: no such table\n    +-------------\n"
    assert last_line(group) == "ValueError: no such table"
