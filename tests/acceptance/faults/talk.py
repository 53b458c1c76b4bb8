"""Messages both ways while something breaks, and the account of each: who sent it, how often it arrived."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from holdfast.cli.selftest.tally import Tally
from holdfast.client import Client, GatewayUnreachable, HoldfastError
from holdfast.lab import Phone, SimulatorError
from holdfast.model.errors import CursorGenerationChanged
from holdfast.model.events import MessageFileChanged, MessageReceived, MessageStatusChanged, SendStatus
from holdfast.model.media import FileState
from patience import PATIENCE_S

_PAUSE_S = 0.1
_POLL_S = 2.0
#: Refusals that say: the same again, later.
_LATER = frozenset(
    {"store_unavailable", "cursor_generation_changed", "gateway_unreachable", "engine_unreachable"}
)


@dataclass
class Talk:
    """A customer writes to the number, a program writes to the customer; consumers count what arrives."""

    client: Client
    session: str
    number: str
    customer: Phone
    received: Tally = field(default_factory=Tally)
    sent: Tally = field(default_factory=Tally)
    #: Accepted, and failed for a reason that its sender was told.
    refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._numbered = itertools.count(1)
        self._tokens: dict[str, str] = {}  # by message id
        self._heard: set[str] = set()  # event ids
        self._arrived: set[str] = set()  # message ids
        self._failed: set[str] = set()  # message ids
        self._news = asyncio.Event()
        self._saying, self._sending = asyncio.Lock(), asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client, session: str, number: str, customer: Phone) -> AsyncIterator["Talk"]:
        """Counting begins with the block and ends with it."""
        talk = cls(client, session, number, customer)
        ready = asyncio.Event()
        counting = [asyncio.create_task(talk._consume(ready)), asyncio.create_task(talk._read_inbox())]
        try:
            async with asyncio.timeout(PATIENCE_S):
                await ready.wait()
            yield talk
        finally:
            for task in counting:
                task.cancel()
            await asyncio.gather(*counting, return_exceptions=True)

    @asynccontextmanager
    async def flowing(self, flows: bool = True) -> AsyncIterator[None]:
        """Messages go both ways as long as the block lasts."""
        over = asyncio.Event()
        tasks = [asyncio.create_task(each(over)) for each in ((self._say_on, self._send_on) if flows else ())]
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*tasks)

    @asynccontextmanager
    async def hushed(self) -> AsyncIterator[None]:
        """Nobody writes as long as the block lasts, and whatever was written before has arrived."""
        async with self._saying, self._sending:
            async with asyncio.timeout(PATIENCE_S):
                await self._all_seen()
            yield

    async def exchange(self, within_s: float = PATIENCE_S) -> str:
        """One more message each way, after everything before; returns what has not arrived in time, in words.

        Chats keep their order, so whatever arrives twice has done so before the last one is there.
        """
        for _ in range(2):
            await self._say()
            await self._send()
            try:
                async with asyncio.timeout(within_s):
                    await self._all_seen()
            except TimeoutError:
                lost = sorted(self.received.missing) + sorted(self.sent.missing)
                return f"after {within_s:g} s these have not arrived: {', '.join(lost[:6])}"
        return ""

    async def _all_seen(self) -> None:
        while self.received.missing or self.sent.missing:
            self._news.clear()
            await self._news.wait()

    # ---- writing -------------------------------------------------------------------------------------

    async def _say_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._say()
            await _pause(over)

    async def _send_on(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._send()
            await _pause(over)

    async def say_file(self, *, comes: bool) -> None:
        """The customer sends a file. It has arrived once it is stored; its message, if it cannot come."""
        content = f"file-{next(self._numbered)}".encode() * 2000
        id = await self.customer.send_file(self.number, content, kind="document", file_name="a.bin")
        self.received.send(f"{'file' if comes else 'message'} {id}")
        if not comes and id in self._arrived:
            self.received.see(f"message {id}")

    async def _say(self) -> None:
        token = f"in-{next(self._numbered)}"
        async with self._saying:
            await self.customer.say(self.number, token)
            self.received.send(token)

    async def _send(self) -> None:
        async with self._sending:
            await self._send_next()

    async def _send_next(self) -> None:
        token = f"out-{next(self._numbered)}"
        while True:
            # With the same key until there is an answer: accepted once is sent once.
            try:
                accepted = await self.client.send(
                    self.session, self.customer.phone, token, idempotency_key=token, timeout_s=10.0
                )
            except GatewayUnreachable:
                continue
            except HoldfastError as refused:
                if refused.code not in _LATER:
                    raise
                await asyncio.sleep(_PAUSE_S)
                continue
            self._tokens[accepted.message_id] = token
            self.sent.send(token)
            self._excuse()
            return

    # ---- counting ------------------------------------------------------------------------------------

    async def _consume(self, ready: asyncio.Event) -> None:
        while True:
            # Where the database was lost, a consumer is told so and begins with what there is now.
            with contextlib.suppress(CursorGenerationChanged):
                await self._follow(ready)

    async def _follow(self, ready: asyncio.Event) -> None:
        types = ["message.received", "message.status", "message.file"]
        async with self.client.events("faults", types=types, after="") as stream:
            ready.set()
            async for event in stream:
                if event.event_id in self._heard:  # delivered again, not happened again
                    stream.ack(event)
                    continue
                self._heard.add(event.event_id)
                if isinstance(event.data, MessageReceived):
                    self._arrived.add(event.data.message_id)
                    if f"message {event.data.message_id}" in self.received.sent:
                        self.received.see(f"message {event.data.message_id}")
                if event.text.startswith("in-"):
                    self.received.see(event.text)
                    self._news.set()
                if isinstance(event.data, MessageFileChanged) and event.data.state is FileState.STORED:
                    self.received.see(f"file {event.data.message_id}")
                    self._news.set()
                if isinstance(event.data, MessageStatusChanged) and event.data.status is SendStatus.FAILED:
                    self._failed.add(event.data.message_id)
                    self._excuse()
                stream.ack(event)

    def _excuse(self) -> None:
        """What failed and whose sender was told so is not lost."""
        for token in [self._tokens[id] for id in self._failed & self._tokens.keys()]:
            self.refused.add(token)
            self.sent.sent.discard(token)
        self._news.set()

    async def _read_inbox(self) -> None:
        after = 0
        while True:
            try:
                items, after = await self.customer.inbox(after, wait_s=_POLL_S)
            except (SimulatorError, OSError):
                await asyncio.sleep(_PAUSE_S)
                continue
            for item in items:
                if item.text.startswith("out-"):
                    self.sent.see(item.text)
                    self._news.set()


async def _pause(over: asyncio.Event) -> None:
    """Between two messages; ends early when it is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), _PAUSE_S)
