"""Several bots on the same numbers, in order: the first that handles an event ends it."""

from collections.abc import Mapping, Sequence

from holdfast.bots.bot import Bot
from holdfast.model.events import EventType


class Stack:
    """Bots in order, under one subscription. Each remembers for itself.

    `sessions` are the numbers that they are for, by id or name; None: every one. `orders` gives single
    numbers another order, fewer bots, or some of `more`, which no other number has.
    """

    def __init__(
        self,
        name: str,
        bots: Sequence[Bot],
        *,
        more: Sequence[Bot] = (),
        sessions: Sequence[str] | None = None,
        orders: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        every = (*bots, *more)
        names = [bot.name for bot in every]
        if len(set(names)) != len(names):
            raise ValueError("two bots of a stack have one name")
        self.name, self.bots, self.more, self.sessions = name, tuple(bots), tuple(more), sessions
        by_name = {bot.name: bot for bot in every}
        self._orders = {
            session: tuple(by_name[each] for each in order) for session, order in (orders or {}).items()
        }

    @property
    def types(self) -> Sequence[str]:
        """The types of events that its bots are about, and those that the runner needs."""
        asked = {EventType.MESSAGE_RECEIVED, EventType.CHAT_HANDOVER, EventType.CONFIGURATION_CHANGED}
        for bot in (*self.bots, *self.more):
            asked |= bot.types
        return sorted(asked)

    def order(self, session: str) -> Sequence[Bot]:
        """The bots for this number, the first to be asked first."""
        return self._orders.get(session, self.bots)
