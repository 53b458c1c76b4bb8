"""Login: by link once, then by cookie; nothing is shown without it, nothing is fetched from elsewhere."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from browser_stage import SLOW_MS, a_page, dashboard
from played_gateway import PlayedGateway, session
from playwright.async_api import Browser, Request, expect

from holdfast.keeper import free_port

NUMBER = "+442079460123"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[PlayedGateway]:
    played = PlayedGateway(tmp_path)
    played.put(session("reception", "connected", NUMBER))
    async with played.running():
        yield played


def visitor(url: str = "") -> httpx.AsyncClient:
    """A browser without a screen."""
    return httpx.AsyncClient(base_url=url, timeout=SLOW_MS / 1000)


async def test_a_link_lets_one_browser_in_and_no_second_one(gateway: PlayedGateway) -> None:
    async with (
        dashboard(gateway.data) as url,
        visitor(url) as stranger,
        visitor(url) as owner,
    ):
        answer = await stranger.get("/")
        assert answer.status_code == 401
        assert "holdfast dashboard-link" in answer.text
        assert NUMBER not in answer.text

        link = gateway.link()
        answer = await owner.get(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        page = await owner.get("/")
        assert page.status_code == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert not any(key in page.text for key in gateway.keys), "a key never reaches the browser"

        again = await owner.get(link)
        assert again.status_code == 303, "the same browser is in already"
        answer = await stranger.get(link)
        assert answer.status_code == 401
        assert "no longer works" in answer.text
        assert (await stranger.get("/")).status_code == 401

        await owner.post("/signout")
        assert (await owner.get("/")).status_code == 401
    assert gateway.keys == {"hf_test"}, "the browser's key is revoked, not only forgotten"


async def test_a_restarted_dashboard_knows_its_browsers(gateway: PlayedGateway) -> None:
    port = free_port()
    async with visitor() as owner:
        async with dashboard(gateway.data, port) as url:
            await owner.get(url + gateway.link())
        async with dashboard(gateway.data, port) as url:
            assert (await owner.get(url)).status_code == 200


async def test_a_dashboard_elsewhere_is_told_where_the_gateway_is(
    gateway: PlayedGateway, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = ("--gateway", f"http://127.0.0.1:{gateway.port}")
    async with dashboard(elsewhere, 0, *where) as url, visitor(url) as owner:
        assert (await owner.get(gateway.link())).status_code == 303
        assert "+44 20 7946 0123" in (await owner.get("/")).text


async def test_a_link_is_not_used_up_while_no_gateway_answers(gateway: PlayedGateway) -> None:
    async with dashboard(gateway.data) as url, visitor(url) as owner:
        link = gateway.link()
        await gateway.fall_silent()
        answer = await owner.get(link)
        assert answer.status_code == 503
        assert "has not been used up" in answer.text
        await gateway.listen()
        assert (await owner.get(link)).status_code == 303


async def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.dashboard", "--data", str(tmp_path)),
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "HOLDFAST_DASHBOARD_PORT": str(taken.getsockname()[1])},
        )
        async with asyncio.timeout(90):
            _, told = await process.communicate()
    assert process.returncode == 4
    lines = [line for line in told.decode().splitlines() if line and not line.startswith("{")]
    assert len(lines) == 1
    assert "cannot be used" in lines[0]
    assert "Next step" in lines[0]


async def test_everything_comes_from_this_machine(gateway: PlayedGateway, chromium: Browser) -> None:
    asked: list[Request] = []
    troubles: list[str] = []
    async with dashboard(gateway.data) as url, a_page(chromium) as page:
        page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a bound method of a list does not do
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.goto(url + gateway.link())
        await expect(page.get_by_text("+44 20 7946 0123")).to_be_visible()
    hosts = {urlsplit(request.url).hostname for request in asked if not request.url.startswith("data:")}
    assert hosts == {"127.0.0.1"}
    assert troubles == []


async def test_a_handler_that_fails_ends_neither_page_nor_process(
    gateway: PlayedGateway, chromium: Browser
) -> None:
    async with dashboard(gateway.data) as url, a_page(chromium) as page:
        await page.goto(url + gateway.link())
        await expect(page.get_by_text("+44 20 7946 0123")).to_be_visible()
        # A gateway that answers nonsense, and arguments that no button of ours sends, to the same handlers.
        gateway.garbled = True
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_role("button", name="Pause")).to_be_enabled()
        for arguments in (
            "null",
            "[]",
            '{"verb": "explode", "id": "ses_reception"}',
            '{"id": {}, "verb": []}',
        ):
            await page.evaluate(
                "args => { const [id, board] = Object.entries(mounted_app.elements)"
                ".find(([_, element]) => element.props.initial);"
                "for (const it of board.events) window.socket.emit('event',"
                "{id: Number(id), client_id: window.clientId, listener_id: it.listener_id, args: [args]}); }",
                arguments,
            )
        gateway.become("ses_reception", "unstable")
        await expect(page.locator("[data-color=yellow]")).to_be_visible()
        async with visitor() as client:
            assert (await client.get(url + "/livez")).json() == {"alive": True}
