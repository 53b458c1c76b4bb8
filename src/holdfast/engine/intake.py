"""Deliveries on their way to the inbox:

gathered while a batch is being stored, confirmed when they are durable.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import StoreUnavailable
from holdfast.model.messages import Delivery

log = logging.get("engine")

_LARGEST_BATCH: Final = 512

Receive = Callable[[Sequence[Delivery]], Awaitable[Sequence[int]]]


class Intake:
    """One batch at a time, each as large as what came in during the last commit."""

    def __init__(self, receive: Receive, confirm: Callable[[Sequence[int]], None]) -> None:
        self._receive = receive
        self._confirm = confirm
        self._queue: list[Delivery] = []
        self._generation = 0
        self._filled = asyncio.Event()

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Queue what the engine handed over.

        WhatsApp waits for the confirmation, so this cannot grow without bound.
        """
        self._queue.extend(deliveries)
        self._filled.set()

    def begin(self) -> None:
        """An engine is attached: whatever the last connection left unconfirmed comes again."""
        self._generation += 1
        self._queue.clear()

    async def run(self) -> None:
        """Store and confirm until it is cancelled.

        While the database cannot be written, nothing is confirmed and it is tried again.
        """
        while True:
            await self._filled.wait()
            generation = self._generation
            batch, self._queue = self._queue[:_LARGEST_BATCH], self._queue[_LARGEST_BATCH:]
            if not self._queue:
                self._filled.clear()
            if batch:
                durable = await self._store(batch)
                # Commit before confirm: a crash here redelivers; the unique key drops the twin. Another
                # engine counts
                # its deliveries from one again, so an id of the old one would confirm what nobody has stored.
                if generation == self._generation:
                    self._confirm(durable)

    async def _store(self, batch: Sequence[Delivery]) -> Sequence[int]:
        attempt = 0
        while True:
            try:
                return await self._receive(batch)
            except StoreUnavailable as exc:
                log.log(
                    40 if attempt == 0 else 30, "intake.store_unavailable", error=str(exc), waiting=len(batch)
                )
            await asyncio.sleep(backoff(attempt, base_s=0.25, cap_s=5.0, roll=0.5))
            attempt += 1
