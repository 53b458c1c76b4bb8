"""What a gateway does for backups by itself: one that is due is made, one that is missing is said."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import create_autospec

import pyrage
import pytest

from databases import file_of_newest_schema
from holdfast.alerts import Alerts, Turn
from holdfast.backup import Backups, restored, service
from holdfast.backup.schedule import Schedule
from holdfast.journal import Journal
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.store import Store
from rooms import told

HOUR_MS = 3600 * 1000
SOMEBODY = str(pyrage.x25519.Identity.generate().to_public())


@dataclass
class Program:
    """Stands for `holdfast backup create`: what it prints, and how often it was started."""

    output: bytes = b""
    said: bytes = b""
    #: It never ends.
    hangs: bool = False
    started: list[tuple[str, ...]] = field(default_factory=list)
    killed: int = 0
    returncode: int = 1

    async def communicate(self) -> tuple[bytes, bytes]:
        if self.hangs:
            await asyncio.Event().wait()
        return self.output, self.said

    def kill(self) -> None:
        self.killed += 1

    async def start(self, *argv: str, **options: object) -> "Program":
        self.started.append(argv)
        return self

    def makes(self, archive: str) -> None:
        self.output = json.dumps({"archive": archive, "numbers": ["49151"], "left_out": []}).encode()


@dataclass
class Desk:
    """The room, its program, its clock, and what its alerts heard last."""

    backups: Backups
    program: Program
    now_ms: list[int]
    turns: list[Turn]
    journal: Journal

    async def told(self) -> list[tuple[str, str, int, str]]:
        """What the journal says of backups: status, archive, how many numbers, why it failed."""
        said = await told(self.journal, "backup.status")
        return [(it["status"], it["archive"], it["numbers"], it["error"]) for it in said]

    async def until(self, true: Callable[[], bool]) -> None:
        deadline = asyncio.get_running_loop().time() + 60
        while not true():
            assert asyncio.get_running_loop().time() < deadline, self.turns
            await asyncio.sleep(0.005)

    async def heard(self, count: int) -> Turn:
        """The newest of what the alerts heard, once it is so much."""
        await self.until(lambda: len(self.turns) >= count)
        return self.turns[-1]


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    store = await Store.open(file_of_newest_schema(tmp_path / "holdfast.db"))
    program, now_ms, turns = Program(), [1_800_000_000_000], list[Turn]()
    alerts = create_autospec(Alerts, instance=True)
    alerts.hear.side_effect = lambda tenant, subject, signal: turns.append(signal.turn)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", program.start)
    monkeypatch.setattr(service, "_LOOKS_EVERY_S", 0.01)

    async def nothing() -> dict[str, str]:
        return {}

    journal = await Journal.open(store)
    backups = Backups(store, journal, alerts, nothing, tmp_path, home=DEFAULT_TENANT, clock=lambda: now_ms[0])
    running = asyncio.create_task(backups.run())
    try:
        yield Desk(backups, program, now_ms, turns, journal)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await store.close()


def daily(to: Path) -> Schedule:
    return Schedule(str(to), [SOMEBODY])


async def test_the_first_is_made_at_once_and_the_next_a_day_later(desk: Desk, tmp_path: Path) -> None:
    desk.program.makes("the first")
    await desk.backups.put_schedule(daily(tmp_path))
    assert await desk.heard(2) is Turn.CLEARED
    assert (await desk.backups.schedule())[1].archive == "the first"
    desk.program.makes("the next")
    desk.now_ms[0] += 24 * HOUR_MS
    await desk.until(lambda: len(desk.program.started) == 2)
    heard = len(desk.turns)
    await desk.heard(heard + 2)
    assert (await desk.backups.schedule())[1].archive == "the next"
    assert await desk.told() == [("created", "the first", 1, ""), ("created", "the next", 1, "")]
    assert "--scheduled" in desk.program.started[0]  # it tells of nothing by itself
    assert SOMEBODY in desk.program.started[0]


async def test_one_that_fails_is_kept_in_words_and_an_alert_once_it_is_late(
    desk: Desk, tmp_path: Path
) -> None:
    desk.program.said = b"No space left on device"
    await desk.backups.put_schedule(daily(tmp_path))
    assert await desk.heard(1) is Turn.CLEARED  # it has another hour, and another day
    assert (await desk.backups.schedule())[1].error == "No space left on device"
    desk.now_ms[0] += 25 * HOUR_MS + 1
    await desk.until(lambda: Turn.RAISED in desk.turns)
    desk.program.makes("at last")
    desk.now_ms[0] += HOUR_MS
    await desk.until(lambda: desk.turns[-1] is Turn.CLEARED)
    assert (await desk.backups.schedule())[1].error == ""
    failed = ("failed", "", 0, "No space left on device")
    late = ("overdue", "", 0, "No space left on device")
    assert await desk.told() == [failed, failed, late, ("created", "at last", 1, "")]


async def test_numbers_that_were_left_out_are_a_failure(desk: Desk, tmp_path: Path) -> None:
    desk.program.output = json.dumps({"archive": "a", "left_out": ["491510000001: damaged"]}).encode()
    await desk.backups.put_schedule(daily(tmp_path))
    await desk.heard(1)
    outcome = (await desk.backups.schedule())[1]
    assert (outcome.archive, outcome.error) == ("", "Not saved: 491510000001: damaged")


async def test_one_that_hangs_is_ended_and_is_a_failure(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_HOUR_S", 0.0001)
    desk.program.hangs = True
    await desk.backups.put_schedule(daily(tmp_path))
    await desk.heard(1)
    assert desk.program.killed == 1
    assert (await desk.backups.schedule())[1].error == "It did not end within 24 h"


async def test_without_a_schedule_nothing_is_missing(desk: Desk, tmp_path: Path) -> None:
    desk.program.said = b"x"
    await desk.backups.put_schedule(daily(tmp_path))
    await desk.heard(1)
    await desk.backups.forget_schedule()
    assert Turn.DROPPED in desk.turns
    assert (await desk.backups.schedule())[0] is None


async def test_a_schedule_whose_archives_nobody_could_open_is_refused(desk: Desk, tmp_path: Path) -> None:
    for recipients in ([], ["age1nobody"], [SOMEBODY, "ssh-rsa nonsense"]):
        with pytest.raises(RequestInvalid):
            await desk.backups.put_schedule(Schedule(str(tmp_path), recipients))
    assert (await desk.backups.schedule())[0] is None


async def test_what_a_restore_has_left_a_note_of_is_told_once(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    name, goes = restored.write(tmp_path, "holdfast-1.backup", 2)
    note = (tmp_path / name).read_bytes()
    (tmp_path / name).rename(tmp_path / goes)
    await desk.until(lambda: not restored.notes(tmp_path))
    (tmp_path / goes).write_bytes(note)  # as where it was killed before the note was gone
    await desk.until(lambda: not restored.notes(tmp_path))
    (tmp_path / "run" / "restored_torn.json").write_bytes(b"{")
    await desk.until(lambda: not restored.notes(tmp_path))
    assert await desk.told() == [("restored", "holdfast-1.backup", 2, ""), ("restored", "", 0, "")]
