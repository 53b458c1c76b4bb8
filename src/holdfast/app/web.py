"""The web server of the gateway. A file of its own, because its imports are half of a start."""

import asyncio
import contextlib
import json
import logging as stdlib_logging
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import uvicorn
from fastapi import FastAPI

from holdfast.api.app import create_app
from holdfast.api.errors import MEDIA_TYPE, problem_of
from holdfast.api.rooms import Rooms
from holdfast.app.listeners import Listeners
from holdfast.kit import edge, logging
from holdfast.kit.tls import Certificate
from holdfast.model.errors import RequestInvalid
from holdfast.settings import Settings

log = logging.get("app")

# Streams never end by themselves; a stop does not wait for them longer than this.
_STREAMS_END_WITHIN_S: Final = 1
_ANNOUNCE_AGAIN_S: Final = 2.0


async def serve(
    rooms: Rooms,
    listeners: Listeners,
    announce: Callable[[], bool],
    chosen: Settings,
    mounts: Iterable[Callable[[FastAPI], None]] = (),
) -> None:
    """Serve the API until SIGTERM or SIGINT. Each of `mounts` adds an application's endpoints."""
    _hear_libraries()
    edge.raise_descriptors()
    app = _app(rooms, chosen)
    for mount in mounts:
        mount(app)
    server = _Server(_config(app, chosen.certificate), listeners.home, announce)
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, server.ask_to_stop)
    try:
        await server.serve(sockets=[listeners.port])
    finally:
        for asked in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(asked)


def _app(rooms: Rooms, chosen: Settings) -> FastAPI:
    app = create_app(rooms, chosen.names, chosen.origins)
    if chosen.legacy_api:
        from holdfast.legacy import mount

        mount(app)
    return app


class _Http(edge.GuardedHttp):
    """What cannot be read is refused like everything else."""

    unreadable = (MEDIA_TYPE, json.dumps(problem_of(RequestInvalid("This is no HTTP request"))).encode())


class _Lines(stdlib_logging.Handler):
    """What libraries log, as lines of ours."""

    def emit(self, record: stdlib_logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, asyncio.CancelledError):
            return  # a stream that was ended by our own stop
        log.log(
            record.levelno, "web.library", logger=record.name, message=record.getMessage(), exc_info=error
        )


def _hear_libraries() -> None:
    root = stdlib_logging.getLogger()
    root.handlers = [_Lines()]
    root.setLevel(stdlib_logging.WARNING)


def _config(app: FastAPI, shown: Certificate | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ssl_certfile=shown.chain if shown else None,
        ssl_keyfile=shown.key if shown else None,
        http=_Http,
        ws=edge.GuardedSocket,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        # Mostly one machine: packing costs more than it saves, and memory per connection.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_STREAMS_END_WITHIN_S,
    )


class _Server(uvicorn.Server):
    """uvicorn in a loop of ours: it announces itself, and leaves the signals to us."""

    def __init__(self, config: uvicorn.Config, home: socket.socket, announce: Callable[[], bool]) -> None:
        super().__init__(config)
        self._home = home
        self._announce = announce

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        config, loop = self.config, asyncio.get_running_loop()
        self.servers.append(
            await loop.create_unix_server(
                lambda: _Http(config, self.server_state, self.lifespan.state), sock=self._home
            )
        )
        self._try_to_announce()

    def _try_to_announce(self) -> None:
        # A full disk is no reason not to serve.
        if not self._announce() and not self.should_exit:
            asyncio.get_running_loop().call_later(_ANNOUNCE_AGAIN_S, self._try_to_announce)

    def ask_to_stop(self) -> None:
        """Answer what was begun, then stop. Asked twice: at once."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True
