"""The hot path's socket: one WebSocket that comes back by itself.

Everything that is decided is decided in `protocol.HotPath`; this file dials, reads, writes and waits.
"""

import asyncio
import contextlib
import random
from collections import deque
from typing import Any, Self, cast

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from holdfast.client.errors import GatewayUnreachable
from holdfast.client.event import Event
from holdfast.client.ledger import Ledger
from holdfast.client.locate import Address, Locator
from holdfast.client.protocol import (
    Answer,
    Answered,
    Asked,
    EventsArrived,
    Happening,
    HotPath,
    Outgoing,
    Refused,
    Subscribed,
    Wanted,
)
from holdfast.client.steps import BotState, Committed, StateAsked, Step
from holdfast.client.types import Sent
from holdfast.model.errors import AccessError, HoldfastError

_FIRST_DELAY_S, _LONGEST_DELAY_S = 0.05, 5.0
_LAST_WORDS_S = 5.0
#: So long an acknowledgement waits for something else that is written. The worst that a program's end in this
#: time leads to is that the gateway gives the event out again.
_ACK_WITHIN_S = 0.1
_BACKLOG = 5_000  # events read ahead of the consumer
_UNREADABLE = (ValueError, KeyError, TypeError)  # a frame that is none: dial again
_PASSING = frozenset({"store_unavailable", "internal", "engine_unreachable"})
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(url: str) -> bool:
    """True for an address on this machine, which no proxy may be asked for."""
    return any(f"//{host}" in url for host in _LOOPBACK)


def delay_s(attempt: int, roll: float) -> float:
    """How long to wait before this attempt (0: none). `roll` in [0, 1) spreads clients apart."""
    if attempt == 0:
        return 0.0
    ceiling = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * float(2 ** min(attempt - 1, 16)))
    return ceiling * (0.5 + roll / 2)


def _manner(address: Address) -> dict[str, Any]:
    """How the event socket is opened, on whatever way."""
    return {
        "additional_headers": {"Authorization": f"Bearer {address.key}"},
        "compression": None,
        "open_timeout": 10,
        "close_timeout": 1,
        "max_size": None,
        "max_queue": 64,
    }


class _TryAgain(Exception):
    """The gateway refused for a reason that passes: dial again."""

    def __init__(self, error: HoldfastError) -> None:
        self.error = error
        super().__init__(str(error))


class Link:
    """One conversation with the gateway: sends, and at most one stream of events.

    It reconnects forever, with backoff; only a refusal (wrong key, unknown cursor) ends it, and then every
    waiting call raises that refusal.
    """

    def __init__(self, locator: Locator, wanted: Wanted | None = None) -> None:
        self._locator = locator
        self._hot = HotPath(wanted)
        # An unnamed stream continues after the last event received: nothing of it can come twice.
        self._ledger = Ledger() if wanted is not None and wanted.subscription is not None else None
        self._events: deque[Event] = deque()
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._next_token = 0
        self._to_write = asyncio.Event()
        self._to_read = asyncio.Event()
        self._arrived = asyncio.Event()
        self._begun = asyncio.Event()
        self._idle = asyncio.Event()  # nothing is left to write
        self._ack_timer: asyncio.TimerHandle | None = None
        self._refused: HoldfastError | None = None
        self._last_failure: HoldfastError | None = None
        self._task: asyncio.Task[None] | None = None
        self._up = False
        self._attempt = 0

    async def __aenter__(self) -> Self:
        """Start dialling; does not wait for the connection."""
        self._task = asyncio.create_task(self._run(), name="holdfast link")
        return self

    async def __aexit__(self, *_: object) -> None:
        """While the connection is up: let sends be answered and acknowledgements be written. Then close."""
        if self._up and self._refused is None:
            self._wake_writer()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await self._settled()
        if self._ack_timer is not None:
            self._ack_timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._refuse(GatewayUnreachable("The connection was closed by this program"))

    async def _settled(self) -> None:
        if self._answers:
            await asyncio.wait(list(self._answers.values()))
        await self._idle.wait()

    # ---- sends ---------------------------------------------------------------------------------------

    async def send(self, message: Outgoing, timeout_s: float) -> Sent:
        """Hand one message over; returns when the gateway has committed it.

        Raises what the gateway refuses it for, and GatewayUnreachable when there is no answer in time: the
        message may or may not have been accepted then, and a repetition with the same idempotency key is
        safe.
        """
        return cast(Sent, await self._ask(message, timeout_s))

    async def commit(self, step: Step, timeout_s: float) -> Committed:
        """Hand a step over; returns when the gateway has committed it. Raises like `send`; safe to repeat."""
        return cast(Committed, await self._ask(step, timeout_s))

    async def state(self, asked: StateAsked, timeout_s: float) -> BotState:
        """What a bot remembers of a chat. Raises UnknownSession, GatewayUnreachable."""
        return cast(BotState, await self._ask(asked, timeout_s))

    async def _ask(self, asked: Asked, timeout_s: float) -> Answer:
        if self._refused is not None:
            raise self._refused
        self._next_token += 1
        token = self._next_token
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[token] = future
        self._hot.ask(token, asked)
        self._wake_writer()
        self._to_read.set()
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise self._silence(timeout_s) from None
        finally:
            self._answers.pop(token, None)
            self._hot.forget(token)

    # ---- events --------------------------------------------------------------------------------------

    async def begun(self, timeout_s: float) -> None:
        """Return when the gateway has confirmed the subscription: what happens from now on will arrive.

        Raises GatewayUnreachable after `timeout_s`, or what the gateway refuses.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._begun.wait()
        except TimeoutError:
            raise self._silence(timeout_s) from None
        if self._refused is not None:
            raise self._refused

    async def next_event(self) -> Event:
        """The next event, however long it takes. Raises only what the gateway refuses for good."""
        while not self._events:
            if self._refused is not None:
                raise self._refused
            self._arrived.clear()
            await self._arrived.wait()
        event = self._events.popleft()
        if len(self._events) < _BACKLOG // 2:
            self._to_read.set()
        return event

    def ack(self, event: Event) -> None:
        """Mark an event finished, in any order; the gateway hears of the unbroken run of finished ones."""
        cursor = self._ledger.done(event.event_id) if self._ledger is not None else None
        if cursor is not None:
            self._hot.ack(cursor)
            self._idle.clear()
            if self._ack_timer is None:
                self._ack_timer = asyncio.get_running_loop().call_later(_ACK_WITHIN_S, self._wake_writer)

    # ---- the loop ------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while self._refused is None:
            await asyncio.sleep(delay_s(self._attempt, random.random()))
            self._attempt += 1
            try:
                address = self._locator.find()
                async with self._dial(address) as socket:
                    await self._talk(socket)
            except AccessError as refused:
                self._refuse(refused)
            except InvalidStatus as answer:
                self._judge(answer)
            except GatewayUnreachable as missing:
                self._last_failure = missing
            except _TryAgain as passing:
                self._last_failure = passing.error
            except (OSError, TimeoutError, WebSocketException, InvalidHandshake, *_UNREADABLE) as failure:
                self._last_failure = GatewayUnreachable(
                    f"The connection to the gateway failed ({type(failure).__name__})"
                )

    def _dial(self, address: Address) -> connect:
        if address.socket is not None:
            return unix_connect(str(address.socket), uri=address.socket_url, **_manner(address), proxy=None)
        return connect(
            address.socket_url, **_manner(address), proxy=None if is_loopback(address.url) else True
        )

    def _judge(self, answer: InvalidStatus) -> None:
        status = answer.response.status_code
        if status in {401, 403}:
            self._refuse(AccessError(f"The gateway refuses this connection ({status})"))
            return
        self._last_failure = GatewayUnreachable(f"The gateway answered {status} to the event socket")

    async def _talk(self, socket: ClientConnection) -> None:
        """One connection's life. Returns or raises when it has ended."""
        self._hot.opened()
        self._up = True
        self._wake_writer()
        writer = asyncio.create_task(self._write(socket), name="holdfast link writer")
        try:
            async for text in socket:
                for happening in self._hot.receive(text):
                    self._take(happening)
                if len(self._events) > _BACKLOG:
                    await self._wait_for_consumer()
        finally:
            self._up = False
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketException, OSError):
                await writer

    async def _wait_for_consumer(self) -> None:
        # Answers to sends come the same way: while one is awaited, reading must go on, or a consumer that
        # sends would wait for itself.
        while len(self._events) > _BACKLOG // 2 and not self._hot.unanswered:
            self._to_read.clear()
            await self._to_read.wait()

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await self._to_write.wait()
            await asyncio.sleep(0)  # whatever this turn of the loop still queues goes into the same frame
            self._to_write.clear()
            if self._ack_timer is not None:
                self._ack_timer.cancel()
                self._ack_timer = None
            for frame in self._hot.frames():
                await socket.send(frame)
            if not self._to_write.is_set():
                self._idle.set()

    def _wake_writer(self) -> None:
        self._idle.clear()
        self._to_write.set()

    def _take(self, happening: Happening) -> None:
        if not isinstance(happening, Refused):
            self._attempt = 1  # this connection is good: the next one need not wait
        match happening:
            case EventsArrived(events):
                ledger = self._ledger
                self._events.extend(event for event in events if ledger is None or ledger.admit(event))
                self._arrived.set()
            case Answered(token, answer):
                future = self._answers.get(token)
                if future is None or future.done():
                    return
                if isinstance(answer, HoldfastError):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
            case Subscribed():
                self._begun.set()
            case Refused(error):
                if error.code in _PASSING:
                    raise _TryAgain(error)
                self._refuse(error)

    def _refuse(self, error: HoldfastError) -> None:
        if self._refused is not None:
            return
        self._refused = error
        for future in self._answers.values():
            if not future.done():
                future.set_exception(error)
        for waited in (self._arrived, self._begun, self._to_read):
            waited.set()

    def _silence(self, timeout_s: float) -> HoldfastError:
        return self._last_failure or GatewayUnreachable(
            f"The gateway did not answer within {timeout_s:g} s",
            next_step="`holdfast status` shows whether it runs; repeating with the same key is safe.",
        )
