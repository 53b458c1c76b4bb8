"""Files by address: nobody looks into the network behind the gateway."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from holdfast.media import Limits
from holdfast.media.addresses import is_public, opened
from holdfast.model.errors import MediaTooLarge, MediaTruncated, MediaUrlFailed, MediaUrlRefused

OURS = Limits(max_bytes=1000, url_hosts=frozenset({"127.0.0.1"}), url_within_s=20.0)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_that_everybody_may_ask_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@asynccontextmanager
async def serving(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A web server on this machine: what it answers to the head of a request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(head))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ok(body: bytes, *more: str) -> bytes:
    head = "\r\n".join(("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Content-Type: x/y", *more))
    return f"{head}\r\n\r\n".encode() + body


async def fetched(url: str, limits: Limits = OURS) -> tuple[str, str, bytes]:
    async with opened(url, limits) as found:
        return found.mimetype, found.file_name, b"".join([piece async for piece in found.pieces])


async def test_a_file_comes_with_its_type_and_name() -> None:
    async with serving(lambda head: ok(b"hello")) as url:
        assert await fetched(f"{url}/a/b%20c.pdf?x=1") == ("x/y", "b c.pdf", b"hello")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "http://user:secret@example.com/",
        "http:///nothing",
        "http://[bad",
    ],
)
async def test_internal_and_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises((MediaUrlRefused, MediaUrlFailed)) as refused:
        await fetched(url, Limits())
    assert "answered" not in str(refused.value)


async def test_a_redirect_into_the_internal_network_is_refused() -> None:
    def away(head: bytes) -> bytes:
        return b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n"

    async with serving(away) as url:
        with pytest.raises(MediaUrlRefused):
            await fetched(url)


async def test_redirects_are_followed_and_not_for_ever() -> None:
    def around(head: bytes) -> bytes:
        if b"GET /end " in head:
            return ok(b"there")
        target = b"/end" if b"GET /once " in head else b"/again"
        return b"HTTP/1.1 307 Go on\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n"

    async with serving(around) as url:
        assert (await fetched(f"{url}/once"))[2] == b"there"
        with pytest.raises(MediaUrlFailed, match="without end"):
            await fetched(f"{url}/again")


FAILURES: list[tuple[Callable[[bytes], bytes], type[Exception]]] = [
    (lambda head: b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", MediaUrlFailed),
    (lambda head: ok(bytes(1001)), MediaTooLarge),
    (lambda head: ok(bytes(100))[:-50], MediaTruncated),
    (lambda head: b"what is this", MediaUrlFailed),
]


@pytest.mark.parametrize(("answer", "raised"), FAILURES)
async def test_what_does_not_come_whole_is_an_error(
    answer: Callable[[bytes], bytes], raised: type[Exception]
) -> None:
    async with serving(answer) as url:
        with pytest.raises(raised):
            await fetched(url)


async def test_who_is_slow_is_not_waited_for() -> None:
    held = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await held.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(MediaUrlFailed, match="did not come within"):
            await fetched(url, replace(OURS, url_within_s=0.05))
        held.set()
