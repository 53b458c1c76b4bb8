"""The page, whole: a real browser, real processes, a simulated phone, a real kill -9."""

import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from browser_stage import a_context, served
from playwright.async_api import Browser, Locator, Page, expect

from holdfast.client import NoQr
from holdfast.keeper import KeeperFact, Place, Started, free_port
from holdfast.lab import Phone, Simulator, Stack


@dataclass
class Hold:
    """Whether a gateway that is started again stands still, before its first line."""

    wanted: bool = False
    held: list[int] = field(default_factory=list)

    def told(self, fact: KeeperFact) -> None:
        """What the keeper says."""
        if self.wanted and isinstance(fact, Started) and fact.again and fact.name == "gateway":
            os.kill(fact.pid, signal.SIGSTOP)
            self.held.append(fact.pid)


@dataclass
class House:
    """A running Holdfast with its page, against a simulator with one phone."""

    simulator: Simulator
    phone: Phone
    stack: Stack
    hold: Hold

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.stack.place.dashboard_port}"

    async def link(self) -> str:
        return self.page_url + (await self.stack.client.dashboard_link()).path

    @contextmanager
    def whatsapp_stands_still(self) -> Iterator[None]:
        """Nobody gets connected meanwhile, so that what is shown in between can be seen."""
        assert self.simulator.pid is not None
        os.kill(self.simulator.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.simulator.pid, signal.SIGCONT)

    @contextmanager
    def gateway_stays_away(self) -> Iterator[None]:
        """One that is killed does not come back meanwhile: it may be quicker than the page looks for it."""
        self.hold.wanted = True
        try:
            yield
        finally:
            self.hold.wanted = False
            while self.hold.held:
                with suppress(ProcessLookupError):
                    os.kill(self.hold.held.pop(), signal.SIGCONT)

    async def registrations(self) -> int:
        return (await self.phone.account()).registrations


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator.start(tmp_path / "lab"))
        phone = await simulator.phone("Chauffeur Weber")
        key = tmp_path / "master.key"
        place = Place(
            tmp_path / "data", "127.0.0.1", free_port(), free_port(), simulator.trust_file, master_key=key
        )
        hold = Hold()
        running = await stack.enter_async_context(Stack.start(place, hold.told))
        await running.keeper.start(place.program("dashboard", "-m", "holdfast.dashboard"))
        await served(place.data)
        yield House(simulator, phone, running, hold)


async def enter(page: Page, house: House) -> None:
    """Log in."""
    await page.goto(await house.link())


def card(page: Page) -> Locator:
    return page.get_by_test_id("card-reception")


async def expect_color(page: Page, color: str) -> None:
    await expect(card(page)).to_have_attribute("data-color", color)


def digits(phone: Phone) -> re.Pattern[str]:
    """The number, however it is grouped."""
    return re.compile(r"\+" + r"[ -]?".join(phone.phone))


async def link_a_number(page: Page, house: House) -> None:
    await page.get_by_test_id("add").click()
    await expect(page.get_by_test_id("name")).to_have_value("number-1")
    await page.get_by_test_id("name").fill("reception")
    await page.get_by_test_id("show-qr").click()
    await expect(page.locator("[data-test=qr] svg")).to_be_visible()
    await expect(page.get_by_test_id("countdown")).to_contain_text(re.compile(r"good for \d+ s"))
    await expect_color(page, "yellow")

    code = await house.stack.client.sessions.qr("reception")
    await house.phone.scan(code.code)

    await expect(page.get_by_test_id("linked")).to_contain_text(digits(house.phone))
    await expect_color(page, "green")
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    with pytest.raises(NoQr):
        await house.stack.client.sessions.qr("reception")
    await page.get_by_test_id("done").click()
    await expect(page.get_by_test_id("link-dialog")).to_be_hidden()
    await expect(card(page)).to_contain_text(digits(house.phone))
    await expect(card(page)).to_contain_text("Connected")
    await expect(card(page)).to_contain_text("heartbeat")


async def kill_both_and_watch(page: Page, other: Page, house: House) -> None:
    with house.gateway_stays_away():
        await page.get_by_test_id("kill-both").click()
        for seen in (page, other):  # nothing is green while the gateway is dead
            await expect_color(seen, "unknown")
    for seen in (page, other):
        story = seen.get_by_test_id("story")
        await expect(story).to_contain_text("the number is connected again after")
        await expect(story).to_contain_text("0 QR codes asked")
        await expect_color(seen, "green")

    story = page.get_by_test_id("story")
    with house.whatsapp_stands_still():
        await page.get_by_test_id("kill-engine").click()
        await expect(story).to_contain_text("kill -9 of the engine")
        await expect_color(page, "yellow")
    await expect(story).to_contain_text("0 QR codes asked")
    await expect_color(page, "green")
    assert await house.registrations() == 1


async def stop_the_gateway_and_start_it(page: Page, house: House) -> None:
    keeper, place = house.stack.keeper, house.stack.place
    await keeper.stop("gateway")
    await expect(page.get_by_test_id("unreachable")).to_be_visible()
    await expect_color(page, "unknown")
    await expect(card(page)).to_contain_text("Last seen: connected")
    await expect(page.locator("[data-color=green]")).to_have_count(0)
    await keeper.start(place.program("gateway", "-m", "holdfast.app"))
    await expect_color(page, "green")
    await expect(page.get_by_test_id("unreachable")).to_be_hidden()


async def test_scan_once_kill_everything_still_connected(house: House, chromium: Browser) -> None:
    desk = await a_context(chromium, viewport={"width": 1280, "height": 800})
    mobile = await a_context(chromium, viewport={"width": 390, "height": 844})
    page, other = await desk.new_page(), await mobile.new_page()
    await enter(page, house)
    await expect(page.get_by_text("Scan once. Stay connected.")).to_be_visible()
    await link_a_number(page, house)

    await enter(other, house)
    await expect_color(other, "green")
    assert await other.evaluate("document.documentElement.scrollWidth") <= 390

    await kill_both_and_watch(page, other, house)

    await page.close()
    page = await desk.new_page()
    await page.goto(house.page_url)
    await expect_color(page, "green")

    await stop_the_gateway_and_start_it(page, house)
    assert await house.registrations() == 1

    await page.get_by_test_id("disconnect-reception").click()
    await expect(card(page)).to_have_attribute("data-state", "stopped")
    await page.get_by_test_id("connect-reception").click()
    await expect_color(page, "green")

    await page.get_by_test_id("logout-reception").click()
    question = page.get_by_role("alertdialog", name=re.compile("Log out"))
    await question.get_by_role("button", name="Cancel").click()
    await expect_color(page, "green")
    await page.get_by_test_id("logout-reception").click()
    await page.get_by_test_id("sure").click()
    await expect(card(page)).to_have_attribute("data-state", "logged_out")
    await expect(card(page)).to_contain_text("Show QR code")
