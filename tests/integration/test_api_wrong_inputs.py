"""What programs get wrong: one line, the right code and status, the next step. On one real server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT

from .served import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ANN: Final = "+4915112345678"
_SEND: Final = "POST /v1/sessions/shop/messages"
_NO_KEY: Final = {"Authorization": ""}


def _text(**more: Any) -> dict[str, Any]:
    return {"to": _ANN, "text": "hi", **more}


def _content(**content: Any) -> dict[str, Any]:
    return {"to": _ANN, "content": content}


#: What is asked, its body, its headers; status, code, what the answer says (detail or next step).
_Row = tuple[str, Any, dict[str, str], int, str, str]
WRONG: Final[tuple[_Row, ...]] = (
    # who asks
    ("GET /v1/system", None, _NO_KEY, 401, "unauthorized", "`holdfast key create NAME`"),
    ("GET /v1/system", None, {"Authorization": "Bearer hf_no"}, 401, "unauthorized", "Bearer hf_…"),
    ("GET /v1/system", None, {"Authorization": "Basic YTpi"}, 401, "unauthorized", "Bearer hf_…"),
    ("POST /v1/login", {"name": "bob", "password": "x"}, _NO_KEY, 401, "login_refused", "user password"),
    # where
    ("GET /nowhere", None, {}, 404, "not_found", "/docs"),
    ("GET /v1/session", None, {}, 404, "not_found", "/docs"),
    ("PUT /v1/sessions/a%2Fb", {}, {}, 404, "not_found", "/docs"),
    ("DELETE /v1/system", None, {}, 405, "method_not_allowed", "/docs"),
    ("GET /v1/subscriptions/nobody", None, {}, 405, "method_not_allowed", "/docs"),
    ("GET /v1/sessions/nobody/messages", None, {}, 404, "unknown_session", "`holdfast status`"),
    ("GET /v1/sessions/Shop/messages", None, {}, 404, "unknown_session", "`holdfast status`"),
    ("GET /v1/sessions/shop/messages/3EB0", None, {}, 404, "unknown_message", "List the session's messages"),
    ("POST /v1/sessions/shop/messages/3EB0/cancel", None, {}, 404, "unknown_message", "messages"),
    ("GET /v1/media/med_none", None, {}, 404, "unknown_media", "POST /v1/media"),
    ("GET /v1/configuration/nothing", None, {}, 404, "unknown_configuration", "`holdfast config list`"),
    ("DELETE /v1/keys/key_none", None, {}, 404, "unknown_key", "List the keys"),
    ("PATCH /v1/users/nobody", {"role": "owner"}, {}, 404, "unknown_user", "`holdfast user list`"),
    ("DELETE /v1/subscriptions/nobody", None, {}, 404, "unknown_subscription", "subscription="),
    ("GET /v1/sessions/shop/chats/Ann", None, {}, 422, "recipient_invalid", "+4915112345678"),
    # queries
    ("GET /v1/sessions/shop/messages?after=!", None, {}, 400, "cursor_invalid", "leave `after` out"),
    ("GET /v1/sessions/shop/messages?limit=0", None, {}, 422, "invalid_request", "query.limit: must be"),
    ("GET /v1/sessions/shop/messages?limit=x", None, {}, 422, "invalid_request", "valid integer"),
    (
        "GET /v1/sessions/shop/messages?offset=9",
        None,
        {},
        422,
        "invalid_request",
        "query.offset: is not known",
    ),
    ("GET /v1/sessions/shop/messages?limt=9", None, {}, 422, "invalid_request", "Did you mean `limit`?"),
    ("GET /v1/events?format=json&after=!", None, {}, 400, "cursor_invalid", "came with an event"),
    ("GET /v1/events?format=xml", None, {}, 422, "invalid_request", "'sse' or 'json'"),
    ("GET /v1/events?types=message.received", None, {}, 422, "invalid_request", "Did you mean `type`?"),
    ("GET /v1/events?format=json&type=mail", None, {}, 400, "invalid_request", "message.received"),
    ("GET /v1/sessions/shop/uptime?days=0", None, {}, 422, "invalid_request", "query.days: must be"),
    ("GET /v1/sessions/shop/search", None, {}, 422, "invalid_request", "Give `q`"),
    ("GET /v1/sessions/shop/check", None, {}, 422, "invalid_request", "Give `number`"),
    ("POST /v1/media?kind=hologram", None, {}, 422, "invalid_request", "'voice'"),
    ("POST /v1/media?kind=image", None, {}, 422, "media_empty", "Send a file"),
    # bodies
    (_SEND, None, {}, 422, "invalid_request", "body: is missing"),
    (_SEND, [], {}, 422, "invalid_request", "must be a JSON object"),
    (_SEND, {"text": "hi"}, {}, 422, "invalid_request", "Give `to`"),
    (_SEND, {"to": _ANN}, {}, 422, "invalid_request", "either `text` or `content`"),
    (_SEND, _text(txet="hi"), {}, 422, "invalid_request", "Did you mean `text`?"),
    (_SEND, _text(bold=True), {}, 422, "invalid_request", "Leave it out"),
    (_SEND, _text(text=7), {}, 422, "invalid_request", "text: must be a valid string"),
    (_SEND, _text(text="  "), {}, 400, "invalid_request", "visible character"),
    (_SEND, _text(text="x" * 70_000), {}, 413, "message_too_large", "Split the text"),
    (_SEND, _text(not_before="tomorrow"), {}, 422, "invalid_request", "not_before: must be a valid datetime"),
    (_SEND, _text(expires_at="2020-01-01T00:00:00Z"), {}, 400, "invalid_request", "would expire before"),
    (_SEND, _text(), {"Idempotency-Key": "x" * 300}, 422, "invalid_request", "256 characters"),
    (_SEND, _text(), {"Idempotency-Key": ""}, 400, "invalid_request", "1 to 256 characters"),
    # recipients
    (_SEND, _text(to=""), {}, 422, "recipient_invalid", "with country code"),
    (_SEND, _text(to="Ann"), {}, 422, "recipient_invalid", "with country code"),
    (_SEND, _text(to="015112345678"), {}, 422, "recipient_invalid", "like +4915112345678"),
    (_SEND, _text(to="ann@example.org"), {}, 422, "recipient_invalid", "the `chat` of an event"),
    (_SEND, _text(to=4915112345678), {}, 422, "invalid_request", "to: must be a valid string"),
    # contents
    (_SEND, _content(kind="hologram"), {}, 422, "invalid_request", "no such kind; there are 'text'"),
    (_SEND, _content(text="hi"), {}, 422, "invalid_request", "`kind` is missing"),
    (_SEND, _content(kind="location", latitude=1), {}, 422, "invalid_request", "Give `longitude`"),
    (_SEND, _content(kind="location", latitude=91, longitude=0), {}, 422, "content_invalid", "-90 to 90"),
    (_SEND, _content(kind="poll", text="?", options=["a"]), {}, 422, "content_invalid", "2 to 12 options"),
    (
        _SEND,
        _content(kind="poll", text="?", options=["a", "a"]),
        {},
        422,
        "content_invalid",
        "each option once",
    ),
    (_SEND, _content(kind="image", media_id="med_none"), {}, 404, "unknown_media", "POST /v1/media"),
    (_SEND, _text(quoted_id="3EB0"), {}, 404, "unknown_message", "no message 3EB0 in this chat"),
    (_SEND, _text(mentions=["+4915112345679"]), {}, 422, "content_invalid", "members of the group"),
    # settings and access
    ("POST /v1/keys", {}, {}, 422, "invalid_request", "Give `name`"),
    ("POST /v1/keys", {"name": "x", "scopes": ["all"]}, {}, 422, "invalid_request", "'metrics'"),
    ("POST /v1/keys", {"name": "x", "expires_in_s": 0}, {}, 422, "invalid_request", "expires_in_s: must be"),
    (
        "POST /v1/users",
        {"name": "anna", "role": "king", "password": "correct horse battery"},
        {},
        422,
        "invalid_request",
        "'operator'",
    ),
    (
        "POST /v1/users",
        {"name": "anna", "role": "owner", "password": "short"},
        {},
        422,
        "password_unfit",
        "10 characters",
    ),
    ("PUT /v1/sessions/shop/media-policy", {"kinds": ["films"]}, {}, 422, "invalid_request", "'video'"),
    ("PUT /v1/alerts/rules/logged_out", {"severity": "panic"}, {}, 422, "invalid_request", "'critical'"),
    (
        "PUT /v1/configuration/greeting",
        {"body": {"textt": "x"}},
        {},
        422,
        "configuration_invalid",
        "`holdfast config schema`",
    ),
    ("PUT /v1/subscriptions/x", {"types": ["mail"]}, {}, 400, "invalid_request", "message.received"),
    ("POST /v1/media/from-url", {"url": "ftp://x/y", "kind": "image"}, {}, 422, "media_url_refused", "https"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One served API for the whole table, with every right: nothing that is refused changes anything."""
    folder: Path = tmp_path_factory.mktemp("wrong")
    async with served(folder) as running:
        issued = await running.accounts.create_key(DEFAULT_TENANT, "all", scopes=frozenset(Scope))
        running.http.headers["Authorization"] = f"Bearer {issued.key}"
        yield running


@pytest.mark.parametrize("row", WRONG, ids=[f"{it[0]} {it[5]}" for it in WRONG])
async def test_one_line_the_code_and_the_next_step(api: Served, row: _Row) -> None:
    asked, body, headers, status, code, says = row
    method, path = asked.split(" ", 1)
    given = {} if body is None else {"json": body}
    answer = await api.http.request(method, path, headers=headers, **given)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["next_step"]
    assert "\n" not in problem["detail"] + problem["next_step"]
    assert says in f"{problem['detail']}. {problem['next_step']}"


async def test_nothing_of_it_was_done(api: Served) -> None:
    assert (await api.http.get("/v1/sessions/shop/messages")).json()["messages"] == []
    assert (await api.http.get("/v1/subscriptions")).json()["subscriptions"] == []
    assert api.whatsapp.taken == []
