"""Sending and listing over real HTTP."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT

from .served import Served, served, until


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


def error_of(answer: httpx.Response) -> str:
    """The code, after a look at the shape."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert all(problem[each] for each in ("type", "title", "detail", "code", "next_step"))
    return str(problem["code"])


def content(**content: object) -> object:
    """A request for a message with this content."""
    return {"to": "+12345", "content": content}


async def test_a_message_is_accepted_sent_and_shown(api: Served) -> None:
    body = {"to": "+49 151 12345678", "text": "hello"}
    answer = await api.http.post("/v1/sessions/shop/messages", json=body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["to"] == "4915112345678@s.whatsapp.net"
    assert (accepted["status"], accepted["attempts"], accepted["error"]) == ("queued", 0, None)
    again = await api.http.post("/v1/sessions/ses_a/messages", json=body, headers={"Idempotency-Key": "k"})
    assert again.json()["message_id"] == accepted["message_id"]
    api.outbox.session_up("ses_a", "4900000")
    path = f"/v1/sessions/shop/messages/{accepted['message_id']}"

    async def sent() -> bool:
        return (await api.http.get(path)).json()["sent"]["status"] == "sent"

    await until(sent)
    shown = (await api.http.get(path)).json()
    assert base64.b64decode(shown["raw_base64"]).startswith(b"\n\x05hello")
    assert (shown["direction"], shown["content"]) == ("out", {"kind": "text", "text": "hello"})
    assert [text for _, text in api.whatsapp.taken] == ["hello"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"to": "bob", "text": "hi"}, 422, "recipient_invalid"),
        ({"to": "+12345", "text": "x" * (1 << 20)}, 413, "message_too_large"),
        ({"to": "+12345", "text": "  "}, 400, "invalid_request"),
        ({"to": "+12345"}, 422, "invalid_request"),
        ({"to": "+12345", "text": 5}, 422, "invalid_request"),
        ({"to": "+12345", "text": "a", "content": {"kind": "text", "text": "b"}}, 422, "invalid_request"),
        ({"to": "+12345", "text": "a", "txet": "b"}, 422, "invalid_request"),
        (content(kind="text", text="a", bold=True), 422, "invalid_request"),
        (content(kind="hologram"), 422, "invalid_request"),
        (content(kind="untranslatable"), 422, "invalid_request"),
        (content(kind="location", latitude=1.0), 422, "invalid_request"),
        (
            {"to": "+12345", "content": {"kind": "location", "latitude": 91, "longitude": 0}},
            422,
            "content_invalid",
        ),
        (
            {"to": "+12345", "content": {"kind": "poll", "text": "?", "options": ["a"]}},
            422,
            "content_invalid",
        ),
        (
            {"to": "+12345", "content": {"kind": "poll", "text": "?", "options": ["a", "a"]}},
            422,
            "content_invalid",
        ),
        (
            {"to": "+12345", "content": {"kind": "reaction", "reacted_to": "M", "emoji": "no"}},
            422,
            "content_invalid",
        ),
        (
            {"to": "+12345", "content": {"kind": "reaction", "reacted_to": "M", "emoji": "👍"}},
            404,
            "unknown_message",
        ),
        ({"to": "+12345", "text": "a", "quoted_id": "M"}, 404, "unknown_message"),
        ({"to": "+12345", "text": "a", "mentions": ["+49151"]}, 422, "content_invalid"),
        ({"to": "+12345", "text": "a", "view_once": True}, 422, "content_invalid"),
        ("no object", 422, "invalid_request"),
    ],
)
async def test_what_is_refused(api: Served, body: object, status: int, code: str) -> None:
    answer = await api.http.post("/v1/sessions/shop/messages", json=body)
    assert (answer.status_code, error_of(answer)) == (status, code)
    assert "hi" not in answer.json()["detail"].split()
    assert (await api.http.get("/v1/sessions/shop/messages")).json()["messages"] == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b'{"to": "+12345", "text": "\xff\xfe"}', 400, "invalid_request"),
        (b'{"to": "+12345", "text": "cut', 422, "invalid_request"),
        (b'{"to": "+12345", "text": "\\ud800"}', 400, "invalid_request"),
        (b'{"to": "+12345", "text": "' + b"x" * (10 << 20) + b'"}', 413, "request_too_large"),
    ],
    ids=["invalid UTF-8", "cut", "half a pair", "10 MiB"],
)
async def test_what_is_no_request_is_refused(api: Served, content: bytes, status: int, code: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.http.post("/v1/sessions/shop/messages", content=content, headers=headers)
    assert (answer.status_code, error_of(answer)) == (status, code)
    assert (await api.http.get("/v1/sessions/shop/messages")).json()["messages"] == []


@pytest.mark.parametrize(
    "text", ["a\u200bb\u2060", "\u202eevil\u202c", "\u05e9\u05dc\u05d5\u05dd 12", "\ufeffx", "e\u0301"]
)
async def test_a_text_is_kept_as_it_was_written(api: Served, text: str) -> None:
    accepted = await api.http.post("/v1/sessions/shop/messages", json={"to": "+12345", "text": text})
    assert accepted.status_code == 202
    shown = (await api.http.get(f"/v1/sessions/shop/messages/{accepted.json()['message_id']}")).json()
    assert shown["content"] == {"kind": "text", "text": text}


async def test_other_refusals(api: Served) -> None:
    send = {"to": "+12345", "text": "hi"}
    unknown = await api.http.post("/v1/sessions/nobody/messages", json=send)
    assert (unknown.status_code, error_of(unknown)) == (404, "unknown_session")
    key = {"Idempotency-Key": "k"}
    await api.http.post("/v1/sessions/shop/messages", json=send, headers=key)
    conflict = await api.http.post("/v1/sessions/shop/messages", json=send | {"text": "other"}, headers=key)
    assert (conflict.status_code, error_of(conflict)) == (409, "idempotency_conflict")
    missing = await api.http.get("/v1/sessions/shop/messages/3EB0")
    assert (missing.status_code, error_of(missing)) == (404, "unknown_message")
    cursor = await api.http.get("/v1/sessions/shop/messages?after=%21")
    assert (cursor.status_code, error_of(cursor)) == (400, "cursor_invalid")


async def test_keys_and_scopes(api: Served) -> None:
    send = {"to": "+12345", "text": "hi"}
    wrong = await api.http.post(
        "/v1/sessions/shop/messages", json=send, headers={"Authorization": "Bearer no"}
    )
    assert (wrong.status_code, error_of(wrong)) == (401, "unauthorized")
    async with httpx.AsyncClient(base_url=api.url) as stranger:
        assert (await stranger.post("/v1/sessions/shop/messages", json=send)).status_code == 401
        assert (await stranger.get("/v1/events?format=json")).status_code == 401
    reader = (await api.accounts.create_key(DEFAULT_TENANT, "reader", scopes=frozenset({Scope.READ}))).key
    only = {"Authorization": f"Bearer {reader}"}
    refused = await api.http.post("/v1/sessions/shop/messages", json=send, headers=only)
    assert (refused.status_code, error_of(refused)) == (403, "forbidden")
    assert (await api.http.get("/v1/sessions/shop/messages", headers=only)).status_code == 200


async def test_pages_of_both_directions(api: Served) -> None:
    for number in range(7):
        await api.receive(1, text=f"in {number}")
        await api.http.post("/v1/sessions/shop/messages", json={"to": "+22222", "text": f"out {number}"})
    await api.receive(1, session_id="ses_b")
    seen, after = [], None
    for _ in range(10):
        query = {"limit": 4} | ({"after": after} if after else {})
        page = (await api.http.get("/v1/sessions/shop/messages", params=query)).json()
        seen += [each["content"]["text"] for each in page["messages"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"{way} {n}" for n in range(7) for way in ("in", "out")]
    received = (await api.http.get("/v1/sessions/shop/messages?direction=in")).json()["messages"]
    assert [each["content"]["text"] for each in received] == [f"in {n}" for n in range(7)]
    with_bob = (await api.http.get("/v1/sessions/shop/messages", params={"chat": "+22222"})).json()[
        "messages"
    ]
    assert [each["content"]["text"] for each in with_bob] == [f"out {n}" for n in range(7)]
    one = (await api.http.get("/v1/sessions/shop/messages/M1")).json()
    assert base64.b64decode(one["raw_base64"]) == b"raw 1"


async def test_a_body_that_fills_the_memory_is_refused(api: Served) -> None:
    announced = await api.http.post("/v1/sessions/shop/messages", content=b"x" * (5 << 20))
    assert (announced.status_code, error_of(announced)) == (413, "request_too_large")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * (1 << 16)

    streamed = await api.http.post("/v1/sessions/shop/messages", content=endless())
    assert (streamed.status_code, error_of(streamed)) == (413, "request_too_large")
    body = {"to": "+12345", "text": "\u0001" * 65_536}
    assert (await api.http.post("/v1/sessions/shop/messages", json=body)).status_code == 202


async def test_what_waits_is_shown_and_can_be_cancelled(api: Served) -> None:
    path = "/v1/sessions/shop"
    sent = [
        (await api.http.post(f"{path}/messages", json={"to": to, "text": "hi"})).json()["message_id"]
        for to in ("+11111", "+22222", "+11111")
    ]
    later = {"to": "+33333", "text": "later", "not_before": "2100-01-01T00:00:00Z", "typing": True}
    sent.append((await api.http.post(f"{path}/messages", json=later)).json()["message_id"])
    queue = (await api.http.get(f"{path}/queue", params={"limit": 3})).json()
    assert (queue["messages"], queue["chats"], queue["scheduled"]) == (4, 3, 1)
    assert (queue["reachout_locked_until"], queue["sentence"]) == (None, "")
    rest = (await api.http.get(f"{path}/queue", params={"after": queue["next"]})).json()
    assert [it["message_id"] for it in queue["waiting"] + rest["waiting"]] == sent
    assert rest["next"] is None

    cancelled = await api.http.post(f"{path}/messages/{sent[0]}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "failed")
    assert cancelled.json()["error"]["code"] == "cancelled"
    assert (await api.http.post(f"{path}/messages/{sent[0]}/cancel")).json() == cancelled.json()
    missing = await api.http.post(f"{path}/messages/3EB0/cancel")
    assert (missing.status_code, error_of(missing)) == (404, "unknown_message")
    api.outbox.session_up("ses_a", "4900000")

    async def sent_all() -> bool:
        return bool((await api.http.get(f"{path}/queue")).json()["messages"] == 1)

    await until(sent_all)
    late = await api.http.post(f"{path}/messages/{sent[1]}/cancel")
    assert (late.status_code, error_of(late)) == (409, "not_cancellable")
    assert {message_id for message_id, _ in api.whatsapp.taken} == {sent[1], sent[2]}
