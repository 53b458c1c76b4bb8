"""A gateway that plays what a test tells it, over the real contract: HTTP and the event socket."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from announced import announced
from holdfast.keeper import free_port
from holdfast.model.words import of_reason

Json = dict[str, Any]

COLORS = {
    "connected": "green",
    "pairing": "yellow",
    "connecting": "yellow",
    "unstable": "yellow",
    "reconnecting": "yellow",
    "replaced": "red",
    "logged_out": "red",
    "banned": "red",
    "failed": "red",
}


#: What a session in this state offers.
ACTIONS = {
    "new": ["pair", "delete"],
    "stopped": ["connect", "log_out", "delete"],
    "pairing": ["cancel_pairing", "delete"],
    "logged_out": ["pair", "delete"],
    "replaced": ["connect", "log_out", "delete"],
    "banned": ["connect", "log_out", "delete"],
    "failed": ["connect", "log_out", "delete"],
}


def moment(ago_s: float = 0.0) -> str:
    """ISO 8601, so many seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat()


def session(name: str, state: str = "new", phone: str | None = None, **more: Any) -> Json:
    """A session as the API tells it."""
    body: Json = {
        "id": more.pop("id", f"ses_{name}"),
        "name": name,
        "phone": phone,
        "push_name": None,
        "state": state,
        "color": COLORS.get(state, "grey"),
        "reason": None,
        "sentence": "",
        "next_step": "",
        "since": moment(60),
        "wish": "up",
        "requires_auth": False,
        "last_connected_at": moment(60) if phone else None,
        "last_heartbeat_at": moment(4) if state == "connected" else None,
        "retry_at": None,
        "pairing": None,
        "restoring": False,
        "actions": offered(state),
    }
    return body | more


def offered(state: str) -> list[str]:
    """What can be done with a session in this state."""
    return ACTIONS.get(state, ["disconnect", "log_out", "delete"])


class PlayedGateway:
    """Its state is plain: change it, then `tell` an event, `fall_silent`, `listen` again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.keys = {"hf_test"}
        self.tokens: set[str] = set()
        #: What every login may do.
        self.scopes = ["read", "send", "admin"]
        self.begin_again()
        self.streams_seen = 0
        self._subscribed: set[asyncio.Queue[Json | None]] = set()
        self._sockets: set[asyncio.Queue[Json | None]] = set()
        self._position = 0
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        #: Given to nobody else while the gateway is silent.
        self.port = free_port()
        self._announced = ExitStack()

    @property
    def streams(self) -> int:
        """How many are told of every event."""
        return len(self._subscribed)

    # ---- what a test does ----------------------------------------------------------------------------

    def begin_again(self) -> None:
        """No session, an ordinary system, nothing asked yet. Who is logged in stays so."""
        self.sessions: dict[str, Json] = {}
        self.codes: dict[str, Json] = {}
        self.calls: list[str] = []
        #: Devices that are still to be unlinked.
        self.unlinking: list[Json] = []
        #: Whether the pairing that was asked for last may take another number.
        self.replaces_number = False
        #: The phone for which a code to type was asked, the code, and the passkey that is asked for.
        self.typed_on = ""
        self.typed: Json | None = None
        self.passkey: Json | None = None
        self.passkey_answers: list[Json] = []
        #: Answers to what a page asks make no sense.
        self.garbled = False
        self.system: Json = {
            "version": "0.1.0",
            "lab": False,
            "engine": {"attached": True, "engine_id": "eng_1", "pid": 4711},
            "gateway": {"pid": 4712, "started_at": moment(3600)},
            "restoration": {"total": 0, "connected": 0, "done": True, "seconds": 0.0},
        }

    def put(self, body: Json) -> Json:
        """A session is so from now on; nobody is told."""
        self.sessions[body["id"]] = body
        return body

    def tell(self, session_id: str, type_: str, **data: Any) -> None:
        """An event for every open stream."""
        self._position += 1
        event = {
            "event_id": f"evt_{self._position}",
            "cursor": str(self._position),
            "session_id": session_id,
            "session": session_id,
            "seq": self._position,
            "type": type_,
            "at": moment(),
            "data": data,
        }
        for queue in self._subscribed:
            queue.put_nowait({"op": "events", "events": [event]})

    def become(self, session_id: str, state: str, reason: str = "created", **more: Any) -> None:
        """A session changes its state for this reason, and everybody is told."""
        body, said = self.sessions[session_id], of_reason(reason)
        previous = body["state"]
        body.update(state=state, color=COLORS.get(state, "grey"), since=moment(), actions=offered(state))
        body.update(reason=reason, sentence=said.sentence, next_step=said.next_step, **more)
        told = {name: body.get(name) for name in ("state", "color", "reason", "phone", "detail")}
        self.tell(session_id, "session.state", previous=previous, **told)

    def show_code(self, session_id: str, index: int, seconds: float) -> None:
        """The code of the moment."""
        until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        pairing = {"index": index, "of": 6, "valid_until": until}
        self.codes[session_id] = {"code": f"2@{secrets.token_urlsafe(150)}", **pairing}
        self.sessions[session_id]["pairing"] = pairing
        self.tell(session_id, "session.pairing", **pairing)

    def step(self, session_id: str, step: str) -> None:
        """The person has to do this now."""
        until = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
        pairing = {"step": step, "index": None, "of": None, "valid_until": until}
        self.sessions[session_id]["pairing"] = pairing
        self.tell(session_id, "session.pairing", **pairing)

    async def asked_for(self, call: str) -> None:
        """Wait until this was asked: a page may show what it is about to ask."""
        async with asyncio.timeout(60):
            while call not in self.calls:  # noqa: ASYNC110 - the server has no event for each path
                await asyncio.sleep(0.01)

    def link(self) -> str:
        """The path of a one-time link."""
        token = secrets.token_urlsafe(8)
        self.tokens.add(token)
        return f"/login?token={token}"

    # ---- its life ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator["PlayedGateway"]:
        """Listening inside the block, silent after it."""
        await self.listen()
        try:
            yield self
        finally:
            await self.fall_silent()

    async def listen(self) -> None:
        """Answer from now on, at the same port as before."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        config = uvicorn.Config(self._app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server._serve(sockets=[listening]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        self._announced.close()
        self._announced.enter_context(announced(self.data, f"http://127.0.0.1:{self.port}"))

    async def fall_silent(self) -> None:
        """Nobody listens any more; every connection is cut."""
        for queue in list(self._sockets):
            queue.put_nowait(None)
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._server = self._serving = None

    # ---- the contract --------------------------------------------------------------------------------

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def keys(request: Request, call_next: Any) -> Any:
            self.calls.append(f"{request.method} {request.url.path}")
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            open_to_all = request.url.path in {"/v1/dashboard/exchange", "/v1/dashboard/state"}
            if not open_to_all and key not in self.keys:
                return JSONResponse({"code": "unauthorized", "detail": "no"}, 401)
            return await call_next(request)

        @app.get("/v1/dashboard/state")
        async def state() -> Json:
            return {"set_up": True, "lab": False}

        @app.get("/v1/users/self")
        async def me() -> Json:
            return {"key_id": "key_1", "kind": "dashboard", "scopes": self.scopes, "user": None}

        @app.get("/v1/system")
        async def system() -> Json:
            return self.system

        @app.get("/v1/sessions")
        async def list_sessions() -> Json:
            return {"sessions": list(self.sessions.values()), "unlinking": self.unlinking}

        @app.get("/v1/sessions/{ref}")
        async def show(ref: str) -> Json:
            return self._find(ref)

        @app.put("/v1/sessions/{name}")
        async def create(name: str) -> Json:
            known = [it for it in self.sessions.values() if it["name"] == name]
            return known[0] if known else self.put(session(name, sentence="Not linked to a phone yet."))

        @app.post("/v1/sessions/{ref}/pair")
        async def pair(ref: str, replace_number: bool = False, phone: str = "") -> Json:
            self.replaces_number, self.typed_on = replace_number, phone
            if self._find(ref)["state"] != "pairing":
                self.become(self._find(ref)["id"], "pairing")
            return self._find(ref)

        @app.get("/v1/sessions/{ref}/qr")
        async def qr(ref: str) -> Json:
            found = self.codes.get(ref)
            if found is None or self._find(ref)["state"] != "pairing":
                raise HTTPException(404, {"code": "no_qr", "detail": "no code"})
            left = datetime.fromisoformat(found["valid_until"]) - datetime.now(UTC)
            return {**found, "expires_in_s": left.total_seconds()}

        @app.get("/v1/sessions/{ref}/pair/code")
        async def typed(ref: str) -> Json:
            if self.typed is None:
                raise HTTPException(404, {"code": "no_qr", "detail": "no code"})
            return self.typed

        @app.get("/v1/sessions/{ref}/pair/passkey")
        async def passkey(ref: str) -> Json:
            if self.passkey is None:
                raise HTTPException(404, {"code": "no_passkey", "detail": "none"})
            return self.passkey

        @app.post("/v1/sessions/{ref}/pair/passkey")
        async def answer(ref: str, body: Json) -> Json:
            self.passkey_answers.append(body)
            self.passkey = {"options": {}, "helper": "", "code": "WXYZ-1234"}
            self.step(self._find(ref)["id"], "compare_codes")
            return self._find(ref)

        @app.delete("/v1/sessions/{ref}/pair")
        async def cancel(ref: str) -> Json:
            self.become(self._find(ref)["id"], "new")
            return self._find(ref)

        @app.post("/v1/sessions/{ref}/{verb}")
        async def act(ref: str, verb: str) -> Json:
            if self.garbled:
                return {"nonsense": True}
            states = {"connect": "connecting", "disconnect": "stopped", "logout": "logged_out"}
            self.become(self._find(ref)["id"], states[verb])
            return self._find(ref)

        @app.delete("/v1/sessions/{ref}", status_code=204)
        async def delete(ref: str) -> None:
            del self.sessions[self._find(ref)["id"]]

        @app.post("/v1/lab/kill", status_code=202)
        async def kill() -> Json:
            return {}

        @app.post("/v1/dashboard/exchange")
        async def exchange(body: Json) -> Json:
            if body["token"] not in self.tokens:
                raise HTTPException(401, {"code": "unauthorized", "detail": "This link was used already"})
            self.tokens.discard(body["token"])
            key = f"hf_{secrets.token_urlsafe(8)}"
            self.keys.add(key)
            expires = (datetime.now(UTC) + timedelta(days=30)).isoformat()
            return {"key": key, "expires_at": expires, "tenant_id": "ten_default"}

        @app.delete("/v1/keys/self", status_code=204)
        async def give_up(request: Request) -> None:
            self.keys.discard(request.headers["authorization"].removeprefix("Bearer "))

        @app.websocket("/v1/events/ws")
        async def events(web: WebSocket) -> None:
            await self._stream(web)

        @app.exception_handler(HTTPException)
        async def refuse(_: Request, refused: HTTPException) -> JSONResponse:
            return JSONResponse(refused.detail, refused.status_code)

        return app

    async def _stream(self, web: WebSocket) -> None:
        key = web.headers.get("authorization", "").removeprefix("Bearer ")
        if key not in self.keys:
            await web.close(4401)
            return
        await web.accept()
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._sockets.add(queue)
        listening = asyncio.create_task(self._listen(web, queue))
        try:
            with suppress(WebSocketDisconnect, RuntimeError):
                while (frame := await queue.get()) is not None:
                    await web.send_json(frame)
                await web.close(1001)
        finally:
            listening.cancel()
            self._sockets.discard(queue)
            self._subscribed.discard(queue)

    async def _listen(self, web: WebSocket, queue: asyncio.Queue[Json | None]) -> None:
        try:
            while True:
                frame = await web.receive_json()
                if frame["op"] == "subscribe":
                    queue.put_nowait({"op": "subscribed", "cursor": str(self._position)})
                    self._subscribed.add(queue)
                    self.streams_seen += 1
        except (WebSocketDisconnect, RuntimeError):
            queue.put_nowait(None)

    def _find(self, ref: str) -> Json:
        for body in self.sessions.values():
            if ref in (body["id"], body["name"], body["phone"]):
                return body
        raise HTTPException(404, {"code": "unknown_session", "detail": f"No session {ref}"})
