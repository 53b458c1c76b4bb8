"""Subscriptions: a name, and the cursor up to which its consumer is done. They outlive every process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from holdfast.journal import Journal, decode_cursor
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import CursorInvalid, RequestInvalid, UnknownSubscription
from holdfast.store import Store

_LONGEST_NAME: Final = 128
_GET: Final = "SELECT position FROM subscriptions WHERE tenant_id = ? AND name = ?"
_ADD: Final = "INSERT INTO subscriptions (tenant_id, name, position, created_at_ms) VALUES (?, ?, ?, ?)"
_ACK: Final = """
UPDATE subscriptions SET position = max(position, ?), acked_at_ms = ? WHERE tenant_id = ? AND name = ?
"""
_LIST: Final = """
SELECT name, position, created_at_ms, acked_at_ms FROM subscriptions WHERE tenant_id = ? ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one consumer stands."""

    name: str
    position: int
    created_at_ms: int
    acked_at_ms: int | None


class Subscriptions:
    """The subscriptions of one gateway."""

    def __init__(self, store: Store, journal: Journal, clock: Clock = now_ms) -> None:
        self._store, self._journal, self._clock = store, journal, clock

    async def open(self, tenant_id: str, name: str, after: str | None) -> int:
        """The position behind which the consumer goes on. Creates the subscription if there is none.

        `after` is for a new one alone: None begins at the present end, the empty cursor at the beginning.
        One that exists goes on where it was acknowledged. Raises RequestInvalid, CursorInvalid,
        StoreUnavailable.
        """
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise RequestInvalid(f"A subscription's name has 1 to {_LONGEST_NAME} printable characters")
        found = await self._store.read(lambda conn: _position(conn, tenant_id, name))
        if found is not None:
            return found
        begin = self._journal.head if after is None else self.position_of(after)

        def add(conn: Connection) -> int:
            there = _position(conn, tenant_id, name)  # two consumers may come at the same moment
            if there is None:
                conn.exec_driver_sql(_ADD, (tenant_id, name, begin, self._clock()))
            return begin if there is None else there

        return await self._store.write(add)

    async def ack(self, tenant_id: str, name: str, position: int, *, patience_s: float = 0.0) -> None:
        """Everything up to here is done. Durable on return; never moves backward; safe to repeat.

        Raises UnknownSubscription, StoreUnavailable.
        """
        at_ms = self._clock()
        changed = await self._store.write(
            lambda conn: conn.exec_driver_sql(_ACK, (position, at_ms, tenant_id, name)).rowcount,
            patience_s=patience_s,
        )
        if not changed:
            raise UnknownSubscription

    async def list(self, tenant_id: str) -> Sequence[Subscription]:
        """Every subscription of the tenant. Raises StoreUnavailable."""
        rows = await self._store.read(lambda conn: conn.exec_driver_sql(_LIST, (tenant_id,)).all())
        return [Subscription(*row) for row in rows]

    def position_of(self, cursor: str) -> int:
        """The position in a cursor that this journal has given out. Raises CursorInvalid."""
        position = decode_cursor(cursor)
        if position > self._journal.head:
            raise CursorInvalid("This cursor lies behind the newest event")
        return position


def _position(conn: Connection, tenant_id: str, name: str) -> int | None:
    found: int | None = conn.exec_driver_sql(_GET, (tenant_id, name)).scalar()
    return found
