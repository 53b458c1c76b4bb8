"""An event loop in a thread of its own, for programs that have none."""

import atexit
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

T = TypeVar("T")


class Portal:
    """Runs coroutines for threads that wait for them.

    The loop's thread starts with the first call, so that a client that was made before a fork works after
    it. Safe to use from many threads; where the calling thread has a running loop of its own, as in a
    notebook, that loop stands still meanwhile. `last` is called on the loop before the thread ends, which is
    when the interpreter exits where nobody closes the portal.
    """

    def __init__(self, last: Callable[[], Awaitable[None]]) -> None:
        self._last = last
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._portal: BlockingPortal | None = None
        self._pid = 0
        self._closed = False

    def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call it on the loop, and return what its coroutine returns.

        An interrupt of this thread cancels the coroutine. Raises what the coroutine raises, and RuntimeError
        when the portal is closed, or was used before the process forked.
        """
        future = self._running().start_task_soon(call)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # of an interrupted wait: nobody wants the result any more
            raise

    def inside(self, call: Callable[[], AbstractAsyncContextManager[T]]) -> AbstractContextManager[T]:
        """An asynchronous context, entered and left on the loop. Raises as `run`."""
        return self._running().wrap_async_context_manager(call())

    def iterate(self, call: Callable[[], AsyncIterator[T]]) -> Iterator[T]:
        """What an asynchronous iterator yields. Raises as `run`."""
        source = call()

        async def one() -> tuple[T] | None:
            # As a value: StopAsyncIteration means something to those who carry it.
            try:
                return (await anext(source),)
            except StopAsyncIteration:
                return None

        while (found := self.run(one)) is not None:
            yield found[0]

    def close(self) -> None:
        """Make the last call, and end the thread. Harmless to repeat."""
        with self._lock:
            closed, self._closed = self._closed, True
        if closed or self._portal is None or self._pid != os.getpid():
            return
        atexit.unregister(self.close)
        with self._opened:
            self._portal.call(self._last)

    def _running(self) -> BlockingPortal:
        with self._lock:
            if self._closed:
                raise RuntimeError("This client is closed: make another one.")
            if self._portal is None:
                self._pid = os.getpid()
                # Before the interpreter stops the thread: what waits for it then would wait forever.
                atexit.register(self.close)
                self._portal = self._opened.enter_context(start_blocking_portal(name="holdfast client"))
            if self._pid != os.getpid():
                raise RuntimeError(
                    "This client was used before the process forked: make one in every process."
                )
            return self._portal
