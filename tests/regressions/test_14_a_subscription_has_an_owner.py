"""A subscription has one owner, one filter and one consumer at a time: workers on one name lose nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT
from integration.served import Served, served
from patience import patient_socket

WITHIN_S = 60.0


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


async def hear(socket: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    async with asyncio.timeout(WITHIN_S):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame


def dial(api: Served, key: str) -> connect:
    """A worker's connection."""
    return patient_socket(api.socket_url, additional_headers={"Authorization": f"Bearer {key}"})


async def subscribe(socket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """Ask for the subscription `work`; what the gateway answers."""
    await socket.send(json.dumps({"op": "subscribe", "subscription": "work", **wanted}))
    return await hear(socket)


async def test_a_worker_with_another_filter_is_refused_and_nothing_is_passed_over(api: Served) -> None:
    async with dial(api, api.key) as shop, dial(api, api.key) as desk:
        assert (await subscribe(shop, after="", sessions=["shop"]))["op"] == "subscribed"
        refused = await subscribe(desk, sessions=["desk"])
        assert refused["error"]["code"] == "subscription_filter_differs"
        await api.receive(2, session_id="ses_b")
        await api.receive(2, session_id="ses_a")
        events = []
        while len(events) < 2:
            events += (await hear(shop))["events"]
        assert [each["session"] for each in events] == ["shop", "shop"]


async def test_the_older_of_two_consumers_is_told_and_ended(api: Served) -> None:
    async with dial(api, api.key) as older, dial(api, api.key) as newer:
        await subscribe(older, after="")
        assert (await subscribe(newer))["op"] == "subscribed"
        assert (await hear(older))["error"]["code"] == "subscription_taken"
        with pytest.raises(ConnectionClosed):
            await hear(older)
        await api.receive(1)
        assert (await hear(newer))["op"] == "events"


async def test_a_server_sent_stream_gives_way_too(api: Served) -> None:
    async with api.http.stream("GET", "/v1/events", params={"subscription": "work", "after": ""}) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": connected"
        async with dial(api, api.key) as newer, asyncio.timeout(WITHIN_S):
            await subscribe(newer)
            said = [line async for line in lines if line.startswith("data: ")]
    assert json.loads(said[-1].removeprefix("data: "))["code"] == "subscription_taken"


async def test_another_keys_mark_cannot_be_moved(api: Served) -> None:
    reader = (await api.accounts.create_key(DEFAULT_TENANT, "reader", scopes=frozenset({Scope.READ}))).key
    stranger = {"Authorization": f"Bearer {reader}"}
    await api.receive(3)
    async with dial(api, api.key) as worker, dial(api, reader) as thief:
        await subscribe(worker, after="")
        events = (await hear(worker))["events"]
        last = {"cursor": events[-1]["cursor"]}
        moved = await api.http.post("/v1/subscriptions/work/ack", json=last, headers=stranger)
        assert (moved.status_code, moved.json()["code"]) == (403, "forbidden")
        assert (await subscribe(thief))["error"]["code"] == "forbidden"
        for method, body in (("PUT", {"types": ["session.state"]}), ("DELETE", None)):
            answer = await api.http.request(method, "/v1/subscriptions/work", json=body, headers=stranger)
            assert answer.status_code == 403
        await api.receive(1)
        assert (await hear(worker))["op"] == "events", "the worker was left in peace"
    (listed,) = (await api.http.get("/v1/subscriptions")).json()["subscriptions"]
    assert listed["acked_at"] is None


async def test_its_filter_is_changed_by_asking_for_that(api: Served) -> None:
    async with dial(api, api.key) as worker:
        await subscribe(worker, after="", types=["message.received"])
        changed = await api.http.put("/v1/subscriptions/work", json={"sessions": ["desk"]})
        assert changed.json()["session_ids"] == ["ses_b"]
        assert (await hear(worker))["error"]["code"] == "subscription_taken"
    async with dial(api, api.key) as worker:
        await subscribe(worker)
        await api.receive(1, session_id="ses_a")
        await api.receive(1, session_id="ses_b")
        assert [each["session"] for each in (await hear(worker))["events"]] == ["desk"]


async def test_a_page_that_waits_gives_way_too(api: Served) -> None:
    page = {"subscription": "work", "format": "json"}
    assert (await api.http.get("/v1/events", params=page)).status_code == 200
    older = asyncio.create_task(api.http.get("/v1/events", params={**page, "wait_s": 30}))
    newer = {"subscription": "work"}
    while not older.done():
        async with api.http.stream("GET", "/v1/events", params=newer) as answer:
            assert await anext(answer.aiter_lines()) == ": connected"
    assert ((await older).status_code, (await older).json()["code"]) == (409, "subscription_taken")
