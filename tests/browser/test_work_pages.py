"""The pages on which somebody works, in a real browser over real processes: each walked through once."""

import io
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import expect
from work_stage import SOON_MS, Desk, bots_at_work, desk, flaws

pytestmark = [pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]


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
        await at.ann.wait_for("We are open until six.")
        await page.goto(chats)
        await page.get_by_test_id("chats").get_by_role("link", name="Ann").click()
        messages, holder = page.get_by_test_id("messages"), page.get_by_test_id("holder")
        await expect(messages).to_contain_text("We are open until six.")

        # A photo and a voice note come in: seen and heard here, by this page's own login.
        await at.ann.send_file(at.phone, picture(), kind="image", mimetype="image/jpeg", caption="Our house")
        seen = messages.get_by_role("img", name="Our house")
        await expect(seen).to_be_visible(timeout=SOON_MS)
        await expect(seen).to_have_js_property("naturalWidth", 480, timeout=SOON_MS)
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
        await expect(messages.get_by_text("/open", exact=True)).to_have_count(2, timeout=SOON_MS)
        await page.get_by_label("Reply").fill("It is me, not the bot")
        await page.get_by_test_id("reply").click()
        await at.ann.wait_for("It is me, not the bot")
        await page.goto(chats)
        await expect(page.get_by_test_id("chats")).to_contain_text("bots are silent")
        chat = f"{chats}/{quote(held.chat, safe='')}"
        await page.goto(chat)
        await page.get_by_test_id("give-back").click()
        await expect(page.get_by_test_id("take-over")).to_be_visible()
        assert await at.client.handovers.list("office") == []
        # The bots are asked in the order of the messages: what they left out before, they have left out.
        await at.ann.say(at.phone, "/help")
        await at.ann.wait_for("/status")
        inbox, _ = await at.ann.inbox()
        assert len([it for it in inbox if "open until six" in it.text]) == 1

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
        await page.get_by_test_id("chats").get_by_role("link", name="Excursion").click(timeout=SOON_MS)
        messages = page.get_by_test_id("messages")
        await expect(messages).to_contain_text("When do we start?")
        await expect(messages.locator(".hf-sender").first).to_have_text("Ann")
        assert await flaws(page) == []
