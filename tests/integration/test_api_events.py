"""Events over real HTTP and real WebSockets: pages, streams, acknowledgements, batched sends."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from holdfast.accounts import Scope
from holdfast.api import socket as event_socket
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from patience import PATIENCE_S, patient_socket

from .served import Served, served, until


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


def dial(api: Served, key: str | None = None, **more: Any) -> connect:
    """Open the socket."""
    headers = {"Authorization": f"Bearer {key or api.key}"}
    return patient_socket(api.socket_url, additional_headers=headers, max_size=None, compression=None, **more)


async def ask(ws: ClientConnection, **frame: Any) -> None:
    """Write one frame."""
    await ws.send(json.dumps(frame))


async def hear(ws: ClientConnection) -> dict[str, Any]:
    """Read one frame."""
    async with asyncio.timeout(PATIENCE_S):
        frame: dict[str, Any] = json.loads(await ws.recv())
    return frame


async def take(ws: ClientConnection, count: int) -> list[dict[str, Any]]:
    """Read events until there are so many."""
    events: list[dict[str, Any]] = []
    while len(events) < count:
        frame = await hear(ws)
        assert frame["op"] == "events"
        events += frame["events"]
    return events


# ---- pages -------------------------------------------------------------------------------------------------


async def test_pages_join(api: Served) -> None:
    await api.receive(5)
    first = (await api.http.get("/v1/events?format=json&after=&limit=3")).json()
    second = (await api.http.get("/v1/events", params={"format": "json", "after": first["next"]})).json()
    assert [each["data"]["message_id"] for page in (first, second) for each in page["events"]] == [
        "M1", "M2", "M3", "M4", "M5",
    ]  # fmt: skip
    assert first["events"][-1]["cursor"] == first["next"]
    event = first["events"][0]
    assert (event["session"], event["session_id"], event["seq"]) == ("shop", "ses_a", 1)
    now = (await api.http.get("/v1/events?format=json")).json()
    assert now == {"events": [], "next": second["next"]}


async def test_a_page_may_wait_for_its_first_event(api: Served) -> None:
    now = (await api.http.get("/v1/events?format=json")).json()["next"]
    waiting = asyncio.ensure_future(
        api.http.get("/v1/events", params={"format": "json", "after": now, "wait_s": 20})
    )
    await api.receive(1)
    assert len((await waiting).json()["events"]) == 1


async def test_filters(api: Served) -> None:
    await api.receive(1)
    await api.receive(1, session_id="ses_b")

    async def found(query: str) -> list[str]:
        answer = await api.http.get(f"/v1/events?format=json&after=&{query}")
        return [each["session"] for each in answer.json()["events"]]

    assert await found("session=desk") == ["desk"]
    assert await found("session=desk&session=ses_a") == ["shop", "desk"]
    assert await found("type=message.received") == ["shop", "desk"]
    assert await found("type=session.state") == []
    refused = await api.http.get("/v1/events?format=json&type=nothing")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert (await api.http.get("/v1/events?format=json&session=x")).status_code == 404
    assert (await api.http.get("/v1/events?format=json&after=x")).status_code == 400


# ---- server-sent events ------------------------------------------------------------------------------------


async def read_sse(api: Served, count: int, path: str, **headers: str) -> list[dict[str, Any]]:
    """Read a stream until it gave so many events."""
    events: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_S), api.http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        block: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line.startswith(":"):
                continue
            if not line and block:
                event = json.loads(block["data"])
                assert (block["id"], block["event"]) == (event["cursor"], event["type"])
                events.append(event)
                block = {}
                if len(events) == count:
                    break
            elif line:
                name, _, value = line.partition(": ")
                block[name] = value
    return events


async def test_a_stream_gives_what_was_and_what_comes(api: Served) -> None:
    await api.receive(2, text="two\nlines \u2028")
    reading = asyncio.ensure_future(read_sse(api, 4, "/v1/events?after="))
    await api.receive(2)
    assert [each["seq"] for each in await reading] == [1, 2, 3, 4]


async def test_a_browser_continues_by_the_last_id(api: Served) -> None:
    await api.receive(3)
    first = (await read_sse(api, 1, "/v1/events?after="))[0]
    rest = await read_sse(api, 2, "/v1/events?after=", **{"Last-Event-ID": first["cursor"]})
    assert [each["seq"] for each in rest] == [2, 3]


async def test_a_subscription_remembers(api: Served) -> None:
    await api.receive(3)
    events = await read_sse(api, 3, "/v1/events?subscription=help desk&after=")
    ack = await api.http.post("/v1/subscriptions/help desk/ack", json={"cursor": events[1]["cursor"]})
    assert ack.status_code == 204
    assert [each["seq"] for each in await read_sse(api, 1, "/v1/events?subscription=help desk")] == [3]
    listed = (await api.http.get("/v1/subscriptions")).json()["subscriptions"]
    assert [(each["name"], each["cursor"]) for each in listed] == [("help desk", events[1]["cursor"])]
    unknown = await api.http.post("/v1/subscriptions/x/ack", json={"cursor": events[1]["cursor"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_subscription")


# ---- the socket --------------------------------------------------------------------------------------------


async def test_the_socket_gives_events_and_continues_where_it_was_acknowledged(api: Served) -> None:
    await api.receive(3)
    async with dial(api) as ws:
        await ask(ws, op="subscribe", subscription="bot", after="")
        assert (await hear(ws))["op"] == "subscribed"
        events = await take(ws, 3)
        await ask(ws, op="ack", cursor=events[1]["cursor"])
        await api.receive(1)
        await take(ws, 1)

    async def stored() -> bool:
        listed = (await api.http.get("/v1/subscriptions")).json()["subscriptions"]
        return listed[0]["acked_at"] is not None

    await until(stored)
    async with dial(api) as ws:
        await ask(ws, op="subscribe", subscription="bot", after="")
        assert (await hear(ws))["cursor"] == events[1]["cursor"]
        again = await take(ws, 2)
    assert again[0]["event_id"] == events[2]["event_id"]


async def test_sends_in_batches_are_answered_one_by_one(api: Served) -> None:
    async with dial(api) as ws:
        await ask(ws, op="subscribe", types=["message.status"])
        await hear(ws)
        api.outbox.session_up("ses_a", "4900000")
        messages = [
            {"session": "shop", "to": "+12345", "text": "one", "idempotency_key": "1"},
            {"session": "nobody", "to": "+12345", "text": "two", "idempotency_key": "2"},
            {"session": "shop", "to": "bob", "text": "three", "idempotency_key": "3"},
            {"session": "shop", "to": "+12345", "text": "one", "idempotency_key": "1"},
            {"session": "shop", "to": "+12345", "text": "x" * (1 << 20)},
        ]
        await ask(ws, op="send", request="r1", messages=messages)
        frames = [await hear(ws), await hear(ws)]
        sent = next(frame for frame in frames if frame["op"] == "sent")
        told = next(frame for frame in frames if frame["op"] == "events")
        assert sent["request"] == "r1"
        results = sent["results"]
        assert [(result.get("error") or {}).get("code") for result in results] == [
            None, "unknown_session", "recipient_invalid", None, "message_too_large",
        ]  # fmt: skip
        assert results[0]["message_id"] == results[3]["message_id"]
        data = told["events"][0]["data"]
        assert (data["message_id"], data["status"]) == (results[0]["message_id"], "sent")
    assert [text for _, text in api.whatsapp.taken] == ["one"]


async def test_many_frames_at_once_keep_their_order(api: Served) -> None:
    api.outbox.session_up("ses_a", "4900000")
    async with dial(api) as ws:
        for frame in range(100):
            messages = [{"session": "shop", "to": "+12345", "text": f"{frame * 3 + n}"} for n in range(3)]
            await ask(ws, op="send", request=str(frame), messages=messages)
        answered = {(await hear(ws))["request"] for _ in range(100)}
    assert answered == {str(frame) for frame in range(100)}

    async def taken() -> bool:
        return len(api.whatsapp.taken) == 300

    await until(taken)
    assert [int(text) for _, text in api.whatsapp.taken] == list(range(300))


async def test_a_message_of_one_mebibyte_reaches_the_socket(api: Served) -> None:
    big = "x" * (1 << 20)
    async with dial(api) as ws:
        await ask(ws, op="subscribe", after="")
        await hear(ws)
        await api.receive(3, text=big)
        assert [each["data"]["content"]["text"] == big for each in await take(ws, 3)] == [True] * 3


async def test_a_consumer_that_does_not_read_blocks_nobody(api: Served) -> None:
    async with dial(api, max_queue=1) as slow, dial(api) as fast:
        for ws in (slow, fast):
            await ask(ws, op="subscribe", after="")
            await hear(ws)
        text = "x" * 50_000
        for _ in range(40):
            await api.receive(10, text=text)
        assert len(await take(fast, 400)) == 400
        assert (
            await api.http.post("/v1/sessions/shop/messages", json={"to": "+12345", "text": "hi"})
        ).is_success
        assert [each["seq"] for each in await take(slow, 400)][:400] == list(range(1, 401))


async def test_a_consumer_that_does_not_acknowledge_is_given_no_more_than_its_window(
    api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_socket, "_UNACKED", 10)
    await api.receive(25)
    async with dial(api) as ws:
        await ask(ws, op="subscribe", subscription="bot", after="")
        await hear(ws)
        events = await take(ws, 10)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ws.recv(), 0.2)
        await ask(ws, op="ack", cursor=events[3]["cursor"])
        events += await take(ws, 4)
        assert [each["seq"] for each in events] == list(range(1, 15))


async def test_several_consumers_each_at_its_own_place(api: Served) -> None:
    await api.receive(4)
    async with dial(api) as one, dial(api) as two:
        await ask(one, op="subscribe", subscription="one", after="")
        await ask(two, op="subscribe", subscription="two", after="", sessions=["desk"])
        assert [(await hear(ws))["op"] for ws in (one, two)] == ["subscribed"] * 2
        await api.receive(1, session_id="ses_b")
        assert len(await take(one, 5)) == 5
        assert [each["session"] for each in await take(two, 1)] == ["desk"]


async def test_the_key_may_come_in_the_first_frame(api: Served) -> None:
    async with patient_socket(api.socket_url) as ws:
        await ask(ws, op="auth", key=api.key)
        await ask(ws, op="subscribe", after="")
        assert (await hear(ws))["op"] == "subscribed"


@pytest.mark.parametrize(
    "first", [{"op": "auth", "key": "hf_wrong"}, {"op": "subscribe"}, {"op": "auth"}, [], 5]
)
async def test_without_a_key_the_socket_ends(api: Served, first: object) -> None:
    async with patient_socket(api.socket_url) as ws:
        await ws.send(json.dumps(first))
        frame = await hear(ws)
        assert (frame["op"], frame["error"]["code"]) == ("error", "unauthorized")
        with pytest.raises(ConnectionClosed):
            await hear(ws)


async def test_a_bad_frame_is_refused_and_the_socket_lives(api: Served) -> None:
    bad: list[str] = [
        "no json", "[]", "{}", '{"op":"dance"}', '{"op":"subscribe","types":"x"}',
        '{"op":"subscribe","types":["x"]}',
        '{"op":"subscribe","sessions":["x"]}', '{"op":"subscribe","after":"x"}', '{"op":"ack","cursor":"x"}',
        '{"op":"send","request":"1","messages":[{"to":"x"}]}', '{"op":"send","messages":[]}',
    ]  # fmt: skip
    async with dial(api) as ws:
        for text in bad:
            await ws.send(text)
            frame = await hear(ws)
            assert frame["op"] == "error"
            assert frame["error"]["detail"]
        await ask(ws, op="subscribe", after="")
        assert (await hear(ws))["op"] == "subscribed"


async def test_scopes_hold_on_the_socket(api: Served) -> None:
    reader = (await api.accounts.create_key(DEFAULT_TENANT, "reader", scopes=frozenset({Scope.READ}))).key
    async with dial(api, reader) as ws:
        await ask(ws, op="send", request="1", messages=[{"session": "shop", "to": "+12345", "text": "hi"}])
        refused = await hear(ws)
        assert (refused["request"], refused["error"]["code"]) == ("1", "forbidden")
        await ask(ws, op="subscribe", after="")
        assert (await hear(ws))["op"] == "subscribed"


async def test_a_limited_key_sends_and_hears_for_its_own_numbers_alone(api: Served) -> None:
    maker = await api.accounts.authenticate(api.key)
    both = frozenset({Scope.READ, Scope.SEND})
    issued = await api.accounts.hand_out_key(maker, "bot", both, None, frozenset({SessionId("ses_a")}))
    async with dial(api, issued.key) as ws:
        await ask(ws, op="subscribe", after="", sessions=["desk"])
        assert (await hear(ws))["error"]["code"] == "unknown_session"
        message = {"to": "+12345", "text": "hi"}
        wanted = [{"session": name, **message} for name in ("desk", "shop")]
        await ask(ws, op="send", request="1", messages=wanted)
        refused, taken = (await hear(ws))["results"]
        assert refused["error"]["code"] == "unknown_session"
        assert (taken["session_id"], taken["status"]) == ("ses_a", "queued")
        chats = [{"session": name, "chat": "12345@s.whatsapp.net"} for name in ("desk", "shop")]
        await ask(ws, op="states", request="2", bot="x", chats=chats)
        refused, known = (await hear(ws))["results"]
        assert refused["error"]["code"] == "unknown_session"
        assert known["version"] == 0
        step = {"subscription": "x", "event_id": "evt_1", "session": "desk", "chat": "1@lid", "bot": "x"}
        away = {**step, "session": "shop", "sends": [{"session": "desk", "text": "hi"}]}
        await ask(ws, op="commit", request="3", steps=[step, away])
        assert [it["error"]["code"] for it in (await hear(ws))["results"]] == ["unknown_session"] * 2


async def test_a_revoked_key_ends_its_connections(api: Served) -> None:
    issued = await api.accounts.create_key(DEFAULT_TENANT, "bot")
    async with dial(api, issued.key) as ws:
        await ask(ws, op="subscribe")
        await hear(ws)
        await api.accounts.revoke(DEFAULT_TENANT, issued.key_id)
        assert (await hear(ws))["error"]["code"] == "unauthorized"
