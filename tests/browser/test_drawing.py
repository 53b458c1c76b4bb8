"""What the page draws, in a real browser, while a gateway plays every turn that matters."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from browser_stage import a_page, dashboard, started_chromium
from played_gateway import PlayedGateway, session
from playwright.async_api import Browser, Dialog, Locator, Page, expect

from holdfast.keeper import free_port

# One gateway, dashboard and browser for all: starting them costs more than what is tested.
pytestmark = pytest.mark.asyncio(loop_scope="module")


#: So long that no code of a test ends by itself.
GOOD_S = 600


@dataclass
class Stage:
    """What all tests share."""

    gateway: PlayedGateway
    url: str
    browser: Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    played = PlayedGateway(tmp_path_factory.mktemp("drawing"))
    async with played.running(), dashboard(played.data) as url, started_chromium() as browser:
        yield Stage(played, url, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(stage: Stage) -> PlayedGateway:
    """A gateway as on its first day."""
    stage.gateway.begin_again()
    return stage.gateway


@pytest_asyncio.fixture(loop_scope="module")
async def page(stage: Stage, gateway: PlayedGateway) -> AsyncIterator[Page]:
    """A page that is logged in."""
    async with a_page(stage.browser) as page:
        await page.goto(stage.url + gateway.link())
        await expect(page.locator(".hf-empty")).to_be_visible()
        yield page


async def give_name(page: Page, name: str) -> None:
    await page.get_by_test_id("add").click()
    await expect(page.get_by_test_id("name")).to_have_value("number-1")
    await page.get_by_test_id("name").fill(name)
    await page.get_by_test_id("show-qr").click()


async def begin_linking(page: Page, gateway: PlayedGateway) -> None:
    await give_name(page, "reception")
    await expect(page.get_by_text("Asking for a code")).to_be_visible()
    gateway.show_code("ses_reception", 1, GOOD_S)
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()


async def test_the_next_code_takes_the_place_of_the_old_one(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    drawn = page.locator("[data-test=qr] path").last
    first = await drawn.get_attribute("d")
    assert first
    await expect(page.get_by_test_id("countdown")).to_contain_text(re.compile(r"good for \d+ s"))
    gateway.show_code("ses_reception", 2, GOOD_S)
    await expect(page.get_by_text("code 2 of 6")).to_be_visible()
    await expect(drawn).not_to_have_attribute("d", first)
    await expect(page.get_by_test_id("countdown")).to_contain_text(re.compile(r"good for \d+ s"))


async def test_cancel_ends_the_pairing(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    await page.get_by_test_id("cancel-link").click()
    await expect(page.get_by_test_id("link-dialog")).to_be_hidden()
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    await gateway.asked_for("DELETE /v1/sessions/ses_reception/pair")
    await expect(page.get_by_test_id("card-reception")).to_have_attribute("data-state", "new")


async def test_nobody_scanned(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    gateway.sessions["ses_reception"]["pairing"] = None
    gateway.codes.clear()
    gateway.become(
        "ses_reception",
        "new",
        reason="pairing_timed_out",
    )
    dialog = page.get_by_test_id("link-dialog")
    await expect(dialog.get_by_text("No phone used the code in time.")).to_be_visible()
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    await dialog.get_by_role("button", name="Show a new code").click()
    await expect(page.get_by_text("Asking for a code")).to_be_visible()
    gateway.show_code("ses_reception", 1, GOOD_S)
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()


async def test_a_code_is_typed_on_the_phone_instead(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    await page.get_by_test_id("typed-on").fill("+44 20 7946 0123")
    until = gateway.sessions["ses_reception"]["pairing"]["valid_until"]
    gateway.typed = {"code": "ABCD-EFGH", "phone": "+442079460123", "valid_until": until, "expires_in_s": 60}
    gateway.calls.clear()
    await page.get_by_test_id("by-code").click()
    await gateway.asked_for("POST /v1/sessions/ses_reception/pair")
    gateway.step("ses_reception", "type_code")
    await expect(page.get_by_test_id("typed-code")).to_have_text("ABCD-EFGH")
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    assert gateway.typed_on == "+44 20 7946 0123"
    gateway.typed = None
    gateway.step("ses_reception", "accepted")
    await expect(page.get_by_text("The phone has said yes")).to_be_visible()
    await expect(page.get_by_text("ABCD-EFGH")).to_have_count(0)


async def test_a_passkey_is_relayed_by_a_person(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    gateway.codes.clear()
    gateway.passkey = {"options": {"challenge": "AA"}, "helper": "the script", "code": None}
    gateway.step("ses_reception", "use_passkey")
    await expect(page.get_by_test_id("helper")).to_have_value("the script")
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    await page.get_by_test_id("passkey-answer").fill("no JSON")
    await page.get_by_test_id("hand-on").click()
    await expect(page.get_by_text("not what the script printed")).to_be_visible()
    await page.get_by_test_id("passkey-answer").fill('{"id": "x"}')
    await page.get_by_test_id("hand-on").click()
    await expect(page.get_by_test_id("compare-code")).to_have_text("WXYZ-1234")
    assert gateway.passkey_answers == [{"id": "x"}]


async def test_linked_is_not_connected_until_it_is(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    gateway.codes.clear()
    gateway.sessions["ses_reception"].update(phone="+442079460123", pairing=None)
    gateway.become("ses_reception", "connecting", reason="linked")
    linked = page.get_by_test_id("linked")
    await expect(linked).to_contain_text("+44 20 7946 0123")
    await expect(linked).to_contain_text("is linked, and connects now")
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    gateway.become("ses_reception", "connected", reason="logged_in")
    await expect(linked).to_contain_text("is connected, and stays so")


async def test_linked_and_thrown_out_again_is_told(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    gateway.codes.clear()
    gateway.sessions["ses_reception"].update(phone="+442079460123", pairing=None)
    gateway.become("ses_reception", "connecting")
    await expect(page.get_by_test_id("linked")).to_be_visible()
    gateway.become("ses_reception", "logged_out", reason="logged_out_on_phone")
    await expect(page.get_by_role("alert").get_by_text("The phone removed")).to_be_visible()
    await expect(page.get_by_test_id("linked")).to_be_hidden()


async def test_another_number_is_asked_about(gateway: PlayedGateway, page: Page) -> None:
    gateway.put(session("taxi", "logged_out", "+442079460123"))
    await page.get_by_test_id("link-taxi").click()
    await expect(page.get_by_text("Asking for a code")).to_be_visible()
    gateway.show_code("ses_taxi", 1, GOOD_S)
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()
    assert not gateway.replaces_number
    gateway.codes.clear()
    gateway.become("ses_taxi", "logged_out", reason="number_differs", detail="+12025550143", pairing=None)
    question = page.get_by_test_id("link-dialog").get_by_role("alert")
    await expect(question).to_contain_text("was +44 20 7946 0123, and +1 202-555-0143")
    await page.get_by_test_id("replace-number").click()
    await expect(page.get_by_text("Asking for a code")).to_be_visible()
    gateway.show_code("ses_taxi", 1, GOOD_S)
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()
    assert gateway.replaces_number


async def test_devices_that_nobody_uses_are_shown_until_they_are_gone(
    gateway: PlayedGateway, page: Page
) -> None:
    left = {"session": "taxi", "phone": "+442079460123", "since": None, "attempts": 3, "by_hand": True}
    gateway.put(session("taxi", "connected", "+12025550143"))
    gateway.unlinking = [left]
    shown = page.get_by_test_id("unlinkings")
    await expect(shown).to_contain_text("+44 20 7946 0123 still counts a device of “taxi” as linked")
    await expect(shown).to_contain_text("Linked devices; remove it.")
    gateway.unlinking = []
    await expect(shown).to_have_count(0)


async def test_no_code_is_shown_while_the_gateway_is_silent(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    await gateway.fall_silent()
    await expect(page.get_by_text("does not answer; trying again")).to_be_visible()
    await expect(page.locator("[data-test=qr] svg")).to_have_count(0)
    await gateway.listen()
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()


async def test_a_closed_dialog_leaves_the_pairing_to_others(gateway: PlayedGateway, page: Page) -> None:
    await begin_linking(page, gateway)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("link-dialog")).to_be_hidden()
    card = page.get_by_test_id("card-reception")
    await expect(card).to_contain_text("Waiting for the scan")
    await page.get_by_test_id("show_qr-reception").click()
    await expect(page.get_by_text("code 1 of 6")).to_be_visible()


@pytest.mark.parametrize("name", ["", "+49 151 1234"])
async def test_a_name_that_is_none_is_refused_in_the_dialog(
    gateway: PlayedGateway, page: Page, name: str
) -> None:
    await give_name(page, name)
    await expect(page.get_by_role("alert")).to_contain_text("has letters in it")
    await expect(page.get_by_test_id("name")).to_have_value(name)
    assert gateway.sessions == {}


async def test_a_name_is_suggested_and_typing_replaces_it(gateway: PlayedGateway, page: Page) -> None:
    await page.get_by_test_id("add").click()
    await expect(page.get_by_test_id("name")).to_be_focused()
    await expect(page.get_by_test_id("name")).to_have_value("number-1")
    await page.keyboard.type("reception")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Asking for a code")).to_be_visible()
    assert list(gateway.sessions) == ["ses_reception"]


async def test_restoration_and_engine_are_told(gateway: PlayedGateway, page: Page) -> None:
    gateway.put(session("a", "connecting", "+442079460123", restoring=True, sentence="Restoring it."))
    gateway.put(session("b", "connected", "+12025550143"))
    gateway.system["restoration"] = {"total": 2, "connected": 1, "done": False, "seconds": None}
    await expect(page.get_by_test_id("restoration")).to_have_text("Restoring: 1 of 2 numbers are back")
    await expect(page.get_by_test_id("card-a")).to_contain_text("Restoring it.")
    gateway.system["engine"] = {"attached": False, "engine_id": None, "pid": None}
    await expect(page.get_by_test_id("no-engine")).to_be_visible()


async def test_red_comes_first_and_tells_the_next_step(gateway: PlayedGateway, page: Page) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    gateway.put(session("b", "replaced", "+12025550143", sentence="Elsewhere.", next_step="Stop it there."))
    await expect(page.locator(".hf-card").first).to_contain_text("Opened elsewhere")
    await expect(page.locator(".hf-card").first).to_contain_text("Next step: Stop it there.")
    await expect(page).to_have_title("(1) Holdfast")
    await page.get_by_role("button", name="1 needs you").click()
    await expect(page.locator(".hf-card")).to_have_count(1)


async def test_a_list_shows_a_line_for_each_number_and_is_remembered(
    gateway: PlayedGateway, page: Page
) -> None:
    gateway.put(session("reception", "connected", "+442079460123"))
    gateway.put(session("b", "replaced", "+12025550143", sentence="Elsewhere.", next_step="Stop it there."))
    calm, urgent = page.get_by_test_id("card-reception"), page.get_by_test_id("card-b")
    await expect(calm.get_by_role("button", name="Pause")).to_be_visible()
    assert await larger(calm, ".hf-name", ".hf-number")
    await page.get_by_test_id("dense").click()
    await expect(calm.get_by_role("button", name="Pause")).to_be_hidden()
    await expect(calm).to_contain_text("reception")
    await expect(urgent.get_by_text("Stop it there.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("dense")).to_have_attribute("aria-pressed", "true")
    await expect(calm.get_by_role("link", name="Details")).to_be_visible()
    await expect(calm.get_by_role("button", name="Pause")).to_be_hidden()


async def larger(card: Locator, one: str, other: str) -> bool:
    """Whether one part of a card is written in larger letters than another."""
    sizes = [
        await card.locator(part).evaluate("it => parseFloat(getComputedStyle(it).fontSize)")
        for part in (one, other)
    ]
    return bool(sizes[0] > sizes[1])


async def test_signing_out_asks_and_says_how_to_come_back(gateway: PlayedGateway, page: Page) -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()

    async def refuse(dialog: Dialog) -> None:
        await dialog.dismiss()
        asked.put_nowait(dialog.message)

    page.once("dialog", refuse)
    await page.get_by_role("button", name="Sign out").click()
    assert "holdfast dashboard-link" in await asked.get()
    await expect(page.locator(".hf-empty")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_test_id("log-in")).to_be_visible()


async def test_the_lab_is_named_and_kills_only_there(gateway: PlayedGateway, page: Page) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    await expect(page.get_by_test_id("card-a")).to_be_visible()
    await expect(page.get_by_text("kill -9 now")).to_have_count(0)
    gateway.system["lab"] = True
    await page.get_by_test_id("kill-engine").click()
    await expect(page.get_by_test_id("story")).to_contain_text("kill -9 of the engine")
    await gateway.asked_for("POST /v1/lab/kill")


async def test_a_page_without_its_dashboard_shows_nothing_as_connected(
    gateway: PlayedGateway, stage: Stage, tmp_path: Path
) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    where = ("--gateway", f"http://127.0.0.1:{gateway.port}")
    port = free_port()
    async with a_page(stage.browser) as page:
        async with dashboard(tmp_path, port, *where) as url:
            await page.goto(url + gateway.link())
            await expect(page.locator("[data-color=green]")).to_have_count(1)
        await expect(page.get_by_text("This page has lost its dashboard.")).to_be_visible()
        await expect(page.locator("[data-color=green]")).to_have_count(0)
        async with dashboard(tmp_path, port, *where):
            await expect(page.locator("[data-color=green]")).to_have_count(1)
            await expect(page.get_by_text("This page has lost its dashboard.")).to_have_count(0)


async def test_a_page_that_never_hears_its_dashboard_shows_nothing_as_connected(
    gateway: PlayedGateway, stage: Stage
) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    async with a_page(stage.browser) as page:
        await page.route("**/_nicegui_ws/**", lambda route: route.abort())
        await page.route_web_socket("**/_nicegui_ws/**", lambda socket: socket.close())
        await page.goto(stage.url + gateway.link())
        await expect(page.get_by_text("This page has lost its dashboard.")).to_be_visible()
        await expect(page.locator("[data-color=green]")).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/account"])
async def test_a_server_that_stands_still_is_noticed_on_every_page(
    gateway: PlayedGateway, stage: Stage, path: str
) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    async with a_page(stage.browser) as page:
        await page.goto(stage.url + gateway.link())
        await page.goto(stage.url + path)
        lost = page.get_by_text(
            "This page has lost its dashboard." if path == "/" else "hears nothing any more."
        )
        await expect(page.get_by_role("navigation")).to_be_visible()
        await expect(lost).to_be_hidden()
        # Asked, and never answered: no connection breaks, as with a process that stands still.
        await page.route("**/livez", lambda route: None)
        await expect(lost).to_be_visible()
        await expect(page.locator("[data-color=green]")).to_have_count(0)
        await page.unroute_all(behavior="ignoreErrors")
        await expect(lost).to_be_hidden()


async def test_a_pause_can_be_taken_back(gateway: PlayedGateway, page: Page) -> None:
    gateway.put(session("a", "connected", "+442079460123"))
    await page.get_by_test_id("disconnect-a").click()
    await page.get_by_test_id("undo").get_by_role("button", name="Undo").click()
    await gateway.asked_for("POST /v1/sessions/ses_a/connect")
    await expect(page.get_by_test_id("undo")).to_have_count(0)


async def test_a_number_that_is_not_linked_is_removed_after_a_question(
    gateway: PlayedGateway, page: Page, stage: Stage
) -> None:
    gateway.put(session("a", "logged_out"))
    await page.get_by_test_id("remove-a").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_test_id("card-a")).to_be_visible()
    await page.get_by_test_id("remove-a").click()
    await page.get_by_test_id("sure").click()
    await gateway.asked_for("DELETE /v1/sessions/ses_a")
    await expect(page.get_by_test_id("card-a")).to_have_count(0)
