"""A server on this machine that speaks the chat completions API, and says what a test puts into it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal


class Model:
    """A server that answers what a test puts into `script`, one after the other; the last one forever."""

    def __init__(self) -> None:
        self.script: list[tuple[int, Any]] = [(200, said("Hello!"))]
        self.asked: list[Mapping[str, Any]] = []
        self.headers: list[str] = []
        self.silent = False
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                int(it.split(":")[1]) for it in head.split("\r\n") if "content-length" in it.lower()
            )
            self.asked.append(json.loads(await reader.readexactly(length)))
            self.headers.append(head)
            if self.silent:
                await reader.read()
                return
            status, body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if isinstance(body, Pieces):
                await body.write(reader, writer)
                return
            text = body if isinstance(body, str) else json.dumps(body)
            answer = (
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(text.encode())}\r\nConnection: close\r\n\r\n"
            )
            writer.write((answer + text).encode())
            await writer.drain()
        finally:
            writer.close()


@dataclass(frozen=True)
class Pieces:
    """An answer in pieces: server-sent events, as they stand here."""

    events: tuple[str, ...]
    #: What comes after them: the end of the answer, the end of the connection in its middle, or nothing.
    then: Literal["end", "cut", "silence"] = "end"

    async def write(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        for event in self.events:
            piece = f"{event}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        if self.then == "end":
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        elif self.then == "silence":
            await reader.read()


def piece(text: str | None = None, *, end: str | None = None, **more: Any) -> str:
    """One event of an answer."""
    choice = {"index": 0, "delta": {"content": text, **more}, "finish_reason": end}
    return f"data: {json.dumps({'choices': [choice]})}"


COUNTED = 'data: {"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 2}}'
DONE = "data: [DONE]"


def said(text: str | None, **more: Any) -> dict[str, Any]:
    return {
        "choices": [{"message": {"role": "assistant", "content": text, **more}}],
        "usage": {"prompt_tokens": 8, "completion_tokens": 2},
    }


def calls(name: str, arguments: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return said(None, tool_calls=[call])


@asynccontextmanager
async def speaking() -> AsyncIterator[Model]:
    """One such server."""
    made = Model()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()
