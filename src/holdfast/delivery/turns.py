"""Who reads a subscription at the moment: one consumer, the newest. The one before it is told, and ends.

It knows the consumers of this process, which are all that there are: one gateway serves a database.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from holdfast.model.errors import SubscriptionTaken
from holdfast.model.ids import TenantId

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Turn:
    """One consumer's turn. Ends when the block does, or when another consumer takes the subscription."""

    _turns: "Turns"
    _place: tuple[str, str]
    _taken: asyncio.Event = field(default_factory=asyncio.Event)

    async def taken(self) -> SubscriptionTaken:
        """Why this turn is over; returns when another consumer has come."""
        await self._taken.wait()
        return SubscriptionTaken()

    async def hold(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this work in this turn. Raises SubscriptionTaken as soon as another consumer has come."""
        doing, taken = asyncio.ensure_future(work), asyncio.ensure_future(self.taken())
        try:
            await asyncio.wait({doing, taken}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise taken.result()
            return doing.result()
        finally:
            for task in (doing, taken):
                task.cancel()
            await asyncio.wait({doing, taken})

    def end(self) -> None:
        """The consumer has left. Safe to repeat, and after the turn was taken."""
        if self._turns.current.get(self._place) is self:
            del self._turns.current[self._place]

    def __enter__(self) -> Self:
        """The turn has begun already."""
        return self

    def __exit__(self, *_: object) -> None:
        """The turn is over."""
        self.end()

    def give_way(self) -> None:
        """Another consumer has come."""
        self._taken.set()


class Turns:
    """Every turn of the moment, by tenant and name."""

    def __init__(self) -> None:
        self.current: dict[tuple[str, str], Turn] = {}

    def take(self, tenant_id: TenantId, name: str) -> Turn:
        """Begin a turn; the consumer that had it before is told."""
        self.end(tenant_id, name)
        turn = Turn(self, (tenant_id, name))
        self.current[tenant_id, name] = turn
        return turn

    def end(self, tenant_id: TenantId, name: str) -> None:
        """End whoever's turn it is."""
        before = self.current.pop((tenant_id, name), None)
        if before is not None:
            before.give_way()
