"""A key that is revoked or expires ends the streams that it opened, however busy and of whichever kind."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from holdfast.accounts import Accounts, accounts
from holdfast.accounts.accounts import IssuedKey
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.store import Store
from integration.served import Served, served
from patience import patient_socket

WITHIN_S = 60.0


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


@asynccontextmanager
async def traffic(api: Served) -> AsyncIterator[None]:
    """Messages that arrive without a pause: no stream is ever silent."""

    async def arrive() -> None:
        while True:
            await api.receive(1)
            await asyncio.sleep(0.01)

    arriving = asyncio.create_task(arrive())
    try:
        yield
    finally:
        arriving.cancel()
        await asyncio.wait([arriving])


async def last_of_sse(api: Served, key: str, begun: asyncio.Event) -> str:
    """The type of the last event of a server-sent stream, read until the gateway ends it."""
    headers, last = {"Authorization": f"Bearer {key}"}, ""
    async with api.http.stream("GET", "/v1/events", headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                last = line.removeprefix("event: ")
                begun.set()
            if line.startswith("data: ") and last == "error":
                return str(json.loads(line.removeprefix("data: "))["code"])
    return last


async def last_of_socket(api: Served, key: str, begun: asyncio.Event) -> str:
    """The same of a WebSocket."""
    last = ""
    async with patient_socket(
        api.socket_url, additional_headers={"Authorization": f"Bearer {key}"}
    ) as socket:
        await socket.send(json.dumps({"op": "subscribe"}))
        try:
            async for text in socket:
                frame = json.loads(text)
                last = frame["error"]["code"] if frame["op"] == "error" else frame["op"]
                if frame["op"] == "events":
                    begun.set()
        except ConnectionClosed:
            pass
    return last


Stream = Callable[[Served, str, asyncio.Event], Awaitable[str]]


@pytest.mark.parametrize("stream", [last_of_sse, last_of_socket])
async def test_a_revoked_key_ends_a_busy_stream(api: Served, stream: Stream) -> None:
    key, begun = await api.accounts.create_key(DEFAULT_TENANT, "bot"), asyncio.Event()
    async with traffic(api), asyncio.timeout(WITHIN_S):
        reading = asyncio.ensure_future(stream(api, key.key, begun))
        await begun.wait()
        await api.accounts.revoke(DEFAULT_TENANT, key.key_id)
        assert await reading == "unauthorized"


@pytest.mark.parametrize("stream", [last_of_sse, last_of_socket])
async def test_an_expired_key_ends_a_busy_stream(
    api: Served, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [api.accounts._clock()]  # stands still until the stream has begun
    monkeypatch.setattr(api.accounts, "_clock", lambda: now[0])
    key, begun = await api.accounts.create_key(DEFAULT_TENANT, "bot", lives_ms=1_500), asyncio.Event()
    async with traffic(api), asyncio.timeout(WITHIN_S):
        reading = asyncio.ensure_future(stream(api, key.key, begun))
        await begun.wait()
        now[0] += 1_500
        assert await reading == "unauthorized"


async def test_a_key_with_scopes_of_a_newer_version_ends_nothing_by_surprise(api: Served) -> None:
    key: IssuedKey = await api.accounts.create_key(DEFAULT_TENANT, "future", scopes=frozenset())
    async with (
        patient_socket(api.socket_url, additional_headers={"Authorization": f"Bearer {key.key}"}) as socket,
        asyncio.timeout(WITHIN_S),
    ):
        await socket.send(json.dumps({"op": "subscribe"}))
        assert json.loads(await socket.recv())["error"]["code"] == "forbidden"
        await api.accounts.revoke(DEFAULT_TENANT, key.key_id)
        assert json.loads(await socket.recv())["error"]["code"] == "unauthorized"


async def test_a_key_that_another_process_revokes_ends_its_streams_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice of a revocation does not cross processes; time does."""
    monkeypatch.setattr(accounts, "_REMEMBER_MS", 20)
    here, there = Accounts(store), Accounts(store)
    key = await here.create_key(DEFAULT_TENANT, "bot")
    watching = asyncio.create_task(here.ended(key.key))
    await asyncio.sleep(0)
    await there.revoke(DEFAULT_TENANT, key.key_id)
    async with asyncio.timeout(WITHIN_S):
        assert (await watching).code == "unauthorized"
