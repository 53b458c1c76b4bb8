"""The journal itself: append in a unit, read after a cursor, wait for more."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from holdfast.journal.event import Draft, Event, EventRow, Filter, encode_data, make_event
from holdfast.journal.tail import Tail
from holdfast.kit.clock import Clock, now_ms
from holdfast.store import Store, after_commit, cache

_INSERT = """
INSERT INTO events (position, session_id, seq, event_id, tenant_id, type, at_ms, data_json)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_LAST_POSITION = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
_LAST_SEQ = "SELECT coalesce(max(seq), 0) FROM events WHERE session_id = ?"
_NAME = "SELECT name FROM sessions WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, and the position up to which nothing more was found: continue there."""

    events: list[Event]
    searched_to: int


class Journal:
    """The event log of one gateway. `append` belongs to units of work, everything else to the event loop."""

    def __init__(self, store: Store, tail: Tail, clock: Clock = now_ms) -> None:
        self._store = store
        self._tail = tail
        self._clock = clock
        self._bell = asyncio.Event()

    @classmethod
    async def open(cls, store: Store, clock: Clock = now_ms) -> "Journal":
        """The journal in this store, ready to append. Raises StoreUnavailable."""
        last = await store.read(lambda conn: conn.exec_driver_sql(_LAST_POSITION).scalar_one())
        return cls(store, Tail(int(last)), clock)

    @property
    def head(self) -> int:
        """The position of the newest committed event, 0 before the first."""
        return self._tail.head

    def append_many(self, conn: Connection, drafts: Sequence[Draft]) -> list[Event]:
        """Append events in this unit of work, in this order. Readers wake when it commits.

        Positions rise, and the sequence of each session has no gap.
        """
        if not drafts:
            return []
        at_ms = self._clock()
        known = cache(conn)
        rows, events = [], []
        for draft in drafts:
            row = EventRow(
                _next(known, ("journal", "position"), conn, _LAST_POSITION),
                draft.session_id,
                _next(known, ("journal", "seq", draft.session_id), conn, _LAST_SEQ, draft.session_id),
                draft.event_id,
                draft.tenant_id,
                draft.type.value,
                at_ms,
                encode_data(draft.data),
            )
            rows.append(row)
            events.append(make_event(row, _session_name(known, conn, draft.session_id)))
        conn.exec_driver_sql(_INSERT, [tuple(row) for row in rows])
        after_commit(conn, lambda: self._committed(events))
        return events

    def _committed(self, events: Sequence[Event]) -> None:
        self._tail.extend(events)
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
        # an event, and so a cursor, that lies behind `head`.
        head = self._tail.head
        events = await self._store.read(lambda conn: _select(conn, after, head, limit, wanted))
        return Page(events, events[-1].position if len(events) == limit else max(head, after))


def _next(known: dict[Any, Any], key: object, conn: Connection, query: str, *parameters: str) -> int:
    last = known.get(key)
    if last is None:
        last = int(conn.exec_driver_sql(query, parameters).scalar_one())
    known[key] = last + 1
    return last + 1


def _session_name(known: dict[Any, Any], conn: Connection, session_id: str) -> str:
    key = ("journal", "name", session_id)
    if key not in known:
        known[key] = conn.exec_driver_sql(_NAME, (session_id,)).scalar() or session_id
    return str(known[key])


def _select(conn: Connection, after: int, head: int, limit: int, wanted: Filter) -> list[Event]:
    query = (
        "SELECT coalesce(s.name, e.session_id), e.position, e.session_id, e.seq, e.event_id, e.tenant_id,"
        " e.type, e.at_ms, e.data_json FROM events e LEFT JOIN sessions s ON s.id = e.session_id"
        " WHERE e.position > ? AND e.position <= ? AND e.tenant_id = ?"
    )
    parameters: list[Any] = [after, head, wanted.tenant_id]
    for column, allowed in (("session_id", wanted.session_ids), ("type", wanted.types)):
        if allowed is not None:
            query += f" AND e.{column} IN ({','.join('?' * len(allowed))})"
            parameters += sorted(allowed)
    rows = conn.exec_driver_sql(query + " ORDER BY e.position LIMIT ?", (*parameters, limit))
    return [make_event(EventRow._make(row[1:]), row[0]) for row in rows]
