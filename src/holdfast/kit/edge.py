"""What a connection may do before it has shown who it is. For every web server of ours.

A stranger gets little and not for long: a request's header within seconds, a first frame of a few kilobytes,
a place among a few. Above the number of connections that descriptors allow, those go first that have waited
longest without having shown anything, so that files, the database and the engine always find one.
"""

import asyncio
import resource
from collections.abc import Iterable
from typing import Any, Final, Protocol, cast

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CTRL_OPCODES, Frame
from websockets.http11 import Request

HEADER_WITHIN_S: Final = 10.0
REQUEST_WITHIN_S: Final = 60.0
_LARGEST_HEADER_BYTES: Final = 64 * 1024
#: After a refusal the stranger has this long to read it.
_READ_WITHIN_S: Final = 2.0
LARGEST_FIRST_FRAME_BYTES: Final = 4096
MOST_UNKNOWN_SOCKETS: Final = 64
#: Descriptors that connections leave to files, the database and the engine.
_RESERVED: Final = 256
_ENOUGH: Final = 8192
#: Key in an ASGI scope's extensions: call it when the socket's owner has shown a key.
KNOWN: Final = "holdfast.known"
#: Another one, of a request: call it when its owner has shown a key and its body may be long. From then on
#: it may take as long as something comes.
LONG: Final = "holdfast.long"


class _Connection(Protocol):
    transport: asyncio.Transport
    client: tuple[str, int] | None  #: None: it came through the socket in the data folder
    waits_since: float | None


def raise_descriptors() -> None:
    """Let this process open as many files as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """How many connections the descriptors of this process allow."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(32, (_ENOUGH if soft == resource.RLIM_INFINITY else min(soft, _ENOUGH)) - _RESERVED)


def make_room(connections: Iterable[Any], most: int, newest: Any) -> None:
    """Close the connection that has waited longest, or the newest, when there are more than `most`."""
    there = cast("list[_Connection]", list(connections))
    if len(there) <= most:
        return
    waiting = [it for it in there if it.waits_since is not None and it is not newest and it.client]
    if not waiting and newest.client is None:
        return
    longest = min(waiting, key=lambda it: it.waits_since or 0.0, default=newest)
    longest.transport.abort()


class GuardedHttp(AutoHTTPProtocol):  # type: ignore[valid-type,misc]  # chosen at run time
    """HTTP that has a time for a header and one for a whole request, and closes what does not keep them.

    A request with a long body whose owner is known (`LONG`) may take longer, as long as something comes.
    """

    waits_since: float | None = None
    #: What is said, and as which type, to a request that is no HTTP or has too long a header.
    unreadable: tuple[str, bytes] = ("text/plain", b"This is no HTTP request")
    _refused = False

    def send_400_response(self, msg: str) -> None:
        """Say that the request cannot be read, and close once that can have been read."""
        media_type, body = self.unreadable
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}"
        self.transport.write(f"{head}\r\nconnection: close\r\n\r\n".encode() + body)
        # To close with bytes unread is to reset: whoever still sends would see that in place of the answer.
        self._refused = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._wait(_READ_WITHIN_S)

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A stranger has come."""
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._patient = False
        self._wait()
        make_room(self.connections, most_connections(), self)

    def data_received(self, data: bytes) -> None:
        """Part of a request, or several."""
        if self._refused:
            return
        waited = self._waits_for_header()
        super().data_received(data)
        if self._refused:
            return
        if self.transport.get_protocol() is not self:  # it has become a WebSocket
            self._stop_waiting()
        elif self._waits_for_header():
            self._header_bytes += len(data)
            if self._header_bytes > _LARGEST_HEADER_BYTES:
                self.send_400_response("The header is too long")
            elif self._deadline is None:
                self._wait()
        elif self.cycle.more_body:
            if waited:
                self._patient = False
                self.scope.setdefault("extensions", {})[LONG] = self._be_patient
            if waited or self._patient:
                self._wait(REQUEST_WITHIN_S)
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """The stranger has left."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _be_patient(self) -> None:
        self._patient = True
        if self._deadline is not None:
            self._wait(REQUEST_WITHIN_S)

    def _waits_for_header(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self, within_s: float = HEADER_WITHIN_S) -> None:
        self._stop_waiting()
        self.waits_since = self.loop.time()
        self._deadline = self.loop.call_later(within_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        self.waits_since, self._header_bytes = None, 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class GuardedSocket(WebSocketsSansIOProtocol):
    """Frames are small until its owner is known. Of too many unknown ones the oldest goes."""

    waits_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A request has asked to become a WebSocket."""
        super().connection_made(transport)
        self._full_size = self.conn.max_message_size
        self.conn.max_message_size = LARGEST_FIRST_FRAME_BYTES
        self._take_frame = self.conn.recv_frame
        self.conn.recv_frame = self._first_frame  # type: ignore[method-assign]
        self.waits_since = self.loop.time()
        unknown = [
            it for it in self.connections if isinstance(it, GuardedSocket) and it.waits_since is not None
        ]
        make_room(unknown, MOST_UNKNOWN_SOCKETS, self)

    def handle_connect(self, event: Request) -> None:
        """The application is told, and how to say that it knows the owner."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions = cast("dict[str, Any]", self.scope["extensions"])
            extensions[KNOWN] = self._known

    def send_receive_event_to_app(self) -> None:
        """A whole message. Text that is none ends the connection; uvicorn would log a traceback for it."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def _first_frame(self, frame: Frame) -> None:
        # After it others may have come already, large ones: whether they are read is decided by this one.
        self._take_frame(frame)
        if frame.fin and frame.opcode not in CTRL_OPCODES:
            self._any_size()

    def _known(self) -> None:
        self.waits_since = None
        self._any_size()

    def _any_size(self) -> None:
        self.conn.max_message_size = self._full_size
        self.conn.recv_frame = self._take_frame  # type: ignore[method-assign]
