"""Subscriptions: a name, and the cursor up to which its consumer is done. They outlive every process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.delivery import statements
from holdfast.journal import Journal, decode_cursor
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import CursorInvalid, RequestInvalid, UnknownSubscription
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Store, WriteUnit

_LONGEST_NAME: Final = 128


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

    async def open(self, tenant_id: TenantId, name: str, after: str | None) -> int:
        """The position behind which the consumer goes on. Creates the subscription if there is none.

        `after` is for a new one alone: None begins at the present end, the empty cursor at the beginning.
        One that exists goes on where it was acknowledged. Raises RequestInvalid, CursorInvalid,
        StoreUnavailable.
        """
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise RequestInvalid(f"A subscription's name has 1 to {_LONGEST_NAME} printable characters")
        found = await self._store.read(lambda unit: _position(unit, tenant_id, name))
        if found is not None:
            return found
        begin = self._journal.head if after is None else self.position_of(after)

        def add(unit: WriteUnit) -> int:
            there = _position(unit, tenant_id, name)  # two consumers may come at the same moment
            if there is None:
                now = self._clock()
                unit.run(statements.ADD, tenant_id=tenant_id, name=name, position=begin, now=now)
            return begin if there is None else there

        return await self._store.write(add)

    async def ack(self, tenant_id: TenantId, name: str, position: int, *, patience_s: float = 0.0) -> None:
        """Everything up to here is done. Durable on return; never moves backward; safe to repeat.

        Raises UnknownSubscription, StoreUnavailable.
        """
        values = {"position": position, "now": self._clock(), "tenant_id": tenant_id, "name": name}
        changed = await self._store.write(
            lambda unit: unit.run(statements.ACKNOWLEDGE, **values), patience_s=patience_s
        )
        if not changed:
            raise UnknownSubscription

    async def list(self, tenant_id: TenantId) -> Sequence[Subscription]:
        """Every subscription of the tenant. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.LIST, tenant_id=tenant_id))
        return [Subscription(*row) for row in rows]

    def position_of(self, cursor: str) -> int:
        """The position in a cursor that this journal has given out. Raises CursorInvalid."""
        position = decode_cursor(cursor)
        if position > self._journal.head:
            raise CursorInvalid("This cursor lies behind the newest event")
        return position


def _position(unit: ReadUnit, tenant_id: TenantId, name: str) -> int | None:
    found: int | None = unit.scalar(statements.POSITION, tenant_id=tenant_id, name=name)
    return found
