"""Deliveries on their way to the inbox:

gathered while a batch is being stored, confirmed when they are durable.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import StoreUnavailable
from holdfast.model.messages import Delivery, InboundReceipt

log = logging.get("engine")

_LARGEST_BATCH: Final = 512
#: So long receipts wait for a message, to share its commit: that holds up nothing, neither in the engine nor
#: at WhatsApp. After a wait in vain the next ones are not waited for: an engine of an earlier build hands
#: over nothing else of a number meanwhile, and loses a tenth of its time at most.
_COMPANY_S: Final = 0.1
_VAIN_S: Final = 1.0

Receive = Callable[[Sequence[Delivery]], Awaitable[Sequence[int]]]


class Intake:
    """One batch at a time, each as large as what came in during the last commit.

    Receipts alone wait for company: nobody asks for them at once, and a commit of their own costs as much as
    a message's.
    """

    def __init__(self, receive: Receive, confirm: Callable[[Sequence[int]], None]) -> None:
        self._receive = receive
        self._confirm = confirm
        self._queue: list[Delivery] = []
        self._generation = 0
        self._filled = asyncio.Event()
        self._urgent = asyncio.Event()
        self._waits_from = 0.0

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Queue what the engine handed over.

        WhatsApp waits for the confirmation, so this cannot grow without bound.
        """
        self._queue.extend(deliveries)
        self._filled.set()
        if not all(isinstance(delivery, InboundReceipt) for delivery in deliveries):
            self._urgent.set()

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
            await self._company()
            generation = self._generation
            batch, self._queue = self._queue[:_LARGEST_BATCH], self._queue[_LARGEST_BATCH:]
            if not self._queue:
                self._filled.clear()
                self._urgent.clear()
            if batch:
                durable = await self._store(batch)
                # Commit before confirm: a crash here redelivers; the unique key drops the twin. Another
                # engine counts
                # its deliveries from one again, so an id of the old one would confirm what nobody has stored.
                if generation == self._generation:
                    self._confirm(durable)

    async def _company(self) -> None:
        """Return when something came that cannot wait, or receipts have waited long enough."""
        loop = asyncio.get_running_loop()
        if self._urgent.is_set() or loop.time() < self._waits_from:
            return
        try:
            async with asyncio.timeout(_COMPANY_S):
                await self._urgent.wait()
        except TimeoutError:
            self._waits_from = loop.time() + _VAIN_S

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
