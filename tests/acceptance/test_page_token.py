"""A page of a web application shows one session by a token of minutes, and can do nothing else with it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.lab import Simulator
from house import House, running_house

APP = "https://app.example"
TOKENS, PAGE = "/v1/sessions/office/page-tokens", "/v1/page/session"


@pytest.fixture
async def shop(tmp_path: Path, simulator: Simulator) -> AsyncIterator[House]:
    """A house that a web application's pages may ask, with a session `office` that was never linked."""
    async with running_house(
        tmp_path, simulator, {"HOLDFAST_PAGE_ORIGINS": f"{APP}/ https://b.example"}
    ) as it:
        await it.ask("PUT", "/v1/sessions/office", 201)
        yield it


async def token(house: House, **body: Any) -> dict[str, str]:
    """A fresh token, as the header that a page sends."""
    made = await house.ask("POST", TOKENS, 201, json=body or None)
    return {"Authorization": f"Bearer {made['token']}", "Origin": APP}


async def test_a_page_shows_the_code_until_the_phone_has_scanned_it(shop: House) -> None:
    page = await token(shop)
    before = await shop.ask("GET", PAGE, headers=page)
    assert (before["state"], before["qr_svg"], before["phone"]) == ("new", None, None)
    shown = await shop.ask("POST", f"{PAGE}/pair", 202, headers=page)

    async def next_shown() -> bool:
        nonlocal shown
        query = {"seen": shown["tag"], "wait_s": "20"}
        shown = await shop.ask("GET", PAGE, headers=page, params=query)
        return shown["qr_svg"] is not None

    await shop.until(next_shown, "no code came")
    assert shown["qr_svg"].startswith("<svg")
    assert shown["step"] == "scan"
    phone = await shop.simulator.phone("Owner")
    await phone.scan((await shop.ask("GET", "/v1/sessions/office/qr"))["code"])

    async def connected() -> bool:
        await next_shown()
        return bool(shown["state"] == "connected")

    await shop.until(connected, "the page does not say that it is connected")
    assert (shown["qr_svg"], shown["phone"], shown["color"]) == (None, f"+{phone.phone}", "green")


async def test_an_answer_that_waits_comes_with_the_change(shop: House) -> None:
    page = await token(shop)
    seen = (await shop.ask("GET", PAGE, headers=page))["tag"]
    waiting = asyncio.ensure_future(
        shop.ask("GET", PAGE, headers=page, params={"seen": seen, "wait_s": "30"})
    )
    await shop.ask("POST", "/v1/sessions/office/pair", 202)
    assert (await waiting)["tag"] != seen


async def test_a_page_cancels_what_it_has_begun(shop: House) -> None:
    page = await token(shop)
    await shop.ask("POST", f"{PAGE}/pair", 202, headers=page)
    assert (await shop.ask("DELETE", f"{PAGE}/pair", headers=page))["state"] != "pairing"
    noted = (await shop.ask("GET", "/v1/audit"))["entries"]
    acts = [it["act"] for it in noted if it["act"].endswith("/v1/page/session/pair")]
    assert sorted(acts) == ["DELETE /v1/page/session/pair", "POST /v1/page/session/pair"]


async def test_a_token_opens_nothing_else(shop: House) -> None:
    page = await token(shop)
    described = (await shop.http.get("/openapi.json")).json()["paths"]
    asked = 0
    for path, methods in described.items():
        for method, operation in methods.items():
            if {"key": []} in operation.get("security", []):
                url = path.replace("{ref}", "office").replace("{", "").replace("}", "")
                headers = {"Authorization": page["Authorization"]}
                answer = await shop.http.request(method, url, headers=headers, json={})
                # What is malformed may be said before the key is looked at; nothing else may.
                assert answer.status_code in {401, 422}, (method, path)
                asked += 1
    assert asked > 60
    for key in ("", shop.http.headers["Authorization"]):
        await shop.ask("GET", PAGE, 401, headers={"Authorization": key})


async def test_a_token_ends(shop: House) -> None:
    page, other = await token(shop), await token(shop, expires_in_s=900)
    await shop.ask("DELETE", TOKENS, 204)
    for each in (page, other):
        refused = await shop.ask("GET", PAGE, 401, headers=each)
        assert "Load the page again" in refused["next_step"]

    body = {"name": "back end", "scopes": ["admin"]}
    maker = await shop.ask("POST", "/v1/keys", 201, json=body)
    made = await shop.ask("POST", TOKENS, 201, headers={"Authorization": f"Bearer {maker['key']}"})
    page = {"Authorization": f"Bearer {made['token']}"}
    await shop.ask("GET", PAGE, headers=page)
    await shop.ask("DELETE", f"/v1/keys/{maker['key_id']}", 204)
    await shop.ask("GET", PAGE, 401, headers=page)

    page = await token(shop, expires_in_s=30)
    await shop.ask("POST", "/v1/lab/clock", 204, json={"ahead_s": 31})
    await shop.ask("GET", PAGE, 401, headers=page)

    page = await token(shop)
    await shop.ask("DELETE", "/v1/sessions/office", 204)
    await shop.ask("GET", PAGE, 401, headers=page)


async def test_only_pages_that_the_settings_name_read_an_answer(shop: House) -> None:
    page = await token(shop)

    async def from_(origin: str, method: str = "GET", path: str = PAGE) -> httpx.Response:
        return await shop.http.request(method, path, headers={**page, "Origin": origin})

    allowed = await from_(APP)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, APP)
    preflight = await from_(APP, "OPTIONS", f"{PAGE}/pair")
    assert (preflight.status_code, preflight.headers["access-control-allow-headers"]) == (
        204,
        "Authorization, Content-Type",
    )
    assert "Origin" in preflight.headers["vary"]
    refused = await shop.http.get(PAGE, headers={"Origin": APP, "Authorization": ""})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, APP)
    for origin in ("https://evil.example", "null", f"{APP}.evil.example", "http://app.example"):
        for method in ("GET", "OPTIONS"):
            answer = await from_(origin, method)
            assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (403, None)
    # What is not for pages stays closed to them.
    for path in ("/v1/sessions", TOKENS, "/v1/page/../sessions"):
        assert (await from_(APP, "GET", path)).status_code in {403, 404}
