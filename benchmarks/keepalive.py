"""A JSON client that costs almost nothing: the load must not eat the cores that it measures.

Not a general HTTP client: one host, bodies with a Content-Length or chunked, no redirects.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

_TIMEOUT_S = 60.0
_LINE_LIMIT = 1 << 20

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Refused(Exception):
    """The server answered with a status of 400 or more."""

    def __init__(self, status: int, what: str, body: str) -> None:
        self.status = status
        super().__init__(f"{what}: HTTP {status}: {body[:300]}")


class KeepAlive:
    """Calls one server. Safe for concurrent use: each call that runs holds a connection of its own."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        lines = {"Host": f"{host}:{port}", "Accept": "application/json", **(headers or {})}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._idle: list[Connection] = []

    async def get(self, path: str, timeout_s: float = _TIMEOUT_S) -> Any:
        """GET, JSON back."""
        return await self.call("GET", path, timeout_s=timeout_s)

    async def text(self, path: str) -> str:
        """GET, text back."""
        return (await self._answer("GET", path, None, None, _TIMEOUT_S)).decode()

    async def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """POST, JSON back. A str goes out as it is."""
        return await self.call("POST", path, body, headers)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> Any:
        """One request and its answer.

        Raises Refused, OSError, TimeoutError. Nothing is repeated; a connection that failed is closed.
        """
        answer = await self._answer(method, path, body, headers, timeout_s)
        return json.loads(answer) if answer else None

    async def _answer(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, timeout_s: float
    ) -> bytes:
        payload = (
            b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        kind = "text/plain" if isinstance(body, str) else "application/json"
        extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = (
            f"{method} {path} HTTP/1.1\r\n{self._head}{extra}"
            f"Content-Type: {kind}\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        async with asyncio.timeout(timeout_s), self._connection() as (reader, writer):
            writer.write(head.encode() + payload)
            status, answer = await _read_answer(reader)
        if status >= 400:
            raise Refused(status, f"{method} {path}", answer.decode(errors="replace"))
        return answer

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            _, writer = self._idle.pop()
            writer.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        connection = self._idle.pop() if self._idle else None
        if connection is None or connection[0].at_eof():
            connection = await asyncio.open_connection(
                self._host, self._port, ssl=self._tls, limit=_LINE_LIMIT
            )
        try:
            yield connection
        except BaseException:
            connection[1].close()
            raise
        self._idle.append(connection)


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if status in (204, 304):
        return status, b""
    if "transfer-encoding: chunked" in head:
        return status, await _read_chunks(reader)
    _, found, rest = head.partition("content-length:")
    if not found:
        raise ConnectionError("an answer without a length")
    return status, await reader.readexactly(int(rest.split("\r\n", 1)[0]))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return bytes(body)
