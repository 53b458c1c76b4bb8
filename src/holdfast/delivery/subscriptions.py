"""Subscriptions: a name, and the cursor up to which its consumer is done. They outlive every process."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from holdfast.delivery import statements
from holdfast.delivery.subscription import Consumer, Subscription, Wanted
from holdfast.delivery.turns import Turn, Turns
from holdfast.journal import Journal
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import RequestInvalid, UnknownSubscription
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Row, Store, WriteUnit

_LONGEST_NAME: Final = 128


class Subscriptions:
    """The subscriptions of one gateway, and who reads them at the moment."""

    def __init__(self, store: Store, journal: Journal, clock: Clock = now_ms) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        self._turns = Turns()

    async def open(
        self, consumer: Consumer, name: str, after: str | None, asked: Wanted | None = None
    ) -> Subscription:
        """The subscription of this name, as it now is. Creates it if there is none.

        `after` is for a new one alone: None begins at the present end, the empty cursor at the beginning.
        One that exists goes on where it was acknowledged, with the filter that it has. Raises
        RequestInvalid, CursorInvalid, CursorGenerationChanged, Forbidden, SubscriptionFilterDiffers,
        StoreUnavailable.
        """
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise RequestInvalid(f"A subscription's name has 1 to {_LONGEST_NAME} printable characters")

        def settle(unit: WriteUnit) -> Subscription:
            there = _find(unit, consumer.tenant_id, name)  # two consumers may come at the same moment
            if there is None:
                begin = self._journal.head if after is None else self._journal.position_of(after)
                return self._add(unit, consumer, name, begin, asked or Wanted())
            there.check_owner(consumer)
            wanted = there.filter_for(asked)
            if there.settled:
                return there
            return _settle(unit, consumer.tenant_id, there, consumer.key_id, wanted)

        found = await self._store.read(lambda unit: _find(unit, consumer.tenant_id, name))
        if found is None or not found.settled:
            return await self._store.write(settle)
        # The common case, a consumer that comes back, writes nothing.
        found.check_owner(consumer)
        found.filter_for(asked)
        return found

    async def change(
        self, consumer: Consumer, name: str, wanted: Wanted, owner_key_id: str | None = None
    ) -> Subscription:
        """Give a subscription another filter, and another owner where one is named.

        Whoever reads it is sent away, to come again with the new filter. Raises UnknownSubscription,
        Forbidden, StoreUnavailable.
        """

        def settle(unit: WriteUnit) -> Subscription:
            there = place_of(unit, consumer, name)
            owner = owner_key_id or there.owner_key_id or consumer.key_id
            return _settle(unit, consumer.tenant_id, there, owner, wanted)

        changed = await self._store.write(settle)
        self._turns.end(consumer.tenant_id, name)
        return changed

    async def delete(self, consumer: Consumer, name: str) -> None:
        """Forget a subscription and where it stood.

        Raises UnknownSubscription, Forbidden, StoreUnavailable.
        """

        def forget(unit: WriteUnit) -> None:
            place_of(unit, consumer, name)
            unit.run(statements.DELETE, tenant_id=consumer.tenant_id, name=name)

        await self._store.write(forget)
        self._turns.end(consumer.tenant_id, name)

    def take_turn(self, tenant_id: TenantId, name: str) -> Turn:
        """Read a subscription from now on: the consumer that has read it until now is told and ends."""
        return self._turns.take(tenant_id, name)

    async def ack(self, consumer: Consumer, name: str, position: int, *, patience_s: float = 0.0) -> None:
        """Everything up to here is done. Durable on return; never moves backward; safe to repeat.

        Raises UnknownSubscription, Forbidden, StoreUnavailable.
        """
        values = {"position": position, "now": self._clock(), "tenant_id": consumer.tenant_id, "name": name}
        values |= {"key_id": consumer.key_id, "may_take_over": int(consumer.may_take_over)}

        def move(unit: WriteUnit) -> None:
            if not unit.run(statements.ACKNOWLEDGE, **values):
                place_of(unit, consumer, name)

        await self._store.write(move, patience_s=patience_s, short=True)

    async def list(self, tenant_id: TenantId) -> Sequence[Subscription]:
        """Every subscription of the tenant. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.LIST, tenant_id=tenant_id))
        return [_read(row) for row in rows]

    def _add(
        self, unit: WriteUnit, consumer: Consumer, name: str, begin: int, wanted: Wanted
    ) -> Subscription:
        made = Subscription(name, begin, consumer.key_id, wanted, self._clock(), None)
        unit.run(
            statements.ADD,
            tenant_id=consumer.tenant_id,
            name=name,
            position=begin,
            owner_key_id=made.owner_key_id,
            filter_json=wanted.write(),
            now=made.created_at_ms,
        )
        return made


def _find(unit: ReadUnit, tenant_id: TenantId, name: str) -> Subscription | None:
    row = unit.first(statements.FIND, tenant_id=tenant_id, name=name)
    return None if row is None else _read(row)


def place_of(unit: ReadUnit, consumer: Consumer, name: str) -> Subscription:
    """Where a consumer stands, inside of a unit of work. Raises UnknownSubscription, Forbidden."""
    found = _find(unit, consumer.tenant_id, name)
    if found is None:
        raise UnknownSubscription
    found.check_owner(consumer)
    return found


def _settle(
    unit: WriteUnit, tenant_id: TenantId, there: Subscription, owner_key_id: str, wanted: Wanted
) -> Subscription:
    place = {"tenant_id": tenant_id, "name": there.name}
    unit.run(statements.SETTLE, **place, owner_key_id=owner_key_id, filter_json=wanted.write())
    return replace(there, owner_key_id=owner_key_id, wanted=wanted)


def _read(row: Row) -> Subscription:
    name, position, owner_key_id, filter_json, created_at_ms, acked_at_ms = row
    wanted = None if filter_json is None else Wanted.read(filter_json)
    return Subscription(name, position, owner_key_id, wanted, created_at_ms, acked_at_ms)
