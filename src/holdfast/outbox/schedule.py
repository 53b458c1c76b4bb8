"""Holds back scheduled messages: each joins its chat's lane when it is due, in the order of acceptance."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.clock import Clock
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.outbox import statements
from holdfast.store import ReadUnit, Store

_log = logging.get("outbox")

#: A wall clock that was set is noticed within this time.
_LONGEST_S: Final = 30.0
_AGAIN_S: Final = 0.5

Due = Sequence[tuple[SessionId, str, int]]


class Schedule:
    """Calls `due` with the chats whose messages have become due, and how many those are."""

    def __init__(self, store: Store, due: Callable[[Due], None], clock: Clock) -> None:
        self._store, self._due, self._clock = store, due, clock
        self._next_ms: int | None = None
        self._earlier = asyncio.Event()

    def added(self, not_before_ms: int) -> None:
        """Note that a message for this time was accepted."""
        if self._next_ms is None or not_before_ms < self._next_ms:
            self._next_ms = not_before_ms
            self._earlier.set()

    async def run(self) -> None:
        """Run until cancelled. What is due at the start is loaded with the rest of the queue, not here."""
        after_ms = self._clock()
        while True:
            self._earlier.clear()
            now = self._clock()
            # After the clock was set back, nothing that is still unreported may be skipped.
            after_ms = min(after_ms, now)
            try:
                due, self._next_ms = await self._store.read(partial(_look, after=after_ms, now_ms=now))
            except StoreUnavailable:
                _log.warning("outbox.load_failed")
                await asyncio.sleep(_AGAIN_S)
                continue
            after_ms = now
            if due:
                self._due(due)
            if not self._earlier.is_set():
                await self._until_next()

    async def _until_next(self) -> None:
        wait_s = _LONGEST_S
        if self._next_ms is not None:
            wait_s = min(wait_s, max(0.0, (self._next_ms - self._clock()) / 1000))
        try:
            async with asyncio.timeout(wait_s):
                await self._earlier.wait()
        except TimeoutError:
            return


def _look(unit: ReadUnit, after: int, now_ms: int) -> tuple[Due, int | None]:
    due = unit.all(statements.BECOME_DUE, after=after, now_ms=now_ms)
    next_ms: int | None = unit.scalar(statements.NEXT_DUE, now_ms=now_ms)
    return [(SessionId(session_id), chat, int(rows)) for session_id, chat, rows in due], next_ms
