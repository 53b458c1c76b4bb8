"""A bot: handlers behind filters, the first match wins."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Unpack

from holdfast.bots.filters import SAID, Filter, Handler, judge
from holdfast.client import Client, Event, IdempotencyConflict, Sent
from holdfast.client.outgoing import SendOptions
from holdfast.model.content import Content, Reaction
from holdfast.model.events import MessageReceived


class Chat:
    """What a handler gets: the message, and ways to answer it. Answers survive crashes without doubling."""

    def __init__(self, client: Client, event: Event, bot: str) -> None:
        self.client = client
        self.event = event
        self._bot = bot
        self._answers = 0

    @property
    def text(self) -> str:
        """The message's text."""
        return self.event.text

    @property
    def name(self) -> str:
        """The name that the sender shows, empty when WhatsApp gave none."""
        return self.event.data.push_name if isinstance(self.event.data, MessageReceived) else ""

    async def reply(self, content: str | Content, **options: Unpack[SendOptions]) -> Sent | None:
        """Answer in this chat, by a text or any other content. None when an earlier run of this handler has
        answered with something else.

        The n-th reply of a handler to one event goes out once, however often the event is handled.
        """
        self._answers += 1
        part = self._bot if self._answers == 1 else f"{self._bot}.{self._answers}"
        try:
            return await self.client.reply(self.event, content, part=part, **options)
        except IdempotencyConflict:
            return None

    async def react(self, emoji: str) -> Sent | None:
        """React to this message; an empty emoji takes the reaction back. As `reply`, once per event."""
        message = self.event.data
        if not isinstance(message, MessageReceived):
            return None
        return await self.reply(Reaction(message.message_id, emoji))

    async def reply_once(self, text: str, topic: str = "greeting") -> Sent | None:
        """Say this once per chat and topic, for ever: the gateway's idempotency key remembers it, not the
        bot.

        None when it was said before with another text.
        """
        key = f"once:{self._bot}:{topic}:{self.event.chat}"
        try:
            return await self.client.send(self.event.session_id, self.event.chat, text, idempotency_key=key)
        except IdempotencyConflict:
            return None


@dataclass(frozen=True, slots=True)
class _Route:
    handler: Handler
    filters: tuple[Filter, ...]
    groups: bool
    kinds: frozenset[str]


class Bot:
    """A named set of handlers. The name is its subscription: what it has done is remembered under it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._routes: list[_Route] = []

    def on(
        self, *filters: Filter, groups: bool = False, kinds: Collection[str] = SAID
    ) -> Callable[[Handler], Handler]:
        """Decorate `async def handler(chat, **what the filters found)`; the first that matches is called.

        Messages of groups reach only handlers with `groups=True`, the number's own messages reach none.
        A message is heard once: its edits, its deletion and reactions to it reach only handlers that name
        these kinds, as in `kinds={"edit"}`.
        """

        def register(handler: Handler) -> Handler:
            self._routes.append(_Route(handler, filters, groups, frozenset(kinds)))
            return handler

        return register

    async def handle(self, client: Client, event: Event) -> bool:
        """Run the first handler that wants this event; True when there was one. Raises what it raises."""
        message = event.data
        if not isinstance(message, MessageReceived):
            return False
        for route in self._routes:
            if message.content.kind not in route.kinds or (message.group and not route.groups):
                continue
            arguments = judge(route.filters, event)
            if arguments is not None:
                await route.handler(Chat(client, event, self.name), **_accepted(route.handler, arguments))
                return True
        return False


def _accepted(handler: Handler, arguments: Mapping[str, object]) -> dict[str, object]:
    """Only what the handler's signature asks for, so that `async def status(chat)` needs no `args`."""
    parameters = inspect.signature(handler).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return dict(arguments)
    return {name: value for name, value in arguments.items() if name in parameters}
