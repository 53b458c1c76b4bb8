"""Which pages are answered."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from holdfast.kit.origin import SameSite


async def passed(names: list[str], *headers: tuple[str, str]) -> bool:
    reached, sent = [], []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    raw = [(name.encode(), value.encode()) for name, value in headers]
    await SameSite(app, PlainTextResponse("no", 403), names)(
        {"type": "http", "method": "GET", "headers": raw}, receive, send
    )
    assert bool(reached) != bool(sent)
    return bool(reached)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4001", "[::1]:4001", "192.168.1.5", "localhost", "LOCALHOST:1", "desk.example"]
)
async def test_our_names_are_answered(host: str) -> None:
    assert await passed(["desk.example"], ("host", host))
    assert await passed(["desk.example"], ("host", host), ("origin", f"https://{host}"))


@pytest.mark.parametrize(
    "host", ["evil.example", "desk.example.evil", "127.0.0.1.evil", "[::1", "127.1.evil:80"]
)
async def test_other_names_are_not(host: str) -> None:
    assert not await passed(["desk.example"], ("host", host))


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://localhost:3000", "file://", ""])
async def test_pages_of_other_places_are_not(origin: str) -> None:
    assert not await passed([], ("host", "localhost:4001"), ("origin", origin))


async def test_two_origins_are_both_looked_at() -> None:
    ours, theirs = ("origin", "http://localhost"), ("origin", "http://evil.example")
    assert not await passed([], ("host", "localhost"), ours, theirs)


async def test_a_program_names_neither() -> None:
    assert await passed([])
