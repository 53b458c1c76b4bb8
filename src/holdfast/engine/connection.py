"""One connection to an engine: the channel on an asyncio transport, and the callers that wait for results."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from holdfast.engine import translate
from holdfast.engine.channel import Arrived, Channel, Welcomed
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.kit import logging
from holdfast.model.errors import EngineProtocolError, EngineUnreachable, HoldfastError, SendOutcomeUnknown

log = logging.get("engine")


#: The engine ends a connection to WhatsApp that does not acknowledge a message within 30 s, and says so.
#: Where it says nothing for so long, the answer is lost.
ANSWERED_WITHIN_S: Final = 120.0
#: A confirmation waits so long for a command, mostly the answer to the message that it confirms, and wakes
#: the engine once with it. Not where the one before it is younger: then a number may have more that waits.
_RIDES_WITHIN_S: Final = 0.005
_RIDES_AFTER_S: Final = 0.025


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command that waits for its result; `watch` runs out for one that is a send."""

    future: asyncio.Future[pb.Result]
    watch: asyncio.TimerHandle | None


class Connection(asyncio.Protocol):
    """Writes batches, matches results with callers, hands everything else on. Belongs to one event loop."""

    def __init__(self, channel: Channel, on_arrived: Callable[[Arrived], None]) -> None:
        self._channel = channel
        self._on_arrived = on_arrived
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, _Asked] = {}
        self._flushing = False
        self._riding: asyncio.TimerHandle | None = None
        self._confirmed_at = 0.0
        self._paused = False
        self._early: list[Arrived] | None = []
        self.welcomed: asyncio.Future[Welcomed] = self._loop.create_future()
        self.ended: asyncio.Future[Exception | None] = self._loop.create_future()
        self.last_heard = self._loop.time()

    # ---- what the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._channel.hello()
        self._flush()

    def data_received(self, data: bytes) -> None:
        self.last_heard = self._loop.time()
        try:
            for heard in self._channel.receive(data):
                if isinstance(heard, Welcomed):
                    if not self.welcomed.done():
                        self.welcomed.set_result(heard)
                    continue
                self._settle(heard.results)
                if self._early is None:
                    self._on_arrived(heard)
                else:
                    self._early.append(heard)
        except HoldfastError as exc:
            self._end(exc)
        except Exception as exc:  # a fault above must not leave a connection that nobody reads
            log.exception("engine.frame_failed")
            self._end(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._flush()

    def begin(self) -> None:
        """Hand on what arrived, from the first frame:

        whoever listens has been told that there is an engine.
        """
        early, self._early = self._early or [], None
        try:
            for heard in early:
                self._on_arrived(heard)
        except Exception as exc:
            log.exception("engine.frame_failed")
            self._end(exc)

    # ---- what callers want

    @property
    def unanswered(self) -> int:
        """How many commands wait for their results."""
        return len(self._waiting)

    def command(self, command: pb.Command, *, sending: bool = False) -> asyncio.Future[pb.Result]:
        """Queue a command; the future has its result. Raises EngineUnreachable when the connection has ended.

        When the connection ends first the future raises SendOutcomeUnknown for a send, else
        EngineUnreachable; a send raises it too when the engine says nothing at all.
        """
        if self.ended.done():
            raise EngineUnreachable()
        future: asyncio.Future[pb.Result] = self._loop.create_future()
        request_id = self._channel.command(command)
        watch = self._loop.call_later(ANSWERED_WITHIN_S, self._give_up, request_id) if sending else None
        self._waiting[request_id] = _Asked(future, watch)
        self._flush_soon()
        return future

    def confirm(self, delivery_ids: Iterable[int]) -> None:
        """Queue confirmations. After the end they are dropped: the deliveries come again."""
        self._channel.confirm(delivery_ids)
        now, before = self._loop.time(), self._confirmed_at
        self._confirmed_at = now
        if now - before < _RIDES_AFTER_S:
            self._flush_soon()
        elif self._riding is None:
            self._riding = self._loop.call_later(_RIDES_WITHIN_S, self._flush)

    def shutdown(self, reason: str) -> None:
        """Ask the engine to end."""
        self._channel.shutdown(reason)
        self._flush()

    def close(self) -> None:
        """End the connection; the engine stays as it is."""
        self._end(None)

    # ---- inside

    def _settle(self, results: Iterable[pb.Result]) -> None:
        for result in results:
            waiting = self._waiting.pop(result.request_id, None)
            if waiting is None:
                log.warning("engine.result_unexpected", request_id=result.request_id)
                continue
            future, sending = waiting.future, waiting.watch is not None
            if waiting.watch is not None:
                waiting.watch.cancel()
            if future.done():
                continue
            if result.HasField("error"):
                future.set_exception(translate.error(result.error, sending=sending))
            else:
                future.set_result(result)

    def _give_up(self, request_id: int) -> None:
        asked = self._waiting.pop(request_id, None)
        if asked is not None and not asked.future.done():
            log.error("engine.send_unanswered")
            asked.future.set_exception(
                SendOutcomeUnknown("The engine did not say what became of the message")
            )

    def _flush_soon(self) -> None:
        # One turn of the loop later: whatever is queued in this turn shares a frame.
        if not self._flushing and not self._paused:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self._riding is not None:
            self._riding.cancel()
            self._riding = None
        if self._transport is None or self._paused or self.ended.done():
            return
        try:
            data = self._channel.data_to_send()
        except EngineProtocolError as exc:
            self._end(exc)
            return
        if data:
            self._transport.write(data)

    def _end(self, exc: Exception | None) -> None:
        if self.ended.done():
            return
        self.ended.set_result(exc)
        if not self.welcomed.done():
            self.welcomed.set_exception(
                EngineUnreachable("The engine closed the connection before its welcome")
            )
            self.welcomed.exception()  # whoever waits sees it; nobody needs to
        for asked in self._waiting.values():
            if asked.watch is not None:
                asked.watch.cancel()
            if not asked.future.done():
                asked.future.set_exception(
                    EngineUnreachable() if asked.watch is None else SendOutcomeUnknown()
                )
                asked.future.exception()
        self._waiting.clear()
        if self._transport is not None:
            self._transport.abort()


async def dial(address: str, make: Callable[[], Connection]) -> Connection:
    """A connection to the engine's socket. Raises OSError when nobody listens there."""
    _, connection = await asyncio.get_running_loop().create_unix_connection(make, address)
    return connection


def result_of(result: pb.Result, name: str) -> Any:
    """The part of a result that the command promised. Raises EngineProtocolError when it is another one."""
    if result.WhichOneof("result") != name:
        raise EngineProtocolError(f"The engine answered {name} with {result.WhichOneof('result')}")
    return getattr(result, name)
