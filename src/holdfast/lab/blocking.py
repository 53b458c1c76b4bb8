"""The lab for code without an event loop: the same objects, their coroutines awaited in a thread.

Nothing is written twice: a proxy calls the asynchronous object, and hands out proxies of what it gets.
"""

import inspect
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import cache
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from holdfast.lab.faults import Fault, FaultOrder

#: Modules whose objects are proxied; everything else, facts above all, passes as it is.
_OURS = ("holdfast.lab.", "holdfast.client.")


@contextmanager
def blocking(context: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    """An asynchronous context, such as `Simulator.start(...)`, for a `with` block, in a thread of its own."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(context) as target:
        yield proxy(target, portal)


def proxy(value: Any, portal: BlockingPortal) -> Any:
    """The value itself, or, if it has something to await, a proxy of it."""
    if isinstance(value, list | tuple):
        return type(value)(proxy(item, portal) for item in value)
    return Blocking(value, portal) if _awaits(value.__class__) else value


@cache
def _awaits(kind: Hashable) -> bool:
    """True for classes of ours that have something to await."""
    return str(kind.__module__).startswith(_OURS) and any(
        inspect.iscoroutinefunction(member) for _, member in inspect.getmembers(kind)
    )


def plain(value: Any) -> Any:
    """What a proxy stands for; also inside lists, tuples and dictionaries."""
    if isinstance(value, Blocking):
        return value.target
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


class Blocking:
    """A proxy: methods block, asynchronous contexts are for `with`, asynchronous iterators for `for`."""

    def __init__(self, target: Any, portal: BlockingPortal) -> None:
        self.target = target
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.target, name)
        if inspect.ismethod(found) or inspect.isfunction(found):
            return self._blocking(found)
        return proxy(found, self._portal)

    def _blocking(self, method: Callable[..., Any]) -> Callable[..., Any]:
        portal = self._portal

        async def call(args: Any, kwargs: Any) -> Any:
            made = method(*args, **kwargs)
            return await made if inspect.isawaitable(made) and not isinstance(made, FaultOrder) else made

        def run(*args: Any, **kwargs: Any) -> Any:
            made = portal.call(call, plain(args), plain(kwargs))
            if isinstance(made, FaultOrder):
                return Struck(made, portal)
            if isinstance(made, AbstractAsyncContextManager) and not inspect.iscoroutinefunction(method):
                return _entered(portal, made)
            if hasattr(made, "__anext__"):
                return _items(portal, made)
            return proxy(made, portal)

        return run

    def __repr__(self) -> str:
        return repr(self.target)

    def __eq__(self, other: object) -> bool:
        return bool(self.target == plain(other))

    def __hash__(self) -> int:
        return hash(self.target)


@contextmanager
def _entered(portal: BlockingPortal, context: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    with portal.wrap_async_context_manager(context) as target:
        yield proxy(target, portal)


def _items(portal: BlockingPortal, items: Any) -> Iterator[Any]:
    async def following() -> tuple[bool, Any]:
        try:
            return True, await items.__anext__()
        except StopAsyncIteration:
            return False, None

    try:
        while True:
            more, item = portal.call(following)
            if not more:
                return
            yield proxy(item, portal)
    finally:
        portal.call(items.aclose)


class Struck:
    """A fault, in force since it was ordered. As a `with` block it ends with the block, else it stays."""

    def __init__(self, order: FaultOrder, portal: BlockingPortal) -> None:
        self._order = order
        self._portal = portal
        self.fault: Fault = portal.call(order.__aenter__)

    def __enter__(self) -> Fault:
        return self.fault

    def __exit__(self, *_: object) -> None:
        self._portal.call(self._order.__aexit__)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.fault, name)
