"""Keys over real HTTP: made, used, listed, revoked."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT

from .served import Served, served


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


@pytest.fixture
async def holder(api: Served) -> dict[str, str]:
    """The header of a key that may hand out keys, but not send."""
    scopes = frozenset({Scope.KEYS, Scope.READ})
    issued = await api.accounts.create_key(DEFAULT_TENANT, "holder", scopes=scopes)
    return {"Authorization": f"Bearer {issued.key}"}


async def listed(api: Served, holder: dict[str, str]) -> dict[str, list[str]]:
    """Names and scopes of every key."""
    answer = await api.http.get("/v1/keys", headers=holder)
    assert answer.status_code == 200
    assert "hf_" not in answer.text
    return {each["name"]: each["scopes"] for each in answer.json()["keys"]}


async def test_a_key_opens_what_its_scopes_say_until_it_is_revoked(
    api: Served, holder: dict[str, str]
) -> None:
    made = await api.http.post("/v1/keys", json={"name": "bot", "scopes": ["read"]}, headers=holder)
    assert made.status_code == 201
    fresh = made.json()
    own = {"Authorization": f"Bearer {fresh['key']}"}
    send = {"to": "+12345", "text": "hi"}
    assert (await api.http.get("/v1/events?format=json", headers=own)).status_code == 200
    assert (await api.http.post("/v1/sessions/shop/messages", json=send, headers=own)).status_code == 403
    assert (await listed(api, holder))["bot"] == ["read"]
    for _ in range(2):
        assert (await api.http.delete(f"/v1/keys/{fresh['key_id']}", headers=holder)).status_code == 204
    assert (await api.http.get("/v1/events?format=json", headers=own)).status_code == 401
    assert "bot" not in await listed(api, holder)


async def test_every_key_may_give_itself_up_and_no_other(api: Served, holder: dict[str, str]) -> None:
    made = await api.http.post("/v1/keys", json={"name": "browser", "scopes": ["read"]}, headers=holder)
    own = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await api.http.delete("/v1/keys/self", headers=own)).status_code == 204
    assert (await api.http.delete("/v1/keys/self", headers=own)).status_code == 401
    assert set(await listed(api, holder)) == {"test", "holder"}


async def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and code."""
    return answer.status_code, answer.json()["code"]


async def test_what_is_refused(api: Served, holder: dict[str, str]) -> None:
    more = await api.http.post("/v1/keys", json={"name": "x", "scopes": ["send"]}, headers=holder)
    assert await refused(more) == (403, "forbidden")
    assert await refused(await api.http.post("/v1/keys", json={"name": "x"})) == (403, "forbidden")
    for bad in ({"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"expires_in_s": 0}):
        answer = await api.http.post("/v1/keys", json={"name": "x"} | bad, headers=holder)
        assert await refused(answer) == (422, "invalid_request")
    unknown = await api.http.delete("/v1/keys/key_nobody", headers=holder)
    assert await refused(unknown) == (404, "unknown_key")


# ---- limited to some numbers -------------------------------------------------------------------------------


async def limited(api: Served, holder: dict[str, str], *sessions: str) -> dict[str, str]:
    """The header of a key that reaches these sessions alone."""
    body = {"name": "limited", "scopes": ["read"], "sessions": sessions}
    made = await api.http.post("/v1/keys", json=body, headers=holder)
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}


async def test_a_key_reaches_the_numbers_that_it_is_for(api: Served, holder: dict[str, str]) -> None:
    shop = await limited(api, holder, "shop")
    assert (await api.http.get("/v1/sessions/shop/messages", headers=shop)).status_code == 200
    other = await api.http.get("/v1/sessions/desk/messages", headers=shop)
    assert await refused(other) == (404, "unknown_session")
    for about_all in ("search?q=x", "subscriptions", "alerts", "media/med_1", "quarantine"):
        answer = await api.http.get(f"/v1/{about_all}", headers=shop)
        assert await refused(answer) == (403, "forbidden")
    found = {each["name"]: each["session_ids"] for each in await keys(api, holder)}
    assert found["holder"] is None
    assert len(found["limited"]) == 1


async def keys(api: Served, holder: dict[str, str]) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = (await api.http.get("/v1/keys", headers=holder)).json()["keys"]
    return listed


async def test_a_limited_key_hears_of_its_own_numbers_alone(api: Served, holder: dict[str, str]) -> None:
    shop = await limited(api, holder, "shop")
    await api.receive(1)
    await api.receive(1, session_id="ses_b")
    page = await api.http.get("/v1/events?format=json&after=", headers=shop)
    heard = {it["session_id"] for it in page.json()["events"]}
    assert heard == {"ses_a"}
    asked = await api.http.get("/v1/events?format=json&session=desk", headers=shop)
    assert await refused(asked) == (404, "unknown_session")
    # A subscription may be about every number; what the key does not reach is left out of it all the same.
    page = await api.http.get("/v1/events?format=json&subscription=mine&after=", headers=shop)
    assert {it["session_id"] for it in page.json()["events"]} == {"ses_a"}


async def test_a_key_for_a_number_that_is_not_there_is_not_made(api: Served, holder: dict[str, str]) -> None:
    body = {"name": "x", "scopes": ["read"], "sessions": ["nobody"]}
    answer = await api.http.post("/v1/keys", json=body, headers=holder)
    assert await refused(answer) == (404, "unknown_session")
    empty = await api.http.post("/v1/keys", json=body | {"sessions": []}, headers=holder)
    assert await refused(empty) == (422, "invalid_request")
