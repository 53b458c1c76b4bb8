"""Text that breaks programs, in every place of the API that takes text: taken as it is, or refused whole."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from databases import PostgresqlForTests
from holdfast.lab import Simulator
from house import House, running_house

#: As they stand in JSON. False: must be refused, for nothing else can hold it.
TEXTS: Final = {
    "NUL": (r"a\u0000b", True),
    "half of a surrogate pair": (r"a\ud800b", False),
    "halves in the wrong order": (r"\udc00\ud800", False),
    "zero width": (r"a\u200b\u200d\ufeffb", True),
    "right to left": (r"\u202etxt.exe \u2067\u0634\u0643\u0631\u0627", True),
    "control characters": (r"\u001b[31mred\u0007\u0085", True),
    "noncharacters": (r"\ufffe\uffff\udbff\udfff", True),
    "combining": ("a" + r"\u0301" * 300, True),
}
#: What these take for a number: a text, and for times the seconds since 1970.
MEANT: Final = {
    "forwarded": ('"1"', "true"),
    "disappearing_s": ('"1"', "true"),
    "not_before": ('"1"', "-1", "1.5"),
    "expires_at": (),
}
NUMBERS: Final = (
    "1" + "0" * 400,
    "-1",
    "1e400",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "true",
    '"1"',
    "1.5",
)


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, simulator: Simulator
) -> AsyncIterator[House]:
    """A house on each kind of database, with a session `office` that was never linked."""
    extra = {}
    if request.param == "postgresql":
        server: PostgresqlForTests = request.getfixturevalue("postgresql")
        extra["HOLDFAST_DATABASE_URL"] = server.empty().url
    async with running_house(tmp_path, simulator, extra) as made:
        await made.ask("PUT", "/v1/sessions/office", 201)
        yield made


async def post(house: House, method: str, path: str, body: str | bytes, **headers: str) -> httpx.Response:
    """A body as it stands, and the answer after a look at its shape."""
    answer = await house.http.request(
        method, path, content=body, headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code < 500 or answer.status_code == 503, (path, body, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (path, body)
        assert answer.json()["next_step"], (path, body)
    return answer


async def kept(house: House) -> tuple[Any, ...]:
    """Everything that such a request could have left."""
    lists = ("sessions", "sessions/office/messages", "keys", "subscriptions", "alerts/channels")
    found = {each: await house.ask("GET", f"/v1/{each}") for each in lists}
    for key in found["keys"]["keys"]:
        del key["last_used_at"]  # noted every few minutes, whatever is asked
    return tuple(found.values())


#: Every place of a body that takes a text, and where it is read again.
PLACES: Final = {
    "text": ("POST", "/v1/sessions/office/messages", '{"to": "+4915112345678", "text": "%s"}'),
    "poll": (
        "POST",
        "/v1/sessions/office/messages",
        '{"to": "+4915112345678", "content": {"kind": "poll", "text": "?", "options": ["%s", "b"]}}',
    ),
    "contact": (
        "POST",
        "/v1/sessions/office/messages",
        '{"to": "+4915112345678", "content": {"kind": "contact", "name": "%s", "vcards": ["BEGIN:VCARD"]}}',
    ),
    "to": ("POST", "/v1/sessions/office/messages", '{"to": "%s", "text": "x"}'),
    "quoted": (
        "POST",
        "/v1/sessions/office/messages",
        '{"to": "+4915112345678", "text": "x", "quoted_id": "%s"}',
    ),
    "session": ("PATCH", "/v1/sessions/office", '{"name": "%s"}'),
    "key": ("POST", "/v1/keys", '{"name": "%s"}'),
    "subscription": ("PUT", "/v1/subscriptions/x", '{"sessions": ["%s"]}'),
    "cursor": ("POST", "/v1/subscriptions/x/ack", '{"cursor": "%s"}'),
    "channel": ("PUT", "/v1/alerts/channels/x", '{"url": "json://192.0.2.1/%s"}'),
    "group": ("POST", "/v1/sessions/office/groups", '{"subject": "%s", "members": ["+4915112345678"]}'),
    "address": ("POST", "/v1/media/from-url", '{"url": "http://192.0.2.1/%s"}'),
    "passkey": ("POST", "/v1/sessions/office/pair/passkey", '{"id": "%s"}'),
    "quarantine": ("POST", "/v1/quarantine/x/restore", '{"session": "%s"}'),
    "login": ("POST", "/v1/dashboard/exchange", '{"token": "%s"}'),
}


async def test_a_text_is_taken_as_it_is_or_refused_whole(office: House) -> None:
    before = await kept(office)
    for name, (method, path, body) in PLACES.items():
        for kind, (text, whole) in TEXTS.items():
            answer = await post(office, method, path, body % text)
            assert whole or answer.status_code in {400, 422}, (name, kind)
            if answer.status_code >= 400:
                assert await kept(office) == before, (name, kind)
                continue
            if "messages" in path:
                found = await office.ask("GET", f"{path}/{answer.json()['message_id']}")
                # PostgreSQL holds no NUL: its picture stands in for it where the text is shown.
                shown = json.dumps(found["content"]).replace(r"\u2400", r"\u0000")
                assert json.dumps(json.loads(f'"{text}"'))[1:-1] in shown, (name, kind)
            elif name == "session":
                await office.ask("PATCH", f"/v1/sessions/{answer.json()['id']}", json={"name": "office"})
            before = await kept(office)


async def test_a_number_beyond_reason_is_refused(office: House) -> None:
    before = await kept(office)
    for number in NUMBERS:
        for name in ("forwarded", "disappearing_s", "not_before", "expires_at"):
            body = f'{{"to": "+4915112345678", "text": "x", "{name}": {number}}}'
            answer = await post(office, "POST", "/v1/sessions/office/messages", body)
            assert answer.status_code in {400, 422} or number in MEANT[name], (name, number)
            if answer.status_code >= 400:
                assert await kept(office) == before, (name, number)
            before = await kept(office)
        for path in ("messages?limit", "timeline?limit", "uptime?days", "queue?limit"):
            await post(office, "GET", f"/v1/sessions/office/{path}={number}", "")


BROKEN: Final = {
    "invalid UTF-8": (b'{"to": "+4915112345678", "text": "\xff\xfe"}', 400),
    "overlong UTF-8": (b'{"to": "+4915112345678", "text": "\xc0\xaf"}', 400),
    "a surrogate in UTF-8": (b'{"to": "+4915112345678", "text": "\xed\xa0\x80"}', 400),
    "cut": (b'{"to": "+4915112345678", "text": "', 422),
    "empty": (b"", 422),
    "another kind": (b"[1]", 422),
    "deep": (b'{"to": ' + b"[" * 100_000, 400),
    "10 MiB": (b'{"to": "+4915112345678", "text": "' + b"x" * (10 << 20) + b'"}', 413),
}


async def test_a_body_that_cannot_be_read_is_refused(office: House) -> None:
    before = await kept(office)
    for kind, (body, status) in BROKEN.items():
        answer = await post(office, "POST", "/v1/sessions/office/messages", body)
        assert answer.status_code == status, (kind, answer.text)
        assert await kept(office) == before, kind


async def test_a_request_that_is_no_http_is_refused_like_every_other(office: House) -> None:
    url = office.http.base_url
    for request in (b"what is this?\r\n\r\n", b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"):
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(request)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert b"400 Bad Request" in head
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["code"] == "invalid_request"
    await office.ask("GET", "/v1/sessions")
