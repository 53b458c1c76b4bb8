"""A second step at the login, as a person sets it up and uses it."""

import time
from base64 import b32decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from browser_stage import a_context, served, started_chromium
from playwright.async_api import Page, expect
from work_stage import WORD

from holdfast.accounts import totp
from holdfast.keeper import Place, free_port
from holdfast.lab import Simulator, Stack

#: So much the clock is set on for each code: none is of a half minute that was used, each holds for a minute.
STEP_S = 120


class App:
    """An authenticator app whose clock is set together with the gateway's."""

    def __init__(self, stack: Stack, secret: str) -> None:
        self._stack, self._ahead_s = stack, 0
        self._secret = b32decode(secret + "=" * (-len(secret) % 8))

    async def next_code(self) -> str:
        """A code that nobody has used."""
        self._ahead_s += STEP_S
        await self._stack.client.lab_set_clock(self._ahead_s)
        now_ms = int((time.time() + self._ahead_s) * 1000)
        return totp.code(self._secret, totp.step_of(now_ms) + 1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[Stack, str]]:
    """A gateway with one user, and the address of its dashboard."""
    async with Simulator.start(tmp_path / "lab") as simulator:
        place = Place(
            tmp_path / "data",
            "127.0.0.1",
            free_port(),
            free_port(),
            simulator.trust_file,
            master_key=tmp_path / "master.key",
        )
        async with Stack.start(place) as stack:
            await stack.client.access.add_user("tina", "owner", WORD)
            await stack.keeper.start(place.program("dashboard", "-m", "holdfast.dashboard"))
            yield stack, await served(place.data)


async def give(page: Page, code: str = "") -> None:
    """Fill the form of the login, as far as it asks, and send it."""
    await page.get_by_label("Name").fill("tina")
    await page.get_by_label("Password").fill(WORD)
    if code:
        await page.get_by_label("Code of the authenticator app").fill(code)
    await page.get_by_test_id("log-in").click()


async def sign_out(page: Page) -> None:
    page.once("dialog", lambda asked: asked.accept())
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_test_id("log-in")).to_be_visible()


async def test_a_second_step_is_set_up_asked_for_and_no_code_is_taken_twice(house: tuple[Stack, str]) -> None:
    stack, url = house
    async with started_chromium() as browser:
        page = await (await a_context(browser, locale="en-GB")).new_page()
        await page.goto(url)
        await give(page)
        await expect(page.get_by_role("navigation")).to_be_visible()

        await page.goto(f"{url}/account")
        await page.get_by_label("Your password").fill(WORD)
        await page.get_by_role("button", name="Begin with a second step").click()
        secret = await page.get_by_test_id("secret").text_content()
        assert secret
        app = App(stack, secret)
        await page.get_by_label("The six digits").fill(await app.next_code())
        await page.get_by_role("button", name="Ask for it from now on").click()
        await expect(page.get_by_test_id("said")).to_contain_text(
            "From now on a code of the app is asked for"
        )

        await sign_out(page)
        await give(page)
        fault = page.get_by_test_id("fault")
        await expect(fault).to_contain_text("This user has a second step")
        used = await app.next_code()
        await give(page, f"{(int(used) + 1) % 10**6:06}")
        await expect(fault).to_contain_text("code is wrong")
        await give(page, used)
        await expect(page.get_by_role("navigation")).to_be_visible()

        await sign_out(page)
        await give(page)
        await expect(fault).to_contain_text("This user has a second step")
        await give(page, used)
        await expect(fault).to_contain_text("code is wrong")
        await give(page, await app.next_code())
        await expect(page.get_by_role("navigation")).to_be_visible()
