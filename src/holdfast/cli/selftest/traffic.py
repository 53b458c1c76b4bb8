"""Messages in both directions, all the time, and the two places where they are counted."""

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field

from holdfast.cli.selftest.tally import Tally
from holdfast.client import Client, GatewayUnreachable
from holdfast.lab import Phone, Simulator

_PER_SECOND = 25.0  # each way
_SENDERS = 4


@dataclass
class Number:
    """A linked number under test and the customer that writes with it."""

    session: str
    phone: str
    customer: Phone


@dataclass
class Traffic:
    """Runs as long as its block; `flowing` pauses and resumes the senders, the counters always run."""

    api: Client
    simulator: Simulator
    numbers: list[Number]
    seed: int
    inbound: Tally = field(default_factory=Tally)
    outbound: Tally = field(default_factory=Tally)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._numbered = itertools.count(1)
        self._tasks: list[asyncio.Task[None]] = []
        self._inboxes: dict[str, int] = {}
        self._sending = 0

    async def __aenter__(self) -> "Traffic":
        """Start counters first, then senders."""
        ready = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._consume(ready)))
        async with asyncio.timeout(60.0):
            await ready.wait()
        self._tasks.append(asyncio.create_task(self._watch_phones()))
        self._tasks.append(asyncio.create_task(self._phones_write()))
        self._tasks += [asyncio.create_task(self._numbers_write(lane)) for lane in range(_SENDERS)]
        for task in self._tasks:
            task.add_done_callback(self._note_death)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        for task in self._tasks:
            task.remove_done_callback(self._note_death)
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def drain(self, within_s: float) -> None:
        """Stop writing, then wait until everything has arrived, or until `within_s` have passed."""
        self.flowing.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._until_all_seen()
        await asyncio.sleep(1.0)  # twins would follow

    async def _until_all_seen(self) -> None:
        while True:
            if not self._sending and not self.inbound.missing and not self.outbound.missing:
                return
            await asyncio.sleep(0.1)

    # ---- inbound: phone -> number -> consumer --------------------------------------------------------

    async def _phones_write(self) -> None:
        lanes = itertools.count()
        while True:
            await self.flowing.wait()
            number = self.numbers[next(lanes) % len(self.numbers)]
            token = f"in-{self.seed}-{next(self._numbered)}"
            self.inbound.send(token)
            await number.customer.say(number.phone, token)
            await asyncio.sleep(1 / _PER_SECOND)

    async def _consume(self, ready: asyncio.Event) -> None:
        async with self.api.events("selftest", types=["message.received"]) as stream:
            ready.set()
            async for event in stream:
                if event.text.startswith("in-"):
                    self.inbound.see(event.text)
                stream.ack(event)

    # ---- outbound: API -> number -> phone ------------------------------------------------------------

    async def _numbers_write(self, lane: int) -> None:
        mine = itertools.count(lane)
        while True:
            await self.flowing.wait()
            number = self.numbers[next(mine) % len(self.numbers)]
            token = f"out-{self.seed}-{next(self._numbered)}"
            await self._send(number, token)
            await asyncio.sleep(_SENDERS / _PER_SECOND)

    async def _send(self, number: Number, token: str) -> None:
        self._sending += 1
        while True:
            # With the same key until there is an answer: an accepted message must go out once, however
            # often the gateway dies in between.
            with contextlib.suppress(GatewayUnreachable):
                await self.api.send(
                    number.session, number.customer.phone, token, idempotency_key=token, timeout_s=60.0
                )
                self.outbound.send(token)
                self._sending -= 1
                return

    async def _watch_phones(self) -> None:
        while True:
            for number in list(self.numbers):
                await self._look(number.customer.phone)
            await asyncio.sleep(0.2)

    async def _look(self, phone: str) -> None:
        items, after = await self.simulator.at(phone).inbox(self._inboxes.get(phone, 0))
        self._inboxes[phone] = after
        for item in items:
            if item.text.startswith("out-"):
                self.outbound.see(item.text)

    def _note_death(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            self.troubles.append(f"traffic stopped: {type(failure).__name__}: {failure}")
