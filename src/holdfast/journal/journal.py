"""The journal itself: append in a unit, read after a cursor, wait for more."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.journal import statements
from holdfast.journal.cursor import (
    GENERATION_BYTES,
    Generations,
    decode_cursor,
    encode_cursor,
    generations_from_json,
    generations_to_json,
)
from holdfast.journal.event import Draft, Event, EventRow, Filter, encode_data, make_event
from holdfast.journal.tail import Tail
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.events import SessionRenamed
from holdfast.store import ReadUnit, Statement, Store, WriteUnit


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, and the position up to which nothing more was found: continue there."""

    events: list[Event]
    searched_to: int


class Journal:
    """The event log of one gateway. `append_many` belongs to units of work, the rest to the event loop."""

    def __init__(self, store: Store, tail: Tail, generations: Generations, clock: Clock = now_ms) -> None:
        self._store = store
        self._tail = tail
        self._generations = generations
        self._clock = clock
        self._bell = asyncio.Event()
        #: How many events of each type this process has appended.
        self.appended: Counter[str] = Counter()

    @classmethod
    async def open(cls, store: Store, clock: Clock = now_ms) -> "Journal":
        """The journal in this store, ready to append; a generation begins. Raises StoreUnavailable."""
        head, generations = await store.write(_begin)
        return cls(store, Tail(head), generations, clock)

    @property
    def head(self) -> int:
        """The position of the newest committed event, 0 before the first."""
        return self._tail.head

    def position_of(self, cursor: str) -> int:
        """The position in a cursor that this journal has given out.

        Raises CursorInvalid, and CursorGenerationChanged for a cursor of a history that is no longer there.
        """
        return self._generations.position(decode_cursor(cursor), self.head)

    def cursor_at(self, position: int) -> str:
        """The cursor after which everything later than this position comes."""
        return encode_cursor(position, self._generations.newest)

    def append_many(self, unit: WriteUnit, drafts: Sequence[Draft]) -> list[Event]:
        """Append events in this unit of work, in this order. Readers wake when it commits.

        Positions rise, and so does the sequence of each session; what is superseded leaves a gap in both.
        """
        if not drafts:
            return []
        at_ms = self._clock()
        rows, events = [], []
        for draft in drafts:
            row = EventRow(
                _next(unit, ("journal", "position"), statements.LAST_POSITION),
                draft.session_id,
                _next(
                    unit,
                    ("journal", "seq", draft.session_id),
                    statements.LAST_SEQ,
                    session_id=draft.session_id,
                ),
                draft.event_id,
                draft.tenant_id,
                draft.type.value,
                at_ms,
                encode_data(draft.data) if draft.body_json is None else draft.body_json,
            )
            rows.append(_columns(row, draft))
            events.append(make_event(row, _session_name(unit, draft), self._generations.newest))
        unit.run_many(statements.ADD, rows)
        old = [{"event_id": draft.supersedes} for draft in drafts if draft.supersedes is not None]
        unit.run_many(statements.SUPERSEDED, old)
        unit.after_commit(lambda: self._committed(events))
        return events

    def _committed(self, events: Sequence[Event]) -> None:
        self._tail.extend(events)
        for event in events:
            self.appended[event.type] += 1
        self._bell.set()
        self._bell = asyncio.Event()

    async def wait(self, after: int) -> None:
        """Return as soon as there is an event after this position."""
        while self._tail.head <= after:
            await self._bell.wait()

    async def read(self, after: int, limit: int, wanted: Filter) -> Page:
        """Up to `limit` wanted events after a position, at once, also when there are none.

        From memory for readers that keep up, from the database for the others. Raises StoreUnavailable.
        """
        if after >= self._tail.floor:
            return Page(*self._tail.after(after, limit, wanted))
        # The query may see a commit that this loop has not heard of yet. It is for the next page: nobody gets
        # an event, and so a cursor, that lies after `head`.
        head = self._tail.head
        rows = await self._store.read(lambda unit: _select(unit, after, head, limit, wanted))
        events = [make_event(row, session, self._generations.newest) for session, row in rows]
        return Page(events, events[-1].position if len(events) == limit else max(head, after))


def _columns(row: EventRow, draft: Draft) -> dict[str, object]:
    """The row as it is stored: the data of an event that tells of a message stands with the message alone."""
    elsewhere = draft.message_order_no is not None
    pointer = {"chat": draft.chat, "kind": draft.kind, "message_order_no": draft.message_order_no}
    return {**row._asdict(), **pointer, "data_json": None if elsewhere else row.data_json}


def _next(unit: WriteUnit, key: object, statement: Statement, **values: str) -> int:
    known = unit.sole_writer_cache
    last = known.get(key)
    if last is None:
        last = int(unit.scalar(statement, **values))
    known[key] = last + 1
    return int(last) + 1


def _session_name(unit: WriteUnit, draft: Draft) -> str:
    known, session_id = unit.sole_writer_cache, draft.session_id
    key = ("journal", "name", session_id)
    if isinstance(draft.data, SessionRenamed):
        known[key] = draft.data.name
    elif key not in known:
        known[key] = unit.scalar(statements.SESSION_NAME, session_id=session_id) or session_id
    return str(known[key])


def _begin(unit: WriteUnit) -> tuple[int, Generations]:
    head = int(unit.scalar(statements.LAST_POSITION))
    before = generations_from_json(unit.scalar(statements.GENERATIONS))
    now = before.next(secrets.token_bytes(GENERATION_BYTES), head)
    unit.run(statements.KEEP_GENERATIONS, value=generations_to_json(now))
    return head, now


def _select(unit: ReadUnit, after: int, head: int, limit: int, wanted: Filter) -> list[tuple[str, EventRow]]:
    place = {"after": after, "head": head, "tenant_id": wanted.tenant_id, "most": limit}
    if wanted.session_ids is None and wanted.types is None:
        rows = unit.all(statements.AFTER, **place)
    else:
        keys: list[tuple[str, str]] = [("session", each) for each in sorted(wanted.session_ids or ())]
        keys += [("type", each) for each in sorted(wanted.types or ())]
        rows = unit.keyed(
            statements.AFTER_OF,
            keys,
            any_session=int(wanted.session_ids is None),
            any_type=int(wanted.types is None),
            **place,
        )
    return [(row[0], EventRow._make(row[1:])) for row in rows]
