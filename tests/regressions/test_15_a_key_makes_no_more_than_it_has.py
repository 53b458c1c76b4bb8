"""What a key makes, a key or a link to the page, has no more rights than the key and lives no longer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.accounts import Scope
from holdfast.model.ids import DEFAULT_TENANT
from integration.served import Served, served

SCOPES = [
    {Scope.KEYS},
    {Scope.KEYS, Scope.SEND},
    {Scope.KEYS, Scope.READ},
    {Scope.KEYS, Scope.READ, Scope.SEND},
    set(Scope),
]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    """A served API."""
    async with served(tmp_path) as running:
        yield running


async def bearer(api: Served, scopes: set[Scope], lives_ms: int | None = None) -> dict[str, str]:
    """The header of a fresh key."""
    made = await api.accounts.create_key(DEFAULT_TENANT, "maker", scopes=frozenset(scopes), lives_ms=lives_ms)
    return {"Authorization": f"Bearer {made.key}"}


async def token_of(api: Served, headers: dict[str, str]) -> str:
    """The token of a fresh link."""
    answer = await api.http.post("/v1/dashboard/links", headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["path"].partition("token=")[2])


@pytest.mark.parametrize("scopes", SCOPES, ids=lambda it: "+".join(sorted(it)))
async def test_a_browser_may_no_more_than_the_key_that_made_its_link(api: Served, scopes: set[Scope]) -> None:
    headers = await bearer(api, scopes)
    answer = await api.http.post("/v1/dashboard/links", headers=headers)
    if Scope.READ not in scopes:
        assert answer.status_code == 403
        return
    token = answer.json()["path"].partition("token=")[2]
    login = (await api.http.post("/v1/dashboard/exchange", json={"token": token})).json()
    caller = await api.accounts.authenticate(login["key"])
    assert caller.scopes <= scopes
    admin = await api.http.put("/v1/sessions/x", headers={"Authorization": f"Bearer {login['key']}"})
    assert (admin.status_code == 403) == (Scope.ADMIN not in scopes)


async def test_a_key_for_an_hour_makes_nothing_that_lives_longer(api: Served) -> None:
    headers = await bearer(api, set(Scope), lives_ms=3_600_000)
    mine = await api.accounts.authenticate(headers["Authorization"].removeprefix("Bearer "))
    for asked in ({}, {"expires_in_s": 10**6}):
        made = (await api.http.post("/v1/keys", json={"name": "x", **asked}, headers=headers)).json()
        child = await api.accounts.authenticate(made["key"])
        assert child.expires_at_ms is not None
        assert child.expires_at_ms <= (mine.expires_at_ms or 0)
    token = await token_of(api, headers)
    login = (await api.http.post("/v1/dashboard/exchange", json={"token": token})).json()
    assert ((await api.accounts.authenticate(login["key"])).expires_at_ms or 0) <= (mine.expires_at_ms or 0)


async def test_the_link_of_a_key_that_has_ended_opens_nothing(api: Served) -> None:
    made = await api.accounts.create_key(DEFAULT_TENANT, "maker", scopes=frozenset(Scope))
    token = await token_of(api, {"Authorization": f"Bearer {made.key}"})
    await api.accounts.revoke(DEFAULT_TENANT, made.key_id)
    refused = await api.http.post("/v1/dashboard/exchange", json={"token": token})
    assert refused.status_code == 401


async def test_a_login_uses_up_the_links_that_lie_about(api: Served) -> None:
    headers, others = await bearer(api, set(Scope)), await bearer(api, set(Scope))
    twins = [await token_of(api, headers) for _ in range(3)]
    strangers = await token_of(api, others)
    answers = [
        (await api.http.post("/v1/dashboard/exchange", json={"token": token})).status_code
        for token in (twins[1], *twins, strangers)
    ]
    assert answers == [200, 401, 401, 401, 200]
