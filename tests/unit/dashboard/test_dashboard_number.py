"""A number's page without a browser: what it asks for, what it says, and what it never does."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from dashboard_values import NOW
from page_stage import Site, site

NAME = "20261129T120000000Z-changed"


class House:
    """One number, as the gateway tells of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.session: dict[str, Any] = {
            **{"id": "ses_1", "name": "office", "phone": "+4915112345678", "state": "connected"},
            **{"color": "green", "sentence": "Connected.", "next_step": "", "since": NOW.isoformat()},
            "actions": ["disconnect", "log_out", "delete"],
        }
        self.snapshot: dict[str, Any] = {
            **{"name": NAME, "at": NOW.isoformat(), "why": "changed", "size_bytes": 20_480},
            **{"good": None, "verified_at": None},
        }
        self.refusals: dict[str, httpx.Response] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path.removeprefix("/v1")
        if method != "GET":
            self.asked.append(f"{method} {path}")
        if refused := self.refusals.get(path):
            return refused
        share = {"period": "total", "percent": 99.5, "up_s": 1, "counted_s": 1}
        outages = {"count": 1, "p50_s": 2.0, "max_s": 9.0, "open_since": None, "reasons": {}}
        months = [{**share, "period": "2026-11"}]
        uptime = {"since": NOW.isoformat(), "until": NOW.isoformat(), "total": share, "days": [share]}
        answers: dict[str, Any] = {
            "/sessions/ses_1": self.session,
            "/sessions/ses_1/timeline": {"timeline": [], "next": None},
            "/sessions/ses_1/uptime": {**uptime, "months": months, "outages": outages},
            "/quarantine": {"quarantine": []},
            "/sessions/ses_1/snapshots": {"snapshots": [self.snapshot]},
            f"/sessions/ses_1/snapshots/{NAME}/verify": {"snapshots": [{**self.snapshot, "good": True}]},
            f"/sessions/ses_1/snapshots/{NAME}/restore": self.session,
            "/sessions/ses_1/probe": {"took_ms": 48},
            "/sessions/ses_1/disconnect": self.session,
        }
        if method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, json=answers[path])


@pytest.fixture
async def house() -> House:
    return House()


@pytest.fixture
async def page(house: House) -> AsyncIterator[Site]:
    async with site(house) as made:
        yield made


async def test_uptime_and_the_time_to_reconnect_are_there(page: Site) -> None:
    shown = (await page.get("/numbers/ses_1")).text
    assert "99.5%" in shown
    assert "November 2026: 99.5%" in shown
    assert "Back by itself after 2 secs in half of them, 9 secs at most." in shown


async def test_a_probe_says_how_long_the_answer_took(page: Site, house: House) -> None:
    shown = await page.post("/numbers/ses_1", {"act": "probe"})
    assert "WhatsApp answered after 48 ms" in shown.text
    soon = {"code": "rate_limited", "detail": "This number was probed a moment ago", "next_step": "Wait 4 s."}
    house.refusals["/sessions/ses_1/probe"] = httpx.Response(429, json=soon)
    shown = await page.post("/numbers/ses_1", {"act": "probe"})
    assert (shown.status_code, "probed a moment ago" in shown.text) == (422, True)
    silent = {"code": "whatsapp_unanswered", "detail": "WhatsApp did not answer in time"}
    house.refusals["/sessions/ses_1/probe"] = httpx.Response(504, json=silent)
    assert "did not answer in time" in (await page.post("/numbers/ses_1", {"act": "probe"})).text


async def test_a_snapshot_has_words_and_is_verified_and_put_back_after_a_question(
    page: Site, house: House
) -> None:
    shown = (await page.get("/numbers/ses_1")).text
    assert "20 kB" in shown
    assert "not verified yet" in shown
    assert "Put this snapshot of +49 1511 2345678 back?" in shown
    verified = await page.post("/numbers/ses_1", {"act": "verify", "snapshot": NAME})
    assert "It is good." in verified.text
    back = await page.post("/numbers/ses_1", {"act": "put-back", "snapshot": NAME})
    assert "The snapshot is in its place." in back.text
    place = f"POST /sessions/ses_1/snapshots/{NAME}"
    assert house.asked == [f"{place}/verify", f"{place}/restore"]


async def test_what_is_known_to_be_bad_is_not_offered(page: Site, house: House) -> None:
    house.snapshot |= {"good": False, "verified_at": NOW.isoformat()}
    shown = (await page.get("/numbers/ses_1")).text
    assert "not usable" in shown
    assert 'value="put-back"' not in shown


async def test_a_pause_offers_the_way_back(page: Site, house: House) -> None:
    assert 'data-test="undo"' not in (await page.get("/numbers/ses_1")).text
    house.session |= {"state": "stopped", "color": "grey", "actions": ["connect", "log_out", "delete"]}
    shown = (await page.post("/numbers/ses_1", {"act": "disconnect"})).text
    assert 'data-test="undo"' in shown
    assert 'value="connect">Undo<' in shown


async def test_a_number_is_removed_and_the_browser_goes_home(page: Site, house: House) -> None:
    house.session |= {"state": "logged_out", "color": "red", "actions": ["pair", "delete"]}
    assert "Its name becomes free. What it received stays." in (await page.get("/numbers/ses_1")).text
    gone = await page.post("/numbers/ses_1", {"act": "remove"})
    assert (gone.status_code, gone.headers["location"]) == (303, "/")
    assert house.asked == ["DELETE /sessions/ses_1"]


async def test_what_was_linked_meanwhile_is_not_removed(page: Site, house: House) -> None:
    refused = await page.post("/numbers/ses_1", {"act": "remove"})
    assert "It was linked meanwhile" in refused.text
    assert house.asked == []


async def test_a_viewer_sees_the_same_and_has_no_button(house: House) -> None:
    async with site(house, scopes=("read",)) as viewer:
        shown = (await viewer.get("/numbers/ses_1")).text
    assert "20 kB" in shown
    for act in ("probe", "put-back", "verify", "save", "disconnect", "remove"):
        assert f'value="{act}"' not in shown, act
