"""A whole Holdfast with a linked number, the chauffeur, a browser that is logged in, and a customer's phone.

With HOLDFAST_SCREENSHOTS=FOLDER every page that is looked at leaves pictures there (`make screenshots`).
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from axe_playwright_python.async_playwright import Axe
from browser_stage import a_context, served, started_chromium
from playwright.async_api import Browser, BrowserContext, Page, expect

from holdfast.bots.hosting import stack_of
from holdfast.bots.runner import Runner
from holdfast.client import Client
from holdfast.keeper import Place, free_port
from holdfast.lab import Phone, Simulator, Stack
from patience import PATIENCE_S

DESK, PHONE = (1280, 800), (390, 844)
WORD = "correct horse battery"
#: What the browser itself says when something is refused, as it has to be.
REFUSED = re.compile(r"status of 4(01|03|04|22)")


@dataclass
class Desk:
    """A running Holdfast, a browser, and the owner's context that is logged in."""

    stack: Stack
    simulator: Simulator
    browser: Browser
    url: str
    session_id: str
    office: Phone
    ann: Phone
    troubles: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def phone(self) -> str:
        """The linked number."""
        return self.office.phone

    @property
    def client(self) -> Client:
        return self.stack.client

    async def heard(self, words: str) -> None:
        """Return when a message with these words has come in; the number's phone may have it earlier."""
        incoming = self.client.events(types=["message.received"], after="")
        async with asyncio.timeout(PATIENCE_S), incoming as stream:
            async for event in stream:
                if event.text == words:
                    return

    @asynccontextmanager
    async def context(
        self, size: tuple[int, int] = DESK, scheme: str = "light", language: str = "en-GB"
    ) -> AsyncIterator[BrowserContext]:
        made = await a_context(
            self.browser,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        made.on("console", lambda line: self._hear(line.text) if line.type == "error" else None)
        made.on("weberror", lambda error: self._hear(str(error.error)))
        made.on("request", lambda request: self.hosts.add(httpx.URL(request.url).host))
        try:
            yield made
        finally:
            await made.close()

    def _hear(self, trouble: str) -> None:
        if not REFUSED.search(trouble):
            self.troubles.append(trouble)

    async def logged_in(self, context: BrowserContext) -> Page:
        """A page of somebody with every right."""
        made = await self.client.dashboard_link()
        page = await context.new_page()
        await page.goto(self.url + made.path)
        await expect(page.get_by_role("navigation")).to_be_visible()
        return page

    async def viewer(self, context: BrowserContext) -> Page:
        """A page of a user who sees everything and changes nothing."""
        return await self._user(context, "vera", "viewer")

    async def owner(self, context: BrowserContext) -> Page:
        """A page of a user who gives access to others too."""
        return await self._user(context, "olga", "owner")

    async def _user(self, context: BrowserContext, name: str, role: str) -> Page:
        if not any(it.name == name for it in await self.client.access.users()):
            await self.client.access.add_user(name, role, WORD)
        page = await context.new_page()
        await page.goto(self.url)
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(WORD)
        await page.get_by_test_id("log-in").click()
        await expect(page.get_by_role("navigation")).to_be_visible()
        return page

    async def look_at(self, context: BrowserContext, paths: Mapping[str, str]) -> None:
        """Each page fits every screen, and is kept as a picture where asked."""
        kept = os.environ.get("HOLDFAST_SCREENSHOTS", "")
        cookies = await context.storage_state()
        looks = [(PHONE, "light"), (DESK, "dark")] + ([(PHONE, "dark"), (DESK, "light")] if kept else [])
        for size, scheme in looks:
            async with self.context(size, scheme) as other:
                await other.add_cookies(cookies["cookies"])
                page = await other.new_page()
                for name, path in paths.items():
                    await page.goto(self.url + path)
                    await expect(page.get_by_role("navigation")).to_be_visible()
                    wide = await page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= size[0], f"{path} is wider than a screen of {size[0]}"
                    if kept:
                        what = f"{name}-{'phone' if size == PHONE else 'desk'}-{scheme}.jpg"
                        await page.screenshot(path=Path(kept) / what, type="jpeg", quality=72)


async def flaws(page: Page) -> list[tuple[str, str]]:
    """What is seriously wrong for a screen reader."""
    found = (await Axe().run(page)).response["violations"]
    return [(it["id"], it["nodes"][0]["html"]) for it in found if it["impact"] in {"serious", "critical"}]


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    """Everything, ended with this block."""
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator.start(folder / "lab", seed=5))
        place = Place(
            folder / "data",
            "127.0.0.1",
            free_port(),
            free_port(),
            simulator.trust_file,
            master_key=folder / "master.key",
            applications="chauffeur",
        )
        running = await stack.enter_async_context(Stack.start(place))
        await running.keeper.start(place.program("dashboard", "-m", "holdfast.dashboard"))
        phone = await simulator.phone("Alpine Cars")
        made = await running.client.sessions.create("office")
        await phone.scan((await running.client.sessions.first_qr("office")).code)
        await running.client.sessions.wait_for("office")
        browser = await stack.enter_async_context(started_chromium())
        url = await served(place.data)
        ann = await simulator.phone("Ann")
        yield Desk(running, simulator, browser, url, made.id, phone, ann)


@asynccontextmanager
async def bots_at_work(client: Client, *names: str) -> AsyncIterator[None]:
    """These shipped bots, in this process."""
    await client.configuration.put("bots", {"enabled": list(names)})
    stack = stack_of((await client.configuration.get("bots")).body)
    ready = asyncio.Event()
    work = asyncio.create_task(Runner(stack, client).run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        assert ready.is_set(), work.result()
        yield
    finally:
        waiting.cancel()
        work.cancel()
        await asyncio.wait([work])
