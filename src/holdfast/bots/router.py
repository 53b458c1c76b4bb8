"""Handlers behind filters, in a tree: the first that handles an event ends it."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from holdfast.bots.chat import Chat
from holdfast.bots.filters import SAID, Filter, Say, judge
from holdfast.bots.limits import Limit
from holdfast.bots.outcome import HANDLED, UNHANDLED, Outcome
from holdfast.model.events import BotReminder, EventType, MessageReceived, NoticeReceived
from holdfast.model.notices import NoticeKind

Handler = Callable[..., Awaitable[Outcome | None]]
Next = Callable[[Chat], Awaitable[Outcome]]
#: Goes around a router's search or around a handler: `async def middleware(chat, next): return await
#: next(chat)`.
Middleware = Callable[[Chat, Next], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class _Signature:
    """What a handler's parameters ask for; looked at once, when it is registered."""

    names: frozenset[str]
    everything: bool

    @classmethod
    def of(cls, handler: Handler) -> "_Signature":
        """Of this handler. Raises TypeError for one that is not `async` or does not take the chat."""
        if not inspect.iscoroutinefunction(handler):
            raise TypeError(f"{handler!r} is no `async def`")
        parameters = list(inspect.signature(handler).parameters.values())
        if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
            raise TypeError(f"{handler!r} does not take the chat")
        everything = any(it.kind is inspect.Parameter.VAR_KEYWORD for it in parameters)
        return cls(frozenset(it.name for it in parameters[1:]), everything)

    def of_these(self, found: Mapping[str, object]) -> dict[str, object]:
        """What the handler asks for among what was found."""
        return {name: value for name, value in found.items() if self.everything or name in self.names}


Wants = Callable[[Chat], bool]


@dataclass(frozen=True, slots=True)
class _Route:
    handler: Handler
    signature: _Signature
    filters: tuple[Filter, ...]
    wants: Wants
    limit: Limit | None


@dataclass(frozen=True, slots=True)
class _Included:
    router: "Router"
    filters: tuple[Filter, ...]


class Router:
    """Handlers and other routers, in the order in which they were registered."""

    def __init__(self) -> None:
        self._entries: list[_Route | _Included] = []
        self._outer: list[Middleware] = []
        self._inner: list[Middleware] = []

    # ---- registering -----------------------------------------------------------------------------------

    def on(
        self,
        *filters: Filter,
        groups: bool = False,
        kinds: Collection[str] = SAID,
        limit: Limit | None = None,
    ) -> Callable[[Handler], Handler]:
        """Decorate `async def handler(chat, **what the filters found)`; the first that matches is called.

        Messages of groups reach only handlers with `groups=True`, the number's own messages reach none.
        A message is heard once: its edits, its deletion and reactions to it reach only handlers that name
        these kinds, as in `kinds={"edit"}`.
        """
        return partial(self._add, filters, partial(_said, groups=groups, kinds=frozenset(kinds)), limit)

    def reminder(self, name: str) -> Callable[[Handler], Handler]:
        """Decorate what is called when the reminder of this name is due; its `data` are in `chat.data`."""
        return partial(self._add, (), partial(_due, name=name), None)

    def notice(self, *kinds: NoticeKind) -> Callable[[Handler], Handler]:
        """Decorate what is called for calls, changes of groups and the like, of these kinds."""
        return partial(self._add, (), partial(_noticed, kinds=frozenset(kinds)), None)

    def include(self, router: "Router", *filters: Filter) -> None:
        """Ask another router in this place, for what these filters want."""
        if router is self or self in router.routers():
            raise ValueError("A router cannot include itself")
        self._entries.append(_Included(router, filters))

    def outer(self, middleware: Middleware) -> Middleware:
        """Decorate what goes around this router's whole search, filters included."""
        self._outer.append(middleware)
        return middleware

    def inner(self, middleware: Middleware) -> Middleware:
        """Decorate what goes around each handler of this router and of those in it, once it is found."""
        self._inner.append(middleware)
        return middleware

    def routers(self) -> "list[Router]":
        """Every router in this one, itself first."""
        inside = [it.router.routers() for it in self._entries if isinstance(it, _Included)]
        return [self, *(router for routers in inside for router in routers)]

    @property
    def types(self) -> frozenset[EventType]:
        """The types of events that its handlers are about."""
        asked = {
            _TYPES[_kind_of(it)]
            for router in self.routers()
            for it in router._entries
            if isinstance(it, _Route)
        }
        return frozenset(asked)

    def _add(
        self, filters: tuple[Filter, ...], wants: Wants, limit: Limit | None, handler: Handler
    ) -> Handler:
        self._entries.append(_Route(handler, _Signature.of(handler), filters, wants, limit))
        return handler

    # ---- at work ---------------------------------------------------------------------------------------

    async def route(self, chat: Chat, around: tuple[Middleware, ...] = ()) -> Outcome:
        """Have the first handler that wants this event handle it. Raises what it raises."""
        search = partial(self._search, around=(*around, *self._inner))
        return await _wrapped(self._outer, search)(chat)

    async def _search(self, chat: Chat, around: tuple[Middleware, ...]) -> Outcome:
        for entry in self._entries:
            if await self._try(entry, chat, around) is HANDLED:
                return HANDLED
        return UNHANDLED

    async def _try(self, entry: _Route | _Included, chat: Chat, around: tuple[Middleware, ...]) -> Outcome:
        if isinstance(entry, _Route) and not entry.wants(chat):
            return UNHANDLED
        found = await judge(entry.filters, chat)
        if found is None:
            return UNHANDLED
        if isinstance(found, Say):
            await chat.reply(found.text)
            return HANDLED
        if isinstance(entry, _Included):
            chat.context.update(found)
            return await entry.router.route(chat, around)
        if entry.limit is not None and not entry.limit.take(chat):
            await entry.limit.refuse(chat)
            return HANDLED
        mark = chat.mark()
        outcome = await _wrapped(around, partial(_call, entry=entry, found=found))(chat)
        if outcome is UNHANDLED:
            chat.back_to(mark)
        return outcome


async def _call(chat: Chat, entry: _Route, found: Mapping[str, object]) -> Outcome:
    given = entry.signature.of_these({**chat.context, **found})
    return await entry.handler(chat, **given) or HANDLED


def _wrapped(middleware: Collection[Middleware], inmost: Next) -> Next:
    """The first one outermost."""
    call: Next = inmost
    for each in reversed(tuple(middleware)):
        call = partial(_around, each, call)
    return call


async def _around(middleware: Middleware, inside: Next, chat: Chat) -> Outcome:
    return await middleware(chat, inside)


def _said(chat: Chat, groups: bool, kinds: frozenset[str]) -> bool:
    message = chat.event.data
    if not isinstance(message, MessageReceived) or message.from_me:
        return False
    return message.content.kind in kinds and (groups or not message.group)


def _due(chat: Chat, name: str) -> bool:
    it = chat.event.data
    return isinstance(it, BotReminder) and (it.bot, it.name) == (chat.bot, name)


def _noticed(chat: Chat, kinds: frozenset[NoticeKind]) -> bool:
    return isinstance(chat.event.data, NoticeReceived) and chat.event.data.notice.kind in kinds


def _kind_of(route: _Route) -> object:
    wants: Any = route.wants
    return wants.func


_TYPES: Final[Mapping[object, EventType]] = {
    _said: EventType.MESSAGE_RECEIVED,
    _due: EventType.BOT_REMINDER,
    _noticed: EventType.NOTICE_RECEIVED,
}
