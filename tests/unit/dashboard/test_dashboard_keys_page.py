"""The page of keys: made with scopes, numbers and an end, shown once."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from page_stage import Site, site


class Accounts:
    """What the gateway knows of keys."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        key = {"key_id": "key_2", "name": "billing", "kind": "key", "scopes": ["read"], "user_id": None}
        times = {"created_at": None, "expires_at": None, "last_used_at": None}
        self.keys = [{**key, **times, "session_ids": ["ses_1", "ses_gone"]}]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match (request.method, request.url.path):
            case ("POST", "/v1/keys"):
                self.made.append(json.loads(request.content))
                return httpx.Response(
                    201, json={"key": "hf_key_secret", "key_id": "key_3", "expires_at": None}
                )
            case ("GET", "/v1/keys"):
                return httpx.Response(200, json={"keys": self.keys})
            case ("GET", "/v1/users"):
                return httpx.Response(200, json={"users": []})
        sessions = [{"id": "ses_1", "name": "office", "phone": "+4915112345678", "state": "connected"}]
        return httpx.Response(200, json={"sessions": sessions, "unlinking": []})


@pytest.fixture
async def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
async def page(accounts: Accounts) -> AsyncIterator[Site]:
    async with site(accounts) as made:
        yield made


FORM = {"act": "make", "name": "front desk", "scope-read": "1", "days": "30"}


async def test_a_limit_is_shown_by_numbers_and_not_by_ids(page: Site) -> None:
    shown = (await page.get("/keys")).text
    assert "only for: +49 1511 2345678, a number that was removed" in shown
    assert "ses_gone" not in shown


async def test_a_key_is_made_for_numbers_scopes_and_a_time_and_shown_once(
    page: Site, accounts: Accounts
) -> None:
    made = await page.post("/keys", {**FORM, "reach": "some", "number-ses_1": "1"})
    assert "hf_key_secret" in made.text
    assert "hf_key_secret" not in (await page.get("/keys")).text
    (asked,) = accounts.made
    assert (asked["scopes"], asked["sessions"], asked["expires_in_s"]) == (["read"], ["ses_1"], 2_592_000)


async def test_a_key_for_every_number_says_so(page: Site, accounts: Accounts) -> None:
    # Numbers that are ticked say nothing as long as the key is for all.
    await page.post("/keys", {**FORM, "reach": "all", "number-ses_1": "1"})
    assert accounts.made[0]["sessions"] is None


async def test_a_key_for_no_number_is_not_made_and_what_was_typed_stays(
    page: Site, accounts: Accounts
) -> None:
    refused = await page.post("/keys", {**FORM, "reach": "some"})
    assert "A key for no number opens nothing" in refused.text
    assert 'value="front desk"' in refused.text
    assert accounts.made == []
