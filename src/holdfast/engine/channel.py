"""The conversation with one engine over one connection, without a socket. Pure.

Calling contract: feed what arrives to `receive` and act on what it returns, in order; after `hello`,
`command`, `confirm` or `shutdown` write what `data_to_send` gives. Everything that was put in since the last
take goes out as one batch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from holdfast.engine import translate
from holdfast.engine.facts import EngineIdentity, Levels, SessionFact
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.errors import EngineProtocolError
from holdfast.model.messages import Delivery

MIN_VERSION: Final = 1
MAX_VERSION: Final = 2
LARGEST_FRAME: Final = 16 << 20
_BATCH_BYTES: Final = 1 << 20  # a frame is closed when it has grown to this


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The engine answered. Its `version` is 0 when it speaks none that we speak."""

    identity: EngineIdentity


@dataclass(frozen=True, slots=True)
class Arrived:
    """The content of one frame, field by field; results first, for they concern callers that wait."""

    results: tuple[pb.Result, ...] = ()
    facts: tuple[SessionFact, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    levels: Levels | None = None


Heard = Welcomed | Arrived


class FrameSplitter:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are complete now.

        Raises EngineProtocolError for one that is longer than allowed.
        """
        buffer = self._buffer
        buffer += data
        frames, start = [], 0
        while len(buffer) - start >= 4:
            size = int.from_bytes(buffer[start : start + 4], "big")
            if size > LARGEST_FRAME:
                raise EngineProtocolError(f"A frame of {size} bytes came; {LARGEST_FRAME} are allowed")
            end = start + 4 + size
            if len(buffer) < end:
                break
            frames.append(bytes(buffer[start + 4 : end]))
            start = end
        del buffer[:start]
        return frames


def frame(message: pb.Down) -> bytes:
    """One frame, ready for the wire. Raises EngineProtocolError when it is too long to be one."""
    body = message.SerializeToString()
    if len(body) > LARGEST_FRAME:
        raise EngineProtocolError(f"A frame of {len(body)} bytes cannot be sent; {LARGEST_FRAME} are allowed")
    return len(body).to_bytes(4, "big") + body


class Channel:
    """One connection's conversation."""

    def __init__(self, gateway_id: str, build: str) -> None:
        self._hello = pb.Hello(
            min_version=MIN_VERSION, max_version=MAX_VERSION, gateway_id=gateway_id, build=build
        )
        self._splitter = FrameSplitter()
        self._ready: list[bytes] = []
        self._batch = pb.Down()
        self._batch_bytes = 0
        self._welcomed = False
        self._last_request = 0

    # ---- down

    def hello(self) -> None:
        """Say hello: the first thing on a connection, alone in its frame."""
        self._ready.append(frame(pb.Down(hello=self._hello)))

    def command(self, command: pb.Command) -> int:
        """Queue one command; its request id is set and returned."""
        self._last_request += 1
        command.request_id = self._last_request
        self._grow(command.ByteSize())
        self._batch.commands.append(command)
        return self._last_request

    def confirm(self, delivery_ids: Iterable[int]) -> None:
        """Queue confirmations of what is durable."""
        before = len(self._batch.confirmed)
        self._batch.confirmed.extend(delivery_ids)
        self._batch_bytes += 5 * (len(self._batch.confirmed) - before)

    def shutdown(self, reason: str) -> None:
        """Ask the engine to end; understood in every version, before and after the handshake."""
        self._close_batch()
        self._ready.append(frame(pb.Down(shutdown=pb.Shutdown(reason=reason))))

    def data_to_send(self) -> bytes:
        """Everything queued, as frames."""
        self._close_batch()
        data = b"".join(self._ready)
        self._ready.clear()
        return data

    def _grow(self, size: int) -> None:
        if self._batch_bytes and self._batch_bytes + size > _BATCH_BYTES:
            self._close_batch()
        self._batch_bytes += size

    def _close_batch(self) -> None:
        if self._batch_bytes:
            self._ready.append(frame(self._batch))
            self._batch = pb.Down()
            self._batch_bytes = 0

    # ---- up

    def receive(self, data: bytes) -> list[Heard]:
        """What these bytes complete. Raises EngineProtocolError when they are not this protocol."""
        return [self._hear(body) for body in self._splitter.feed(data)]

    def _hear(self, body: bytes) -> Heard:
        try:
            up = pb.Up.FromString(body)
        except Exception as exc:  # protobuf's DecodeError is a different class in each of its implementations
            raise EngineProtocolError("A frame came that is not of this protocol") from exc
        if not self._welcomed:
            return self._welcome(up)
        facts = tuple(found for found in map(translate.fact, up.facts) if found is not None)
        deliveries = tuple(map(translate.delivery, up.deliveries))
        levels = translate.levels(up.levels) if up.HasField("levels") else None
        return Arrived(tuple(up.results), facts, deliveries, levels)

    def _welcome(self, up: pb.Up) -> Welcomed:
        if not up.HasField("welcome"):
            raise EngineProtocolError("The engine did not answer hello with a welcome")
        self._welcomed = True
        it = up.welcome
        version = it.version if MIN_VERSION <= it.version <= MAX_VERSION else 0
        identity = EngineIdentity(it.engine_id, it.pid, it.lab, it.build, it.boot_deliveries, version)
        return Welcomed(identity)
