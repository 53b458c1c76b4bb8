"""Whoever has no key gets little: no other site's page is served, and nothing is held or written for long."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from holdfast.kit import edge
from house import House
from patience import patient_socket

MEBIBYTE = 1024 * 1024
HANDSHAKE = (
    "GET /v1/events/ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{more}"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
BAD_FRAMES = ("", "no json", "[]", '"x"', '{"op": "auth"}', '{"op": "auth", "key": 1}', "[" * 2000, b"\0\xff")


def port_of(house: House) -> int:
    port = house.http.base_url.port
    assert port is not None
    return port


def socket_url(house: House) -> str:
    return f"ws://127.0.0.1:{port_of(house)}/v1/events/ws"


async def shake_hands(house: House, host: str = "127.0.0.1", more: str = "") -> tuple[bytes, "Streams"]:
    """Ask for a WebSocket; the answer's head and the open connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(house))
    writer.write(HANDSHAKE.format(host=host, more=more).encode())
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60), (reader, writer)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def test_pages_of_other_sites_get_no_answer(house: House) -> None:
    for name, value in (
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Host", "evil.example"),
        ("Host", "evil.example:4001"),
        ("Host", "[bad"),
    ):
        response = await house.http.get("/v1/system", headers={name: value})
        assert response.status_code == 403, (name, value)
        assert response.json()["code"] == "forbidden"
        host, more = (value, "") if name == "Host" else ("127.0.0.1", f"Origin: {value}\r\n")
        answer, (_, writer) = await shake_hands(house, host, more)
        assert answer.startswith(b"HTTP/1.1 403"), (name, value)
        writer.close()


async def test_our_own_names_are_served(house: House) -> None:
    port = port_of(house)
    for headers in (
        {"Origin": f"http://127.0.0.1:{port}"},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"},
        {"Host": f"[::1]:{port}"},
    ):
        assert (await house.http.get("/v1/system", headers=headers)).status_code == 200


def memory_bytes(house: House) -> int:
    assert house.process is not None
    return int(Path(f"/proc/{house.process.pid}/statm").read_text().split()[1]) * 4096


async def test_unfinished_frames_hold_no_memory(house: House) -> None:
    before = memory_bytes(house)
    opened = []
    for _ in range(60):
        _, (reader, writer) = await shake_hands(house)
        writer.write(b"\x81\xff" + (15 * MEBIBYTE).to_bytes(8, "big") + bytes(4) + bytes(MEBIBYTE))
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 60), "refused, not waited for"
        opened.append(writer)
    assert memory_bytes(house) - before < 60 * MEBIBYTE
    for writer in opened:
        writer.close()
    await house.ask("GET", "/v1/system")


async def test_of_too_many_unknown_sockets_the_oldest_goes(house: House) -> None:
    waiting: list[ClientConnection] = []
    for _ in range(edge.MOST_UNKNOWN_SOCKETS + 1):
        waiting.append(await patient_socket(socket_url(house)))
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(waiting[0].recv(), 60)
    # Its owner being known, it takes large frames.
    key = house.http.headers["Authorization"].removeprefix("Bearer ")
    large = ["x" * 2 * edge.LARGEST_FIRST_FRAME_BYTES]
    await waiting[-1].send(json.dumps({"op": "auth", "key": key}))
    await waiting[-1].send(json.dumps({"op": "subscribe", "types": large}))
    assert "op" in json.loads(await asyncio.wait_for(waiting[-1].recv(), 60))
    for each in waiting:
        await each.close()


async def last_words(socket: ClientConnection) -> None:
    """Return when the gateway has ended the connection."""
    async with asyncio.timeout(60):
        async for _ in socket:
            pass


async def test_bad_first_frames_end_the_connection_and_leave_no_traceback(house: House) -> None:
    for frame in (*BAD_FRAMES, "x" * 2 * edge.LARGEST_FIRST_FRAME_BYTES):
        async with patient_socket(socket_url(house)) as socket:
            await socket.send(frame)
            with contextlib.suppress(ConnectionClosed):
                await last_words(socket)
    async with patient_socket(socket_url(house)) as socket:
        await socket.send(b"\xff\xfe", text=True)
        with contextlib.suppress(ConnectionClosed):
            await last_words(socket)
    logged = house.log.read_text()
    assert "Traceback" not in logged
    assert '"exception"' not in logged


async def ended(house: House, begun: bytes) -> None:
    """Return when the gateway has closed a connection on which a stranger dawdles."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(house))
    writer.write(begun)

    async def trickle() -> None:
        while begun:
            await asyncio.sleep(1)
            writer.write(b"x")

    trickling = asyncio.create_task(trickle())
    try:
        async with asyncio.timeout(edge.HEADER_WITHIN_S + 30):
            with contextlib.suppress(ConnectionError):
                await reader.read()
    finally:
        trickling.cancel()
        writer.close()


async def test_half_a_request_is_not_waited_for(house: House) -> None:
    whole = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    halves = (b"", b"GET /v1/sys", b"GET /livez HTTP/1.1\r\nX: ", whole + b"GET /livez")
    await asyncio.gather(*(ended(house, begun) for begun in halves))


async def test_a_header_without_end_is_refused(house: House) -> None:
    """Also while more of it comes the refusal is what is read: it was a connection that is reset."""
    problem = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json"
    for begun in (b"GET /livez HTTP/1.1\r\nX: ", b"GET /v1/sessions?name="):
        for length in (65_536, 200_000, MEBIBYTE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(house))
            writer.write(begun + b"x" * length)
            answer = await asyncio.wait_for(reader.read(), 60)
            assert answer.startswith(problem), (begun, length, answer[:200])
            writer.close()
