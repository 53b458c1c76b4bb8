"""Serves the pages. Everything they need comes from this machine."""

import json
import logging as stdlib_logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from nicegui import app as nicegui_app
from nicegui import ui

from holdfast.client import Unauthorized
from holdfast.dashboard import doors, exports, files, plain, strips, today
from holdfast.dashboard.answers import OTHER_SITE, Headers
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.language import _, spoken
from holdfast.dashboard.mark import FAVICON, FRAME, INSTALL, STYLES, SURE
from holdfast.dashboard.options import Options
from holdfast.dashboard.page import Page
from holdfast.dashboard.reading import InTheReadersLanguage
from holdfast.dashboard.render import page
from holdfast.kit import edge, logging
from holdfast.kit.origin import SameSite

log = logging.get("dashboard")

PORT_TAKEN = 4
_STATIC = Path(__file__).parent / "static"
_RECONNECT_S = 30.0  # a phone that slept for less goes on with the same page


def build(options: Options) -> FastAPI:
    """The application. Call it once per process: NiceGUI keeps its pages globally."""
    entrance = Entrance(options)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await entrance.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_middleware(SameSite, refuse=OTHER_SITE, names=options.names)
    app.add_middleware(Headers)
    app.add_middleware(InTheReadersLanguage)
    doors.install(app, entrance)
    exports.install(app, entrance)
    plain.install(app, entrance)
    strips.install(app, entrance)
    today.install(app, entrance)
    files.install(app, entrance)
    _page(app, entrance)
    nicegui_app.on_exception(_log_exception)
    ui.add_head_html(STYLES + INSTALL + SURE + FRAME, shared=True)
    ui.run_with(
        app,
        title="Holdfast",
        favicon=FAVICON,
        dark=None,
        language="en-US",
        tailwind=False,
        reconnect_timeout=_RECONNECT_S,
        message_history_length=300,
        show_welcome_message=False,
    )
    return app


class SpokenPage(ui.page):
    """A page in the language of whoever asks for it."""

    def resolve_language(self) -> Any:
        """For the page's `lang`, and for the library's own words."""
        return {"en": "en-US", "en-XA": "en-US"}.get(spoken().code, spoken().code)


def _page(app: FastAPI, entrance: Entrance) -> None:
    @app.get("/livez")
    async def alive() -> dict[str, bool]:
        return {"alive": True}

    @SpokenPage("/")
    async def board(request: Request) -> Response | None:
        login = entrance.login(request)
        if login is None:
            return await doors.at_the_door(entrance, request)
        try:
            await Page(entrance, login, request).draw()
        except Unauthorized:
            entrance.sign_out(login)
            return await doors.at_the_door(entrance, request)
        except Exception as failure:
            log.error("dashboard.page_failed", error=type(failure).__name__, exc_info=True)
            return page("broken", {"title": _("This page could not be drawn"), "fault": ""}, status=500)
        return None


class Library(stdlib_logging.Handler):
    """What the libraries say, as lines of our log. Tracebacks of handlers come from `_log_exception`."""

    def emit(self, record: stdlib_logging.LogRecord) -> None:
        """One line."""
        log.warning("dashboard.library", library=record.name, said=record.getMessage())


def _log_exception(failure: Exception) -> None:
    log.error("dashboard.handler_failed", error=type(failure).__name__, exc_info=failure)


def run(options: Options) -> int:
    """Serve until SIGTERM or Ctrl+C; the exit code."""
    stdlib_logging.basicConfig(level="WARNING", handlers=[Library()], force=True)
    try:
        listening = _listen(options)
    except OSError as failure:
        sys.stderr.write(
            f"Port {options.port} on {options.host} cannot be used ({failure.strerror}). "
            "Next step: choose another with HOLDFAST_DASHBOARD_PORT or --port, or end that program.\n"
        )
        return PORT_TAKEN
    config = uvicorn.Config(
        build(options),
        http=edge.GuardedHttp,
        ssl_certfile=options.certificate.chain if options.certificate else None,
        ssl_keyfile=options.certificate.key if options.certificate else None,
        log_config=None,  # its words go through ours
        access_log=False,  # it would write one-time tokens down
        timeout_graceful_shutdown=1,
        ws_max_size=1 << 20,
    )
    _announce(options, listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(options: Options) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((options.host, options.port))
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening


def _announce(options: Options, port: int) -> None:
    host = f"[{options.host}]" if ":" in options.host else options.host
    scheme = "http" if options.certificate is None else "https"
    told: dict[str, Any] = {"url": f"{scheme}://{host}:{port}", "pid": os.getpid()}
    try:
        options.announcement.parent.mkdir(parents=True, exist_ok=True)
        options.announcement.write_text(json.dumps(told))
    except OSError:
        log.warning("dashboard.not_announced", path=str(options.announcement))
    log.info("dashboard.listening", url=told["url"])
