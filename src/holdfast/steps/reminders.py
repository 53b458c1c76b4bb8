"""What is due at a time: reminders that bots have set, and the ends of humans' turns in chats.

Both stand in the database. What is due leaves it in the commit that tells of it, so it is told once, however
late: what became due while nothing ran is told at the next start.
"""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Final

from holdfast.journal import Draft, Journal
from holdfast.kit import logging
from holdfast.kit.clock import Clock
from holdfast.model.content import Json
from holdfast.model.errors import StoreUnavailable
from holdfast.model.events import BotReminder, ChatHandover
from holdfast.model.seams import SessionRef
from holdfast.steps import statements
from holdfast.steps.step import ChatRef, ReminderChange, packed
from holdfast.store import ReadUnit, Row, Store, WriteUnit

_log = logging.get("steps")

#: A clock that was set is noticed within this time.
_LONGEST_S: Final = 15.0
_AGAIN_S: Final = 0.5
_AT_ONCE: Final = 200
_SWEEP_EVERY_MS: Final = 600_000
_CLEARED_FOR_MS: Final = 30 * 86_400_000
#: Who gives a chat back when its time with a human is over.
BY_TIME: Final = "time"


class Reminders:
    """The reminders of one gateway."""

    def __init__(self, store: Store, journal: Journal, clock: Clock) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        self._next_ms: int | None = None
        self._sweep_at_ms = 0
        self._earlier = asyncio.Event()

    def change(self, unit: WriteUnit, at: ChatRef, bot: str, changes: Sequence[ReminderChange]) -> None:
        """Set reminders, or take them back, inside of a unit of work."""
        session = at.session
        place = {"session_id": session.session_id, "phone": session.phone, "chat": at.chat, "bot": bot}
        for each in changes:
            if each.due_ms is None:
                unit.run(statements.FORGET_REMINDER, **place, name=each.name)
                continue
            unit.run(
                statements.KEEP_REMINDER,
                **place,
                name=each.name,
                tenant_id=session.tenant_id,
                due_ms=each.due_ms,
                data_json=packed(each.data),
            )
            self.wake(unit, each.due_ms)

    async def list(self, session: SessionRef, most: int) -> Sequence[BotReminder]:
        """The reminders of a session's number as they will be told, the next first."""

        def look(unit: ReadUnit) -> list[BotReminder]:
            rows = unit.all(
                statements.REMINDERS_OF, session_id=session.session_id, phone=session.phone, most=most
            )
            return [
                BotReminder(bot, chat, name, int(due_ms), _data(data_json))
                for chat, bot, name, due_ms, data_json in rows
            ]

        return await self._store.read(look)

    def wake(self, unit: WriteUnit, at_ms: int | None) -> None:
        """Something will be due at this time, once the unit is committed."""
        if at_ms is not None:
            unit.after_commit(partial(self._added, at_ms))

    def look_again(self) -> None:
        """The clock was set: something may be due."""
        self._earlier.set()

    def _added(self, at_ms: int) -> None:
        if self._next_ms is None or at_ms < self._next_ms:
            self._next_ms = at_ms
            self._earlier.set()

    async def run(self) -> None:
        """Run until cancelled. What goes wrong with the database is tried again."""
        while True:
            self._earlier.clear()
            try:
                self._next_ms = await self._store.read(_next)
                while self._next_ms is not None and self._next_ms <= self._clock():
                    await self._store.write(self._tell_due)
                    self._next_ms = await self._store.read(_next)
                await self._sweep()
            except StoreUnavailable:
                _log.warning("steps.store_unavailable")
                await asyncio.sleep(_AGAIN_S)
                continue
            if not self._earlier.is_set():
                await self._until_next()

    async def _until_next(self) -> None:
        wait_s = _LONGEST_S
        if self._next_ms is not None:
            wait_s = min(wait_s, max(0.0, (self._next_ms - self._clock()) / 1000))
        try:
            async with asyncio.timeout(wait_s):
                await self._earlier.wait()
        except TimeoutError:
            return

    def _tell_due(self, unit: WriteUnit) -> None:
        now = self._clock()
        drafts: list[Draft] = []
        for row in unit.all(statements.DUE, now_ms=now, most=_AT_ONCE):
            place = dict(zip(("session_id", "phone", "chat", "bot", "name"), row, strict=False))
            unit.run(statements.FORGET_REMINDER, **place)
            if row[1] == (row[8] or ""):  # what belongs to a number is told while its session has that number
                drafts.append(_told(row))
        for session_id, phone, chat, tenant_id in unit.all(
            statements.ENDED_HANDOVERS, now_ms=now, most=_AT_ONCE
        ):
            unit.run(statements.HAND_BACK, session_id=session_id, phone=phone, chat=chat)
            drafts.append(Draft(session_id, tenant_id, ChatHandover(chat, active=False, by=BY_TIME)))
        self._journal.append_many(unit, drafts)

    async def _sweep(self) -> None:
        now = self._clock()
        if now < self._sweep_at_ms:
            return
        self._sweep_at_ms = now + _SWEEP_EVERY_MS

        def forget(unit: WriteUnit) -> None:
            unit.run(statements.FORGET_STEPS)
            unit.run(statements.FORGET_CLEARED, older_than=now - _CLEARED_FOR_MS)

        await self._store.write(forget)


def _told(row: Row) -> Draft:
    session_id, _, chat, bot, name, tenant_id, due_ms, data_json, _ = row
    return Draft(session_id, tenant_id, BotReminder(bot, chat, name, int(due_ms), _data(data_json)))


def _data(text: str) -> dict[str, Json]:
    data: dict[str, Json] = json.loads(text)
    return data


def _next(unit: ReadUnit) -> int | None:
    times = [unit.scalar(statements.NEXT_DUE), unit.scalar(statements.NEXT_END)]
    return min((int(at_ms) for at_ms in times if at_ms is not None), default=None)
