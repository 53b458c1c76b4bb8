"""Every page of a whole Holdfast, in a real browser: who may do what, and that everybody can read it.

With HOLDFAST_SCREENSHOTS=FOLDER it leaves pictures of the pages there (`make screenshots`).
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from browser_stage import SLOW_MS, a_context, served, started_chromium
from playwright.async_api import Browser, BrowserContext, Page, expect
from work_stage import flaws

from holdfast.keeper import Place, free_port
from holdfast.lab import Phone, Simulator, Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD = "correct horse battery"
DESK, PHONE = (1280, 800), (390, 844)
#: What the browser itself says when a page is refused, as it has to be.
REFUSED = re.compile(r"status of 40[13]")


@dataclass
class Site:
    """A running Holdfast with one linked number, and a browser."""

    stack: Stack
    browser: Browser
    url: str
    session_id: str
    phone: str
    customer: Phone
    troubles: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def context(self, size: tuple[int, int] = DESK, scheme: str = "light") -> BrowserContext:
        made = await a_context(
            self.browser,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        made.on("console", lambda line: self._hear(line.text) if line.type == "error" else None)
        made.on("weberror", lambda error: self._hear(str(error.error)))
        made.on("request", lambda request: self.hosts.add(httpx.URL(request.url).host))
        return made

    def _hear(self, trouble: str) -> None:
        if not REFUSED.search(trouble):
            self.troubles.append(trouble)

    async def token(self) -> str:
        return (await self.stack.client.dashboard_link()).path.partition("token=")[2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("rooms")
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator.start(folder / "lab", seed=3))
        key = folder / "master.key"
        place = Place(
            folder / "data", "127.0.0.1", free_port(), free_port(), simulator.trust_file, master_key=key
        )
        running = await stack.enter_async_context(Stack.start(place))
        program = place.program("dashboard", "-m", "holdfast.dashboard")
        # So that no picture shows where a test keeps its files.
        at_home = replace(program, env={**program.env, "HOME": str(folder)})
        await running.keeper.start(at_home)
        phone = await simulator.phone("Hotel Adler")
        made = await running.client.sessions.create("reception")
        await phone.scan((await running.client.sessions.first_qr("reception")).code)
        await running.client.sessions.wait_for("reception")
        browser = await stack.enter_async_context(started_chromium())
        url = await served(place.data)
        yield Site(running, browser, url, made.id, phone.phone, await simulator.phone("Ann"))


async def log_in(site: Site, page: Page, name: str) -> None:
    await page.goto(site.url)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(WORD)
    await page.get_by_test_id("log-in").click()
    await expect(page.get_by_test_id("card-reception")).to_be_visible()


async def make_first_user(site: Site, page: Page) -> None:
    await page.goto(site.url + "/setup")
    for token, name in (("guessed", "Clara"), (await site.token(), "Clara")):
        await page.get_by_label("One-time code").fill(token)
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password, ten").fill(WORD)
        await page.get_by_label("The same password").fill(WORD)
        await page.get_by_test_id("set-up").click()
        if token == "guessed":
            await expect(page.get_by_test_id("fault")).to_contain_text("used already or is too old")
            assert await flaws(page) == []
    await expect(page.get_by_test_id("card-reception")).to_be_visible()
    await page.goto(site.url + "/setup")
    await expect(page).to_have_url(site.url + "/")


async def look_at_every_page(site: Site, owner: BrowserContext) -> None:
    """Each fits a phone, and is kept as a picture where asked."""
    kept = os.environ.get("HOLDFAST_SCREENSHOTS", "")
    paths = {"numbers": "/", "number": f"/numbers/{site.session_id}"}
    names = ("alerts", "deliveries", "lab", "people", "keys", "audit", "account", "about")
    paths |= {name: f"/{name}" for name in names}
    cookies = await owner.storage_state()
    looks = [(PHONE, "light"), (DESK, "dark")]
    looks += [(PHONE, "dark"), (DESK, "light")] if kept else []
    for size, scheme in looks:
        context = await site.context(size, scheme)
        await context.add_cookies(cookies["cookies"])
        page = await context.new_page()
        for name, path in paths.items():
            answer = await page.goto(site.url + path)
            assert answer is not None
            assert answer.status == 200, path
            await expect(page.get_by_role("navigation")).to_be_visible()
            if path == "/":
                await expect(page.get_by_test_id("card-reception")).to_be_visible()
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size[0], f"{path} is wider than a screen of {size[0]}"
            if kept:
                where = Path(kept) / f"{name}-{'phone' if size == PHONE else 'desk'}-{scheme}.jpg"
                await page.screenshot(path=where, type="jpeg", quality=72)
        await context.close()


async def test_who_may_do_what_and_what_ends_a_page(site: Site) -> None:
    owner, other = await site.context(), await site.context(PHONE)
    page, seen = await owner.new_page(), await other.new_page()
    await make_first_user(site, page)
    await page.goto(site.url + "/people")
    await page.get_by_label("Name", exact=True).fill("anna")
    await page.get_by_label("First password").fill(WORD)
    await page.get_by_test_id("add-user").click()
    await expect(page.get_by_test_id("user-anna")).to_be_visible()

    await look_at_every_page(site, owner)
    await page.goto(site.url + "/about")
    await expect(page.get_by_test_id("report")).to_contain_text("~/data")

    await log_in(site, seen, "anna")
    await expect(seen.get_by_role("button", name="Pause")).to_have_count(0)
    await expect(seen.get_by_test_id("add")).to_have_count(0)
    answer = await seen.goto(site.url + "/people")
    assert answer is not None
    assert answer.status == 403
    number = f"{site.url}/numbers/{site.session_id}"
    await seen.goto(number)
    await expect(seen.get_by_test_id("word")).to_have_text("Connected")
    await expect(seen.get_by_role("button", name="Pause")).to_have_count(0)
    forced = await other.request.post(number, form={"act": "disconnect"})
    assert "lacks the scope" in await forced.text()
    assert (await site.stack.client.sessions.get("reception")).connected

    # What ends a login ends its open pages: a plain one, and the board.
    await site.stack.client.access.lock_user("anna")
    await expect(seen).to_have_url(site.url + "/")
    await expect(seen.get_by_test_id("log-in")).to_be_visible()
    await page.goto(site.url + "/")
    await expect(page.get_by_test_id("card-reception")).to_be_visible()
    (mine,) = [key for key in await site.stack.client.access.keys() if key.user_id]
    await site.stack.client.access.revoke_key(mine.key_id)
    await expect(page.get_by_test_id("log-in")).to_be_visible()

    assert site.troubles == []
    assert site.hosts == {"127.0.0.1"}
    for context in (owner, other):
        await context.close()


async def test_a_number_is_worked_with_on_its_page(site: Site) -> None:
    context = await site.context()
    page = await context.new_page()
    await page.goto(f"{site.url}/login?token={await site.token()}")
    await expect(page).to_have_url(site.url + "/")
    await page.goto(f"{site.url}/numbers/{site.session_id}")
    await page.get_by_test_id("disconnect").click()
    await expect(page.get_by_test_id("word")).to_have_text("Stopped")
    await page.get_by_test_id("connect").click()
    # Nobody loads it again: what happens is shown by itself.
    await expect(page.get_by_test_id("word")).to_have_text("Connected")
    await expect(page.get_by_test_id("log")).to_contain_text("Stopped")
    await context.close()


async def test_a_customer_is_heard_and_answered(site: Site) -> None:
    context = await site.context()
    page = await context.new_page()
    await page.goto(f"{site.url}/login?token={await site.token()}")
    await expect(page).to_have_url(site.url + "/")
    await page.goto(f"{site.url}/numbers/{site.session_id}/chats")
    await site.customer.say(site.phone, "Are you <b>open</b>?")
    # Nobody loads it again.
    await expect(page.get_by_test_id("chats")).to_contain_text("Are you <b>open</b>?")
    await page.get_by_test_id("chats").get_by_role("link").click()
    await page.get_by_label("Reply").fill("Yes, until six")
    await page.get_by_test_id("reply").click()
    messages = page.get_by_test_id("messages")
    await expect(messages).to_contain_text("Yes, until six")
    await expect(messages).to_contain_text("delivered")
    await site.customer.wait_for("Yes, until six")
    assert (await Axe().run(page)).response["violations"] == []
    kept = os.environ.get("HOLDFAST_SCREENSHOTS", "")
    if kept:
        await page.screenshot(path=Path(kept) / "chat-desk-light.jpg", type="jpeg", quality=72)
    await context.close()


async def test_the_lab_scans_writes_and_breaks_with_a_click(site: Site) -> None:
    context = await site.context()
    page = await context.new_page()
    await page.goto(f"{site.url}/login?token={await site.token()}")
    await expect(page).to_have_url(site.url + "/")
    await site.stack.client.sessions.create("second")
    await site.stack.client.sessions.first_qr("second")
    await page.goto(site.url + "/lab")
    await page.get_by_test_id(f"scan-{site.customer.phone}").click()
    await expect(page.get_by_test_id("said")).to_contain_text("has scanned the code")
    await site.stack.client.sessions.wait_for("second")
    await page.get_by_label("Fault").select_option("slow")
    await page.get_by_test_id("break").click()
    await expect(page.get_by_test_id("said")).to_contain_text("Watch the numbers")
    await site.stack.client.sessions.wait_for("reception")
    assert (await Axe().run(page)).response["violations"] == []
    await context.close()


async def test_other_sites_other_names_and_frames(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url, timeout=SLOW_MS / 1000) as stranger:
        for method, path in (("POST", "/login"), ("POST", "/signout"), ("POST", "/setup"), ("GET", "/")):
            for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
                answer = await stranger.request(method, path, headers=headers)
                assert answer.status_code == 403, (method, path, headers)
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            socket = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
            assert (await stranger.get(socket, headers=headers)).status_code == 403
        page = await stranger.get("/login")
        assert page.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        for token in ("x", "", "../", "\u202e", "x" * 5000):
            answer = await stranger.get("/login", params={"token": token})
            assert answer.status_code in {303, 401, 422}, token
            assert not stranger.cookies, token


async def test_foreign_words_stay_words(site: Site) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    await site.stack.client.access.create_key(attack, ["read"])
    made = await site.stack.client.dashboard_link()
    async with httpx.AsyncClient(base_url=site.url, follow_redirects=True, timeout=SLOW_MS / 1000) as visitor:
        await visitor.get(made.path)
        for path in ("/alerts?before=" + attack, f"/numbers/{attack}"):
            assert "<img src=x" not in (await visitor.get(path)).text
        wrong = await visitor.post("/login", data={"name": attack, "password": attack})
        assert "<img src=x" not in wrong.text
        assert "&lt;script&gt;" in wrong.text
