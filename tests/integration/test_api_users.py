"""Users, logins and the audit over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT

from .served import Served, served

WORD = "correct horse battery"
Header = dict[str, str]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


@pytest.fixture
async def owner(api: Served) -> Header:
    """The header of a program that may do everything."""
    issued = await api.accounts.create_key(DEFAULT_TENANT, "cli", scopes=frozenset(Scope))
    return {"Authorization": f"Bearer {issued.key}"}


async def ask(api: Served, method: str, path: str, expect: int, **more: Any) -> Any:
    answer = await api.http.request(method, path, **more)
    assert answer.status_code == expect, answer.text
    return answer.json() if answer.content else None


async def enter(api: Served, name: str, word: str = WORD) -> Header:
    body = {"name": name, "password": word}
    login = await ask(api, "POST", "/v1/login", 200, json=body, headers={"Authorization": ""})
    return {"Authorization": f"Bearer {login['key']}"}


async def test_from_the_first_user_to_a_locked_one(api: Served, owner: Header) -> None:
    assert (await ask(api, "GET", "/v1/dashboard/state", 200)) == {"set_up": False, "lab": False}
    link = await ask(api, "POST", "/v1/dashboard/links", 201, headers=owner)
    token = link["path"].partition("token=")[2]
    first = {"token": token, "name": "Boss", "password": WORD}
    login = await ask(api, "POST", "/v1/users/first", 201, json=first)
    boss = {"Authorization": f"Bearer {login['key']}"}
    await ask(api, "POST", "/v1/users/first", 409, json=first)
    assert (await ask(api, "GET", "/v1/dashboard/state", 200)) == {"set_up": True, "lab": False}

    me = await ask(api, "GET", "/v1/users/self", 200, headers=boss)
    assert (me["kind"], me["user"]["name"], me["user"]["role"]) == ("dashboard", "boss", "owner")
    body = {"name": "anna", "role": "viewer", "password": WORD}
    await ask(api, "POST", "/v1/users", 201, json=body, headers=boss)
    await ask(api, "POST", "/v1/users", 409, json=body, headers=boss)
    anna = await enter(api, "anna")
    await ask(api, "GET", "/v1/events?format=json", 200, headers=anna)
    await ask(api, "GET", "/v1/users", 403, headers=anna)
    await ask(
        api, "POST", "/v1/sessions/shop/messages", 403, headers=anna, json={"to": "+12345", "text": "hi"}
    )
    await ask(api, "PATCH", "/v1/users/anna", 400, headers=boss, json={})
    changed = await ask(api, "PATCH", "/v1/users/anna", 200, headers=boss, json={"locked": True})
    assert changed["locked"]
    await ask(api, "GET", "/v1/events?format=json", 401, headers=anna)
    listed = await ask(api, "GET", "/v1/users", 200, headers=boss)
    assert [(it["name"], it["locked"]) for it in listed["users"]] == [("anna", True), ("boss", False)]


async def test_a_wait_is_told_in_seconds(api: Served) -> None:
    body = {"name": "anna", "password": "wrong"}
    statuses = []
    # Each wrong one makes the next wait longer, so that a slow machine meets a wait too.
    while (answer := await api.http.post("/v1/login", json=body)).status_code != 429:
        statuses.append(answer.status_code)
    assert set(statuses) == {401}
    assert len(statuses) >= 5
    assert int(answer.headers["retry-after"]) > 0


async def test_the_audit_says_who_did_what_from_where_and_what_came_of_it(api: Served, owner: Header) -> None:
    body = {"name": "anna", "role": "operator", "password": WORD}
    await ask(api, "POST", "/v1/users", 201, json=body, headers=owner)
    anna = await enter(api, "anna")
    told = {**anna, "Holdfast-For": "203.0.113.9"}
    await ask(api, "POST", "/v1/users", 403, headers=told, json=body)
    await ask(api, "DELETE", "/v1/keys/key_none", 404, headers=owner)
    entries = (await ask(api, "GET", "/v1/audit", 200, headers=owner))["entries"]
    seen = [(it["who"], it["what"], it["target"], it["outcome"], it["source"]) for it in entries]
    assert seen == [
        ("cli", "Revoke a key", "key_none", "unknown_key", "127.0.0.1"),
        ("anna", "Log in by name and password", "", "done", "127.0.0.1"),
        ("cli", "Make a user", "anna operator", "done", "127.0.0.1"),
    ]
    assert WORD not in str(entries)
    page = await ask(api, "GET", "/v1/audit?limit=1", 200, headers=owner)
    older = await ask(api, "GET", f"/v1/audit?after={page['next']}", 200, headers=owner)
    assert [it["id"] for it in older["entries"]] == [it["id"] for it in entries[1:]]


async def test_a_page_names_its_browser_and_a_program_cannot(api: Served, owner: Header) -> None:
    body = {"name": "anna", "role": "owner", "password": WORD}
    await ask(api, "POST", "/v1/users", 201, json=body, headers=owner)
    anna = await enter(api, "anna")
    for header, address in ((anna, "203.0.113.9"), (owner, "203.0.113.9"), (anna, "nonsense <b>")):
        headers = {**header, "Holdfast-For": address}
        await ask(api, "DELETE", "/v1/keys/key_none", 404, headers=headers)
    entries = (await ask(api, "GET", "/v1/audit?limit=3", 200, headers=owner))["entries"]
    assert [it["source"] for it in entries] == ["127.0.0.1", "127.0.0.1", "203.0.113.9 through 127.0.0.1"]
