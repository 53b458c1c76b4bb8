"""Sweeps: every hour, kind by kind, some hundred rows at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.media import Library
from holdfast.model.errors import StoreUnavailable
from holdfast.retention import statements
from holdfast.retention.policy import (
    ACTIVE_DAYS,
    DAY_MS,
    DEFAULTS,
    HELD_FACTOR,
    UNNAMED_DAYS,
    EventsNow,
    Keep,
    Kind,
    decide_events,
)
from holdfast.store import ReadUnit, Statement, Store, WriteUnit

log = logging.get("retention")

_FIRST_AFTER_S: Final = 60.0
_EVERY_S: Final = 3600.0
#: Rows of one unit, and the pause that lets others write.
_AT_ONCE: Final = 500
_PAUSE_S: Final = 0.05
_FILES_AT_ONCE: Final = 50
_FIGURES_FOR_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is. Messages are counted by the order that they stand in, so gaps count as rows."""

    database_bytes: int
    events: int
    oldest_event_ms: int | None
    messages: int
    oldest_message_ms: int | None


class Retention:
    """The retention of one gateway."""

    def __init__(
        self,
        store: Store,
        keep: Mapping[Kind, Keep] = DEFAULTS,
        *,
        clock: Clock = now_ms,
        library: Library | None = None,
    ) -> None:
        self._store, self._keep, self._clock = store, dict(DEFAULTS) | dict(keep), clock
        self._library = library
        self._figures: Figures | None = None
        self._figures_at = 0

    async def run(self) -> None:
        """Sweep until cancelled. What goes wrong is logged and tried again at the next sweep."""
        await asyncio.sleep(_FIRST_AFTER_S)
        while True:
            try:
                await self.sweep()
            except StoreUnavailable as exc:
                log.warning("retention.store_unavailable", error=str(exc))
            except Exception:
                log.exception("retention.sweep_failed")
            await asyncio.sleep(_EVERY_S)

    async def figures(self) -> Figures:
        """What there is, a second ago at most: some ask often. Raises StoreUnavailable."""
        now = self._clock()
        if self._figures is None or abs(now - self._figures_at) >= _FIGURES_FOR_MS:
            self._figures, self._figures_at = await self._store.read(_figures), now
        return self._figures

    async def sweep(self) -> Mapping[Kind, int]:
        """Delete what is over, once. How many rows of each kind left. Raises StoreUnavailable."""
        left = {
            Kind.EVENTS: await self._sweep_events(),
            Kind.MESSAGES: await self._sweep_messages(),
            Kind.FILES: await self._sweep_files(),
            Kind.TIMELINE: await self._sweep_timeline(),
            Kind.KEYS: await self._once(statements.DELETE_KEYS, Kind.KEYS),
            Kind.LINKS: await self._once(statements.DELETE_LINKS, Kind.LINKS),
            Kind.AUDIT: await self._once(statements.DELETE_AUDIT, Kind.AUDIT),
        }
        gone = {kind.value: rows for kind, rows in left.items() if rows}
        if gone:
            await self._store.write(_give_back)
            log.info("retention.swept", **gone)
        return left

    def _older_than(self, kind: Kind) -> int:
        return self._clock() - round(self._keep[kind].days * DAY_MS)

    async def _sweep_events(self) -> int:
        keep = self._keep[Kind.EVENTS]
        now = await self._store.read(partial(_events_now, keep=keep, now=self._clock()))
        decision = decide_events(now)
        if decision.taken_from_consumer:
            log.error("retention.unread_events_deleted", up_to=decision.up_to, consumer_at=now.slowest)
        first = await self._store.read(lambda unit: unit.first(statements.FIRST_EVENT))
        after = 0 if first is None else int(first[0]) - 1
        left = 0
        while after < decision.up_to:
            up_to = min(after + _AT_ONCE, decision.up_to)
            left += await self._store.write(
                partial(_run, statement=statements.DELETE_EVENTS, after=after, up_to=up_to)
            )
            after = up_to
            await asyncio.sleep(_PAUSE_S)
        return left

    async def _sweep_messages(self) -> int:
        keep, after, left = self._keep[Kind.MESSAGES], 0, 0
        newest = int(await self._store.read(lambda unit: unit.scalar(statements.LAST_MESSAGE)))
        surplus = newest - keep.rows if keep.rows is not None else 0
        while True:
            rows = await self._store.read(
                partial(_old, after=after, before=newest, older_than=self._older_than(Kind.MESSAGES))
            )
            if not rows and after < surplus:
                rows = await self._store.read(
                    partial(_old, after=after, before=surplus, older_than=self._clock())
                )
            if not rows:
                return left
            left += await self._store.write(partial(_delete_messages, rows=rows))
            after = rows[-1][0]
            await asyncio.sleep(_PAUSE_S)

    async def _sweep_files(self) -> int:
        """Files that nobody used for long, or that no message names any more; then what nobody knows."""
        if self._library is None:
            return 0
        unnamed_since = self._clock() - UNNAMED_DAYS * DAY_MS
        left = 0
        while over := await self._library.old(self._older_than(Kind.FILES), unnamed_since, _FILES_AT_ONCE):
            for media_id, sha256 in over:
                await self._library.give_up(media_id, sha256)
                left += 1
            await asyncio.sleep(_PAUSE_S)
        return left + await self._library.sweep((self._clock() - DAY_MS) / 1000)

    async def _sweep_timeline(self) -> int:
        left = 0
        newest = await self._store.read(lambda unit: unit.all(statements.TIMELINE_NEWEST))
        older_than = self._older_than(Kind.TIMELINE)
        for session_id, seq in newest:
            if seq > 100:
                values = {"session_id": session_id, "newest": seq, "older_than": older_than}
                left += await self._store.write(partial(_run, statement=statements.DELETE_TIMELINE, **values))
        return left

    async def _once(self, statement: Statement, kind: Kind) -> int:
        return await self._store.write(partial(_run, statement=statement, older_than=self._older_than(kind)))


def _run(unit: WriteUnit, statement: Statement, **values: object) -> int:
    return unit.run(statement, **values)


def _old(unit: ReadUnit, after: int, before: int, older_than: int) -> list[tuple[int, str, str]]:
    rows = unit.all(
        statements.OLD_MESSAGES, after=after, before=before, older_than=older_than, limit=_AT_ONCE
    )
    return [(int(order_no), session_id, message_id) for order_no, session_id, message_id in rows]


def _delete_messages(unit: WriteUnit, rows: list[tuple[int, str, str]]) -> int:
    for order_no, session_id, message_id in rows:
        unit.run(statements.DELETE_MESSAGE, order_no=order_no)
        unit.run(statements.DELETE_RECEIPTS, session_id=session_id, message_id=message_id)
        unit.run(statements.DELETE_IDEMPOTENCY, order_no=order_no)
        unit.run(statements.DELETE_ATTACHMENT, order_no=order_no)
        unit.run(statements.DELETE_CHAT, order_no=order_no)
        unit.run(statements.DELETE_WORDS, order_no=order_no)
    return len(rows)


def _events_now(unit: ReadUnit, keep: Keep, now: int) -> EventsNow:
    head = int(unit.scalar(statements.HEAD))
    slowest = unit.scalar(statements.SLOWEST, since=now - ACTIVE_DAYS * DAY_MS)
    age_ms = round(keep.days * DAY_MS)
    # Counted: where events were superseded, positions have gaps.
    count = int(unit.scalar(statements.EVENTS)) if keep.rows is not None and head > keep.rows else 0
    most = keep.rows or 0
    return EventsNow(
        head,
        _older(unit, head, now - age_ms),
        _older(unit, head, now - HELD_FACTOR * age_ms),
        None if slowest is None else int(slowest),
        _position(unit, count - most),
        _position(unit, count - HELD_FACTOR * most),
    )


def _position(unit: ReadUnit, of: int) -> int:
    """The position of the event with this number, from the oldest; 0 for a number that there is not."""
    return int(unit.scalar(statements.NTH_EVENT, before=of - 1) or 0) if of > 0 else 0


def _older(unit: ReadUnit, head: int, than_ms: int) -> int:
    """The newest position whose event came before this time. Events are in the order of time, but for a clock
    that was set back: then it is one of them.
    """
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        found = unit.first(statements.EVENT_AT, position=middle)
        if found is not None and int(found[1]) < than_ms:
            low = int(found[0])
        else:
            high = middle
    return low


def _give_back(unit: WriteUnit) -> None:
    unit.all(statements.GIVE_BACK)


def _figures(unit: ReadUnit) -> Figures:
    event, message = unit.first(statements.FIRST_EVENT), unit.first(statements.FIRST_MESSAGE)
    newest = int(unit.scalar(statements.LAST_MESSAGE))
    return Figures(
        int(unit.scalar(statements.SIZE)),
        int(unit.scalar(statements.EVENTS)),
        None if event is None else int(event[1]),
        0 if message is None else newest - int(message[0]) + 1,
        None if message is None else int(message[1]),
    )
