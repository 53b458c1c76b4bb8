"""Serves the page: login by one-time link, then a cookie. Everything it needs comes from this machine."""

import asyncio
import json
import logging as stdlib_logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.client import Client, GatewayUnreachable, HoldfastError
from holdfast.client.times import moment
from holdfast.dashboard import door
from holdfast.dashboard.logins import COOKIE, Login, Logins
from holdfast.dashboard.mark import FAVICON, STYLES
from holdfast.dashboard.options import Options
from holdfast.dashboard.page import Page
from holdfast.dashboard.watch import Watch
from holdfast.kit import edge, logging

log = logging.get("dashboard")

PORT_TAKEN = 4
_STATIC = Path(__file__).parent / "static"
_RECONNECT_S = 30.0  # a phone that slept for less goes on with the same page
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Dashboard:
    """Who is logged in, and what is followed for them."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.logins = Logins(options.logins)
        self._clients: dict[str, Client] = {}
        self._watches: dict[str, Watch] = {}
        self._endings: set[asyncio.Task[None]] = set()

    def login(self, request: Request) -> Login | None:
        """The login of this browser."""
        return self.logins.find(request.cookies.get(COOKIE))

    def client(self, login: Login) -> Client:
        """The SDK under this browser's key; its tabs share it."""
        return self._clients.setdefault(login.id, Client(key=login.key, data=self.options.data))

    def watch(self, login: Login) -> Watch:
        """What is read for all who see the same numbers."""
        return self._watches.setdefault(login.audience, Watch())

    def sign_out(self, login: Login) -> None:
        """This browser's key is forgotten here, and revoked."""
        self.logins.drop(login.id)
        client = self.client(login)
        del self._clients[login.id]
        ending = asyncio.get_running_loop().create_task(_give_up(client))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    async def exchange(self, token: str) -> str:
        """A cookie for a one-time link. Raises GatewayUnreachable; Unauthorized: the link is no good."""
        # The link is the credential of this one call: no key exists yet.
        async with Client(key="none", data=self.options.data) as stranger:
            answer = await stranger.exchange_link(token)
        audience = str(answer.get("tenant_id") or answer["key"])
        return self.logins.admit(str(answer["key"]), audience, moment(answer.get("expires_at")))

    async def close(self) -> None:
        """Stop following, close connections."""
        for watch in self._watches.values():
            watch.stop()
        await asyncio.gather(*self._endings)
        for client in self._clients.values():
            await client.close()


async def _give_up(client: Client) -> None:
    """Revoke a browser's key. While no gateway answers it stays valid until it expires: the log says so."""
    try:
        await client.give_up_key()
    except HoldfastError as failure:
        log.warning("dashboard.key_not_revoked", error=type(failure).__name__)
    finally:
        await client.close()


def build(options: Options) -> FastAPI:
    """The application. Call it once per process: NiceGUI keeps its pages globally."""
    dashboard = Dashboard(options)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await dashboard.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_middleware(Headers)
    _doors(app, dashboard)
    _page(dashboard)
    nicegui_app.on_exception(_log_exception)
    ui.add_head_html(STYLES, shared=True)
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


def _doors(app: FastAPI, dashboard: Dashboard) -> None:
    @app.get("/login")
    async def login(request: Request, token: str = "") -> Response:
        before = dashboard.login(request)
        try:
            cookie = await dashboard.exchange(token)
        except GatewayUnreachable:
            return HTMLResponse(door.unreachable(f"/login?{request.url.query}"), status_code=503)
        except HoldfastError as refused:
            if before is not None:
                return RedirectResponse("/", status_code=303)  # the same link pressed twice
            log.warning("dashboard.link_refused", code=refused.code)
            return HTMLResponse(door.used(), status_code=401)
        if before is not None:
            dashboard.sign_out(before)  # one browser, one key
        log.info("dashboard.logged_in")
        response = RedirectResponse("/", status_code=303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=_lifetime_s(dashboard, cookie),
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        return response

    @app.post("/signout")
    async def sign_out(request: Request) -> Response:
        login = dashboard.login(request)
        if login is not None:
            dashboard.sign_out(login)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    @app.get("/livez")
    async def alive() -> dict[str, bool]:
        return {"alive": True}


def _page(dashboard: Dashboard) -> None:
    @ui.page("/")
    async def board(request: Request) -> Response | None:
        login = dashboard.login(request)
        if login is None:
            return HTMLResponse(door.locked(), status_code=401)
        try:
            page = Page(dashboard.client(login), dashboard.watch(login), lambda: dashboard.sign_out(login))
            await page.draw()
        except Exception as failure:
            log.error("dashboard.page_failed", error=type(failure).__name__, exc_info=True)
            return HTMLResponse(door.broken(), status_code=500)
        return None


def _lifetime_s(dashboard: Dashboard, cookie: str) -> int | None:
    login = dashboard.logins.find(cookie)
    expires = moment(login.expires_at) if login else None
    return None if expires is None else max(1, int((expires - datetime.now(expires.tzinfo)).total_seconds()))


class Library(stdlib_logging.Handler):
    """What the libraries say, as lines of our log. Tracebacks of handlers come from `_log_exception`."""

    def emit(self, record: stdlib_logging.LogRecord) -> None:
        """One line."""
        log.warning("dashboard.library", library=record.name, said=record.getMessage())


def _log_exception(failure: Exception) -> None:
    log.error("dashboard.handler_failed", error=type(failure).__name__, exc_info=failure)


class Headers:
    """Every answer says: nothing from elsewhere, no frames, no referrer; pages are not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["cache-control"] = (
                        "no-cache" if scope["path"].startswith("/static") else "no-store"
                    )
            await send(message)

        await self._app(scope, receive, with_headers)


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
    told: dict[str, Any] = {"url": f"http://{host}:{port}", "pid": os.getpid()}
    try:
        options.announcement.parent.mkdir(parents=True, exist_ok=True)
        options.announcement.write_text(json.dumps(told))
    except OSError:
        log.warning("dashboard.not_announced", path=str(options.announcement))
    log.info("dashboard.listening", url=told["url"])
