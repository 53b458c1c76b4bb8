"""Habits of every number: learnt from the journal, kept by day, compared with the silence of the moment."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.warnings import WarningCode
from holdfast.sessions import statements
from holdfast.sessions.habit import DAYS, SLOTS, Habit, habit, quiet, slot_of
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.warnings import Warnings
from holdfast.store import ReadUnit, Store, WriteUnit

log = logging.get("sessions")

_FIRST_AFTER_S: Final = 60.0
_EVERY_S: Final = 600.0


@dataclass(slots=True)
class _Number:
    """What is known of one number."""

    days: dict[int, int] = field(default_factory=dict)
    last_ms: int = 0
    #: Of this day; a new day has a new habit.
    day: int = 0
    usual: Habit | None = None

    def note(self, slot: int, at_ms: int) -> None:
        self.days[slot // SLOTS] = self.days.get(slot // SLOTS, 0) | 1 << slot % SLOTS
        self.last_ms = max(self.last_ms, at_ms)

    def habit_of(self, today: int) -> Habit | None:
        if self.day != today:
            self.days = {day: bits for day, bits in self.days.items() if day >= today - DAYS}
            self.day, self.usual = today, habit(self.days, today)
        return self.usual


@dataclass(frozen=True, slots=True)
class _News:
    """What has come since the last look: (session, slot, newest moment), and up to which position."""

    slots: Sequence[tuple[SessionId, int, int]]
    position: int


class Habits:
    """Looks every ten minutes. Nothing is done per message: the journal has them all."""

    def __init__(self, roster: Roster, store: Store, warnings: Warnings) -> None:
        self._roster, self._store, self._warnings = roster, store, warnings
        self._numbers: dict[str, _Number] = {}
        self._position: int | None = None

    async def run(self) -> None:
        """Learn and compare, forever. A database that does not answer is asked again at the next look."""
        await asyncio.sleep(_FIRST_AFTER_S)  # a start has other things to read
        while True:
            try:
                await self.look()
            except StoreUnavailable as exc:
                log.debug("sessions.habits_not_read", error=str(exc))
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Learn what has come; compare the silence of every number that is up. Raises StoreUnavailable."""
        position = await self._load() if self._position is None else self._position
        news = await self._store.read(partial(_news, after=position))
        if news.position != position:
            oldest = slot_of(self._roster.clock.wall_ms) // SLOTS - DAYS
            keep = partial(_keep, rows=self._rows(news), position=news.position, oldest=oldest)
            await self._store.write(keep)
        self._position = news.position
        for session_id, slot, at_ms in news.slots:
            phone = self._phone(session_id)
            if phone is not None:
                self._numbers.setdefault(phone, _Number()).note(slot, at_ms)
        for runtime in list(self._roster.index):
            self._compare(runtime)
            await asyncio.sleep(0)  # a habit is some work, and there may be a thousand

    def _compare(self, runtime: Runtime) -> None:
        session, number = runtime.session, self._numbers.get(runtime.record.phone or "")
        if number is None or not session.state.up or session.up_since_ms is None:
            return
        clock = self._roster.clock
        usual = number.habit_of(slot_of(clock.wall_ms) // SLOTS)
        since_ms = max(number.last_ms, session.up_since_ms + clock.shift_ms)
        self._warnings.found(runtime, WarningCode.QUIET, quiet(usual, since_ms, clock.wall_ms))

    def _phone(self, session_id: SessionId) -> str | None:
        runtime = self._roster.index.get(session_id)
        return None if runtime is None else runtime.record.phone

    async def _load(self) -> int:
        known, position = await self._store.read(_known)
        for phone, day, slots in known:
            self._numbers.setdefault(phone, _Number()).days[day] = slots
        return position

    def _rows(self, news: _News) -> list[dict[str, object]]:
        return [
            {"phone": phone, "day": slot // SLOTS, "slots": 1 << slot % SLOTS}
            for session_id, slot, _ in news.slots
            if (phone := self._phone(session_id)) is not None
        ]


def _known(unit: ReadUnit) -> tuple[list[tuple[str, int, int]], int]:
    rows = [(str(phone), int(day), int(slots)) for phone, day, slots in unit.all(statements.HABITS)]
    return rows, int(unit.scalar(statements.HABITS_POSITION) or 0)


def _keep(unit: WriteUnit, rows: list[dict[str, object]], position: int, oldest: int) -> None:
    unit.run_many(statements.KEEP_HABIT, rows)
    unit.run(statements.FORGET_HABITS, oldest=oldest)
    unit.run(statements.KEEP_HABITS_POSITION, position=str(position))


def _news(unit: ReadUnit, after: int) -> _News:
    head = int(unit.scalar(statements.JOURNAL_HEAD))
    rows = unit.all(statements.MESSAGES_CAME, after=after, head=head)
    return _News([(row[0], int(row[1]), int(row[2])) for row in rows], head)
