"""A gateway by script: real HTTP and WebSocket on loopback, everything else made up.

It drops, repeats and refuses.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

KEY = "hf_local_test"


def refusal(code: str, message: str, next_step: str = "", status: int = 400) -> JSONResponse:
    return JSONResponse({"code": code, "detail": message, "next_step": next_step}, status)


class ScriptedGateway:
    def __init__(self) -> None:
        self.journal: list[dict[str, Any]] = []
        self.acked: dict[str, int] = {}
        self.accepted: dict[str, dict[str, Any]] = {}
        self.frames: list[dict[str, Any]] = []
        self.connections = 0
        self.answers: dict[tuple[str, str], Any] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.drop_before_answer = 0
        self.refuse_subscription: dict[str, str] | None = None
        self.conflicts: set[str] = set()
        self._sockets: set[WebSocket] = set()
        self._moved = asyncio.Condition()
        self.url = ""

    # ---- the script's handles ------------------------------------------------------------------------

    async def happen(self, text: str, *, chat: str = "4915@s.whatsapp.net", **data: Any) -> dict[str, Any]:
        position = len(self.journal) + 1
        event = {
            "event_id": f"evt_{position:04}",
            "cursor": str(position),
            "session_id": "ses_1",
            "session": "main",
            "seq": position,
            "type": data.pop("type", "message.received"),
            "at": "2026-11-24T12:00:00Z",
            "data": {
                "chat": chat,
                "content": {"kind": "text", "text": text},
                "from_me": False,
                "group": False,
                **data,
            },
        }
        async with self._moved:
            self.journal.append(event)
            self._moved.notify_all()
        return event

    async def hang_up(self) -> None:
        while self._sockets:
            await self._sockets.pop().close(1012)

    async def say_nonsense(self) -> None:
        for socket in list(self._sockets):
            await socket.send_text("this is no JSON")

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(60):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.005)

    # ---- the application -----------------------------------------------------------------------------

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.websocket("/v1/events/ws")
        async def socket(ws: WebSocket) -> None:
            if ws.headers.get("authorization") != f"Bearer {KEY}":
                await ws.close(1008)
                return
            await ws.accept()
            self.connections += 1
            self._sockets.add(ws)
            try:
                await self._converse(ws)
            except (WebSocketDisconnect, RuntimeError):
                pass  # hung up, from here or from there
            finally:
                self._sockets.discard(ws)

        @app.api_route("/{path:path}", methods=["GET", "PUT", "PATCH", "POST", "DELETE"])
        async def anything(request: Request, path: str) -> Response:
            body = await request.body()
            self.requests.append((request.method, f"/{path}", json.loads(body) if body else None))
            self.queries.append(dict(request.query_params))
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return refusal("unauthorized", "This key is not known", status=401)
            answer = self.answers.get((request.method, f"/{path}"))
            if answer is None:
                return refusal("unknown_session", "No such session", "List them.", 404)
            if callable(answer) and not isinstance(answer, Response):
                answer = answer()
            return answer if isinstance(answer, Response) else JSONResponse(answer)

        return app

    async def _converse(self, ws: WebSocket) -> None:
        pusher: asyncio.Task[None] | None = None
        try:
            while True:
                frame = json.loads(await ws.receive_text())
                self.frames.append(frame)
                if frame["op"] == "subscribe":
                    if self.refuse_subscription:
                        await ws.send_json({"op": "error", "error": self.refuse_subscription})
                        continue
                    start = self._start(frame)
                    await ws.send_json({"op": "subscribed", "cursor": str(start)})
                    pusher = asyncio.create_task(self._push(ws, start))
                elif frame["op"] == "ack":
                    self.acked["stream"] = int(frame["cursor"])
                elif frame["op"] == "send":
                    await self._send(ws, frame)
        finally:
            if pusher is not None:
                pusher.cancel()

    def _start(self, frame: dict[str, Any]) -> int:
        if frame["subscription"] and "stream" in self.acked:
            return self.acked["stream"]
        if frame["after"] is not None:
            return int(frame["after"] or 0)
        start = len(self.journal)
        if frame["subscription"]:
            self.acked["stream"] = start
        return start

    async def _push(self, ws: WebSocket, position: int) -> None:
        while True:
            async with self._moved:
                while len(self.journal) <= position:
                    await self._moved.wait()
            batch = self.journal[position:]
            position += len(batch)
            await ws.send_json({"op": "events", "events": batch})

    async def _send(self, ws: WebSocket, frame: dict[str, Any]) -> None:
        results: list[dict[str, Any]] = []
        for message in frame["messages"]:
            key = message["idempotency_key"]
            if message["to"] == "nobody":
                results.append({"error": {"code": "recipient_invalid", "detail": "Not a number"}})
            elif key in self.conflicts:
                results.append({"error": {"code": "idempotency_conflict", "detail": "Other text"}})
            else:
                made = {
                    "session_id": "ses_1",
                    "message_id": f"MSG{len(self.accepted) + 1}",
                    "status": "queued",
                    **message,
                }
                results.append(self.accepted.setdefault(key, made))
        if self.drop_before_answer > 0:
            self.drop_before_answer -= 1
            self._sockets.discard(ws)
            await ws.close(1012)
            return
        await ws.send_json({"op": "sent", "request": frame["request"], "results": results})


@asynccontextmanager
async def running_gateway() -> AsyncIterator[ScriptedGateway]:
    gateway = ScriptedGateway()
    config = uvicorn.Config(gateway.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign]
    serving = asyncio.create_task(server._serve())
    await gateway.until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    gateway.url = f"http://127.0.0.1:{port}"
    try:
        yield gateway
    finally:
        await gateway.hang_up()
        server.should_exit = True
        server.force_exit = True
        await serving


def session_body(**changes: Any) -> dict[str, Any]:
    body = {
        "id": "ses_1",
        "name": "main",
        "phone": "4915112345678",
        "push_name": "Weber",
        "state": "connected",
        "status": "connected",
        "color": "green",
        "reason": None,
        "sentence": "Connected.",
        "next_step": "",
        "since": "2026-11-24T12:00:00Z",
        "wish": "up",
        "requires_auth": False,
        "last_connected_at": "2026-11-24T12:00:00Z",
        "last_heartbeat_at": None,
        "retry_at": None,
        "pairing": None,
        "restoring": False,
    }
    return body | changes


def system_body(**changes: Any) -> dict[str, Any]:
    body = {
        "version": "0.1.0",
        "lab": False,
        "engine": {"attached": True, "engine_id": "eng_1", "pid": 10},
        "gateway": {"pid": 20, "started_at": "2026-11-24T12:00:00Z"},
        "restoration": {"total": 1, "connected": 1, "done": True, "seconds": 0.4},
    }
    return body | changes
