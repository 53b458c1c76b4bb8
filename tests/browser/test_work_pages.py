"""The pages on which somebody works, in a real browser over real processes: each walked through once."""

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from work_stage import Desk, bots_at_work, desk, flaws

from patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("work")) as running:
        yield running
        assert running.troubles == []
        assert running.hosts == {"127.0.0.1"}


def picture() -> bytes:
    """A photo of a sunset, more or less."""
    from PIL import Image

    drawn = Image.new("RGB", (480, 320))
    drawn.putdata([(255 - y // 3, 120 + y // 8, 60 + x // 6) for y in range(320) for x in range(480)])
    kept = io.BytesIO()
    drawn.save(kept, "JPEG")
    return kept.getvalue()


async def test_a_person_reads_a_chat_takes_it_over_and_gives_it_back(at: Desk) -> None:
    chats = f"{at.url}/numbers/{at.session_id}/chats"
    commands = [{"name": "open", "answer": "We are open until six."}]
    await at.client.configuration.put("commands", {"commands": commands})
    async with at.context() as context, bots_at_work(at.client, "commands"):
        page = await at.logged_in(context)
        await at.ann.say(at.phone, "/open")
        await at.ann.wait_for("We are open until six.", timeout_s=PATIENCE_S)
        await page.goto(chats)
        await page.get_by_test_id("chats").get_by_role("link", name="Ann").click()
        messages, holder = page.get_by_test_id("messages"), page.get_by_test_id("holder")
        await expect(messages).to_contain_text("We are open until six.")

        # A photo and a voice note come in: seen and heard here, by this page's own login.
        await at.ann.send_file(at.phone, picture(), kind="image", mimetype="image/jpeg", caption="Our house")
        seen = messages.get_by_role("img", name="Our house")
        await expect(seen).to_be_visible()
        await expect(seen).to_have_js_property("naturalWidth", 480)
        await at.ann.send_file(at.phone, b"%PDF-1.4 a bill", kind="document", file_name="bill.pdf")
        link = messages.get_by_role("link", name="Document: bill.pdf")
        async with page.expect_download() as saving:
            await link.click()
        assert (await (await saving.value).path()).read_bytes() == b"%PDF-1.4 a bill"

        await page.get_by_label("Answer yourself").select_option("hour")
        await page.get_by_test_id("take-over").click()
        await expect(holder).to_contain_text("You have this chat")
        (held,) = await at.client.handovers.list("office")
        await at.ann.say(at.phone, "/open")
        await expect(messages.get_by_text("/open", exact=True)).to_have_count(2)
        await page.get_by_label("Reply").fill("It is me, not the bot")
        await page.get_by_test_id("reply").click()
        await at.ann.wait_for("It is me, not the bot", timeout_s=PATIENCE_S)
        await page.goto(chats)
        await expect(page.get_by_test_id("chats")).to_contain_text("bots are silent")
        chat = f"{chats}/{quote(held.chat, safe='')}"
        await page.goto(chat)
        await page.get_by_test_id("give-back").click()
        await expect(page.get_by_test_id("take-over")).to_be_visible()
        assert await at.client.handovers.list("office") == []
        await at.ann.say(at.phone, "/help")
        await at.ann.wait_for("/status", timeout_s=PATIENCE_S)

        # The message is found by the beginning of a word, and shown where it was said.
        await page.get_by_test_id("search-here").click()
        await page.get_by_label("Words to look for").fill("hou")
        await page.get_by_test_id("search").click()
        await page.get_by_test_id("found").get_by_role("link", name="Ann").click()
        await expect(page.locator(".hf-wanted")).to_contain_text("Our house")
        where = chat.removeprefix(at.url)
        search = f"/search?q=house&number={at.session_id}"
        await at.look_at(context, {"chat": where, "chats": chats.removeprefix(at.url), "search": search})

    async with at.context() as context:
        page = await at.viewer(context)
        await page.goto(chat)
        await expect(page.get_by_test_id("messages")).to_contain_text("We are open until six.")
        for act in ("take-over", "give-back", "reply"):
            await expect(page.get_by_test_id(act)).to_have_count(0)
        for act in ("take", "give", "reply"):
            forced = await context.request.post(chat, form={"act": act, "text": "x"})
            assert "lacks the scope" in await forced.text()
    assert await at.client.handovers.list("office") == []


async def test_who_wrote_in_a_group_has_a_name(at: Desk) -> None:
    group = await at.ann.make_group("Excursion", at.office)
    await at.ann.say(group.jid, "When do we start?")
    async with at.context() as context:
        page = await at.logged_in(context)
        await page.goto(f"{at.url}/numbers/{at.session_id}/chats")
        await page.get_by_test_id("chats").get_by_role("link", name="Excursion").click()
        messages = page.get_by_test_id("messages")
        await expect(messages).to_contain_text("When do we start?")
        await expect(messages.locator(".hf-sender").first).to_have_text("Ann")
        assert await flaws(page) == []


async def test_what_bots_say_is_written_tried_and_taken_back(at: Desk) -> None:
    async with at.context() as context:
        page = await at.logged_in(context)
        await page.goto(f"{at.url}/bots")
        await page.get_by_test_id("texts").fill("I need a ride")
        await page.get_by_test_id("rehearse").click()
        await expect(page.get_by_test_id("turns").locator(".hf-ours").first).to_be_visible()
        await page.get_by_test_id("document-pricing").click()
        # What is wrong is said beside its field, and nothing changes.
        await page.get_by_text("Sedan", exact=True).click()
        fare = page.locator('[name="classes.0.base"]')
        await fare.fill("cheap")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("wrong-classes.0.base")).to_be_visible()
        await expect(fare).to_have_value("cheap")
        assert (await at.client.configuration.get("pricing")).version == 0

        # Tried before it counts: nothing is kept.
        await fare.fill("100.00")
        await page.locator('[name="?.km"]').fill("0")
        await page.locator('[name="?.minutes"]').fill("0")
        await page.locator('[name="?.at"]').fill("2031-03-05T12:00")
        await page.get_by_test_id("try").click()
        await expect(page.get_by_test_id("tried")).to_contain_text("Sedan: 100.00 EUR")
        assert (await at.client.configuration.get("pricing")).version == 0

        await page.locator('[name="note"]').fill("for the fair")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("said")).to_contain_text("Version 1 holds from now on")
        # The next price is the new one: no restart.
        assert (await at.client.ask("GET", "/v1/chauffeur/setting"))["tariff"]["classes"][0][
            "base"
        ] == "100.00"
        await page.get_by_test_id("changes-1").click()
        await expect(page.get_by_test_id("changes")).to_contain_text("Classes, 1, Base")
        await expect(page.get_by_test_id("versions")).to_contain_text("for the fair")
        await at.look_at(context, {"bots": "/bots", "document": "/bots/greeting", "pricing": "/bots/pricing"})

        command = {"name": "open", "answer": "We are open until six."}
        await at.client.configuration.put("commands", {"commands": [command]})
        await page.goto(f"{at.url}/bots/commands")
        await page.get_by_test_id("add-commands").click()
        await page.locator('[name="commands.1.name"]').fill("wifi")
        await page.locator('[name="commands.1.answer"]').fill("Ask at the desk.")
        await page.get_by_test_id("save").click()
        await expect(page.get_by_test_id("said")).to_contain_text("holds from now on")
        page.on("dialog", lambda asked: asked.accept())
        await page.get_by_test_id("undo").click()
        await expect(page.get_by_test_id("said")).to_contain_text("the one before the last change")
        now = (await at.client.configuration.get("commands")).body["commands"]
        assert [it["name"] for it in now] == ["open"]

    async with at.context() as context:
        page = await at.viewer(context)
        await page.goto(f"{at.url}/bots/pricing")
        await expect(page.get_by_test_id("save")).to_have_count(0)
        await page.get_by_test_id("try").click()
        await expect(page.get_by_test_id("tried")).to_contain_text("Sedan")
        save = {"act": "edit", "do": "save", "text": "{}"}
        for act in (save, {"act": "undo"}, {"act": "again", "wanted": "1"}):
            forced = await context.request.post(f"{at.url}/bots/pricing", form=act)
            assert "lacks the scope" in await forced.text(), act
    assert (await at.client.configuration.get("pricing")).version == 1


def ride(days: int) -> dict[str, object]:
    """A whole ride, so many days from now."""
    places = {
        "pickup": ("Marienplatz", 48.1374, 11.5755, "address", "marienplatz"),
        "destination": ("Munich Airport", 48.3538, 11.7861, "airport", "muc"),
    }
    keys = ("name", "latitude", "longitude", "kind", "place_id")
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    people = {"passengers": 2, "luggage": 1, "vehicle_class": "sedan", "name": "Ann Miller", "flight": ""}
    return {name: dict(zip(keys, it, strict=True)) for name, it in places.items()} | {
        "date": day,
        "time": "14:00",
        **people,
    }


async def book(at: Desk, days: int, *, confirmed: bool = False) -> str:
    """A booking of Ann's; its reference."""
    body = {"session": "office", "to": f"+{at.ann.phone}", "form": ride(days), "confirmed": confirmed}
    made = await at.client.ask("POST", "/v1/chauffeur/bookings", body=body)
    return str(made["reference"])


async def enter_by_hand(at: Desk, page: Page) -> None:
    """A ride that somebody has ordered by phone: priced, corrected, priced again, entered, and noted."""
    day = str(ride(50)["date"])
    await page.goto(f"{at.url}/bookings/new?date={day}")
    await page.get_by_label("Customer’s phone").fill(f"+{at.ann.phone}")
    await page.get_by_label("Customer’s name").fill("Ben Order")
    await page.get_by_label("Pick-up", exact=True).select_option(label="Marienplatz")
    await page.get_by_label("Destination", exact=True).select_option(label="Munich Airport")
    await page.get_by_label("Time (").fill("09:15")
    await page.get_by_test_id("price").click()
    await expect(page.get_by_test_id("total")).to_contain_text("€")
    await page.get_by_label("Passengers").fill("40")
    await page.get_by_test_id("book").click()
    await expect(page.get_by_test_id("fault")).to_be_visible()
    await page.get_by_label("Passengers").fill("2")
    await page.get_by_test_id("price").click()
    await expect(page.get_by_test_id("total")).to_contain_text("€")
    await page.get_by_test_id("book").click()
    await expect(page.get_by_test_id("status")).to_have_text("confirmed")
    await expect(page.get_by_test_id("ride")).to_contain_text("Ben Order")
    acts, _ = await at.client.access.audit(limit=20)
    assert "Enter a booking" in [it.what for it in acts]


async def test_a_booking_is_confirmed_assigned_changed_and_cancelled(at: Desk) -> None:
    reference, other = await book(at, 40), await book(at, 3, confirmed=True)
    async with at.context() as context:
        page = await at.logged_in(context)
        await page.get_by_role("navigation").get_by_role("link", name="Bookings").click()
        await expect(page.get_by_test_id("waiting")).to_have_text("1")
        await expect(page.get_by_test_id("rides")).to_contain_text(other)
        await expect(page.get_by_test_id("rides")).not_to_contain_text(reference)
        await page.get_by_test_id("new-vehicle").fill("Black sedan")
        await page.get_by_test_id("add-vehicle").click()
        await expect(page.get_by_role("button", name="No longer use: Black sedan")).to_be_visible()
        await page.get_by_test_id("new-driver").fill("Dan")
        await page.get_by_test_id("add-driver").click()
        await expect(page.get_by_role("button", name="No longer use: Dan")).to_be_visible()
        async with page.expect_download() as saving:
            await page.get_by_test_id("csv").click()
        table = (await (await saving.value).path()).read_text()
        assert other in table
        assert reference not in table

        # The same rides in a calendar, from which each is opened and a new one is entered.
        near = ride(3)["date"]
        await page.goto(f"{at.url}/bookings?from={near}")
        await page.get_by_test_id("view-month").click()
        await expect(page.get_by_test_id(f"day-{near}")).to_contain_text("14:00")
        await page.get_by_test_id("view-week").click()
        await page.get_by_test_id(f"day-{near}").get_by_role("link", name="14:00").click()
        await expect(page).to_have_url(f"{at.url}/bookings/{other}")
        await page.get_by_test_id("in-calendar").click()
        await expect(page.get_by_test_id("calendar")).to_be_visible()
        await enter_by_hand(at, page)
        paths = {"calendar": f"/bookings?view=month&from={near}", "week": f"/bookings?view=week&from={near}"}
        await at.look_at(context, {**paths, "new-booking": f"/bookings/new?date={near}"})
        await page.goto(f"{at.url}/bookings")

        await page.get_by_role("link", name="Marienplatz").first.click()
        await expect(page).to_have_url(f"{at.url}/bookings/{reference}")
        await page.get_by_test_id("accept").click()
        await expect(page.get_by_test_id("status")).to_have_text("confirmed")
        await at.ann.wait_for(reference, timeout_s=PATIENCE_S)
        await page.get_by_label("Vehicle", exact=True).select_option(label="Black sedan")
        await page.get_by_label("Driver", exact=True).select_option(label="Dan")
        await page.get_by_test_id("assign").click()
        await expect(page.get_by_test_id("ride")).to_contain_text("Driver: Dan")
        paths = {"bookings": "/bookings", "booking": f"/bookings/{reference}"}
        await at.look_at(context, paths)

        await page.get_by_text("Change the ride").click()
        await page.get_by_label("Time").fill("16:30")
        await page.get_by_test_id("change").click()
        await expect(page.get_by_test_id("status")).to_have_text("waits for your answer")
        await expect(page.get_by_test_id("ride")).to_contain_text("16:30")
        page.on("dialog", lambda asked: asked.accept())
        await page.get_by_text("Cancel the ride").click()
        await page.get_by_test_id("cancel").click()
        await expect(page.get_by_test_id("status")).to_have_text("cancelled")
        await page.get_by_test_id("conversation").click()
        await expect(page.get_by_test_id("messages")).to_contain_text(reference)

    async with at.context() as context:
        page = await at.viewer(context)
        place = f"{at.url}/bookings/{other}"
        await page.goto(place)
        await expect(page.get_by_test_id("status")).to_have_text("confirmed")
        for act in ("accept", "decline", "assign", "change", "cancel"):
            await expect(page.get_by_test_id(act)).to_have_count(0)
            forced = await context.request.post(place, form={"act": act})
            assert "lacks the scope" in await forced.text(), act
        await page.goto(f"{at.url}/bookings")
        await expect(page.get_by_test_id("rides")).to_contain_text(other)
        await expect(page.get_by_test_id("enter")).to_have_count(0)
        answer = await page.goto(f"{at.url}/bookings/new")
        assert answer is not None
        assert answer.status == 403
    found = await at.client.ask("GET", f"/v1/chauffeur/bookings/{other}")
    assert (found["status"], found["revision"]) == ("confirmed", 1)


async def test_a_number_is_probed_paused_and_its_credentials_are_saved_verified_and_put_back(
    at: Desk,
) -> None:
    number = f"{at.url}/numbers/{at.session_id}"
    async with at.context() as context:
        page = await at.logged_in(context)
        await page.goto(number)
        await page.get_by_test_id("snapshot").click()
        await expect(page.get_by_test_id("said")).to_be_visible()
        await page.get_by_test_id("verify").click()
        await expect(page.get_by_test_id("said")).to_contain_text("good")
        await expect(page.get_by_test_id("snapshots")).to_contain_text("good")
        await page.get_by_test_id("probe").click()
        await expect(page.get_by_test_id("said")).to_contain_text("WhatsApp answered after")
        await page.get_by_test_id("disconnect").click()
        await page.get_by_test_id("undo").get_by_role("button", name="Undo").click()
        await expect(page.get_by_test_id("word")).to_have_text("Connected")
        page.on("dialog", lambda asked: asked.accept())
        await page.get_by_test_id("put-back-1").click()
        await expect(page.get_by_test_id("said")).to_contain_text("in its place")
        await expect(page.get_by_test_id("word")).to_have_text("Connected")
        await expect(page.get_by_test_id("log")).to_contain_text("a snapshot that its owner has chosen")
    async with at.context() as context:
        page = await at.viewer(context)
        await page.goto(number)
        await expect(page.get_by_test_id("snapshots")).to_be_visible()
        for act, button in (
            ("save", "snapshot"),
            ("verify", "verify"),
            ("put-back", "put-back-1"),
            ("probe", "probe"),
        ):
            await expect(page.get_by_test_id(button)).to_have_count(0)
            forced = await context.request.post(number, form={"act": act, "snapshot": "x"})
            assert "lacks the scope" in await forced.text(), act


async def test_numbers_are_put_in_the_order_that_is_asked_for(at: Desk) -> None:
    await at.client.sessions.create("alpha")
    async with at.context() as context:
        page = await at.logged_in(context)
        first = page.locator(".hf-card").first
        await expect(page.get_by_test_id("card-alpha")).to_be_visible()
        await at.ann.say(at.phone, "Are you there?")
        await expect(page.get_by_test_id("today-office")).to_have_text(re.compile(r"Today \d+ in, \d+ out"))
        await page.get_by_test_id("order").select_option("today")
        await expect(first).to_have_attribute("data-test", "card-office")
        await expect(first).to_have_attribute("data-test", "card-office")
        await page.get_by_test_id("order").select_option("name")
        await expect(first).to_have_attribute("data-test", "card-alpha")
        await page.get_by_test_id("order").select_option("phone")
        await expect(first).to_have_attribute("data-test", "card-office")
        assert await flaws(page) == []
    await at.client.sessions.delete("alpha")
