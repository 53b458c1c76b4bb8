"""A disk that takes nothing ends no program; it is said wherever that is still possible."""

import asyncio
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from holdfast.keeper import Keeper, KeeperFact, Place, Program, Started
from holdfast.kit import logging
from holdfast.kit.rotation import rotate
from holdfast.lab import Simulator
from house import House
from terminal import Terminal


@contextmanager
def nothing_can_be_written(pid: int) -> Iterator[None]:
    """No file of this process may grow, whatever it is: what a full disk does."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_the_gateway_serves_on_says_so_and_recovers(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    terminal = Terminal(house.place.data)
    assert house.process is not None

    async def troubled() -> bool:
        return (await house.ask("GET", "/v1/system"))["trouble"] is not None

    with nothing_can_be_written(house.process.pid):
        await guest.say(number, "meanwhile")
        await house.until(troubled, "no trouble was told")
        assert "disk" in await terminal.type("status", code=8)
        await house.ask("PUT", "/v1/sessions/other", 503)
        assert house.process.returncode is None
    await house.received("meanwhile")

    async def over() -> bool:
        return not await troubled() and '"event": "logging.lines_lost"' in house.log.read_text()

    await house.until(over, "it does not say that it is over")


async def test_a_log_that_takes_nothing_is_no_reason_not_to_start(
    tmp_path: Path, simulator: Simulator
) -> None:
    place = Place(tmp_path / "data", "127.0.0.1", 0, 0, simulator.trust_file, tmp_path / "master.key")
    with Path("/dev/full").open("wb") as full:
        gateway = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.app"), env=dict(place.environment()), stderr=full
        )
    announced = place.data / "run" / "gateway.json"
    try:
        async with asyncio.timeout(60):
            while not announced.exists():
                assert gateway.returncode is None
                await asyncio.sleep(0.05)
    finally:
        gateway.terminate()
        assert await gateway.wait() == 0
        await place.stop_engine()


async def test_the_keeper_starts_again_what_could_not_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[KeeperFact] = asyncio.Queue()
    keeper = Keeper(told.put_nowait)
    log = tmp_path / "logs" / "it.log"
    await keeper.start(Program("it", [sys.executable, "-c", "input()"], {}, log))
    assert isinstance(await told.get(), Started)
    log.unlink()
    log.mkdir()  # where a log cannot be opened
    async with asyncio.timeout(60):
        await told.get()
        refused = await told.get()
        assert "cannot be started" in str(refused)
        log.rmdir()
        while not isinstance(await told.get(), Started):
            pass
    await keeper.stop()


def test_lost_lines_are_counted(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    stderr = logging._Stderr()
    written = logging.os.write  # type: ignore[attr-defined]

    def refuses(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logging.os, "write", refuses)  # type: ignore[attr-defined]
    stderr.write("one\n")
    stderr.write("two\n")
    monkeypatch.setattr(logging.os, "write", written)  # type: ignore[attr-defined]
    stderr.write("three\n")
    assert capfd.readouterr().err == '\n{"event": "logging.lines_lost", "lines": 2}\nthree\n'


def test_logs_stay_small_while_their_writers_go_on(tmp_path: Path) -> None:
    log = tmp_path / "gateway.log"
    with log.open("ab", buffering=0) as writer:
        for turn in range(6):
            writer.write(f"turn {turn} ".encode() * 100)
            rotate(tmp_path, 500)
            assert log.stat().st_size == 0
    assert sorted(it.name for it in tmp_path.iterdir()) == [
        "gateway.log", "gateway.log.1", "gateway.log.2", "gateway.log.3",
    ]  # fmt: skip
    assert log.with_name("gateway.log.1").read_bytes().startswith(b"turn 5")
    assert log.with_name("gateway.log.3").read_bytes().startswith(b"turn 3")
