"""Bots on a real server over the real SDK: states, documents, humans, stacks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast.accounts import Scope
from holdfast.bots import UNHANDLED, Bot, Chat, Outcome, Runner, Stack, any_text, command, text
from holdfast.client import Client
from holdfast.model.events import BotFailed
from holdfast.model.ids import DEFAULT_TENANT
from patience import PATIENCE_S

from .served import Served, served, until

CHAT = "11111@s.whatsapp.net"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        running.outbox.session_up("ses_a", "")
        yield running


@asynccontextmanager
async def at_work(api: Served, bots: Bot | Stack) -> AsyncIterator[Client]:
    """The bots in this process, and their client."""
    key = (await api.accounts.create_key(DEFAULT_TENANT, "bots", scopes=frozenset(Scope))).key
    async with Client(api.url, key) as client:
        ready = asyncio.Event()
        work = asyncio.ensure_future(Runner(bots, client, pause_s=0.01).run(ready.set))
        waiting = asyncio.ensure_future(ready.wait())
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        try:
            assert ready.is_set(), work.result()
            yield client
        finally:
            waiting.cancel()
            work.cancel()
            await asyncio.wait([work])


async def said(api: Served, *expected: str) -> None:
    """Exactly this was said, in this order."""

    async def enough() -> bool:
        return len(api.whatsapp.taken) >= len(expected)

    await until(enough)
    assert [words for _, words in api.whatsapp.taken] == list(expected)


async def test_a_change_is_effective_at_once_and_a_conversation_keeps_what_it_has_pinned(api: Served) -> None:
    bot = Bot("shop")

    @bot.on(text("quote"))
    async def quote(chat: Chat) -> None:
        await chat.pin("greeting")
        await chat.reply(f"quoted {(await chat.config('greeting'))['again_after_hours']}")

    @bot.on(text("done"))
    async def done(chat: Chat) -> None:
        chat.unpin("greeting")
        await chat.reply(f"done {(await chat.config('greeting'))['again_after_hours']}")

    @bot.on(any_text)
    async def now(chat: Chat) -> None:
        await chat.reply(f"now {(await chat.config('greeting'))['again_after_hours']}")

    async with at_work(api, bot) as client:
        await api.receive(1, text="quote")
        await said(api, "quoted 24")
        await client.configuration.put("greeting", {"again_after_hours": 48})
        await api.receive(1, text="hello")
        await api.receive(1, text="hello", chat="22222@s.whatsapp.net")
        await until(lambda: _count(api, 3))
        await client.configuration.put("greeting", {"again_after_hours": 72})
        await api.receive(1, text="done")
        await until(lambda: _count(api, 4))
        words = [it for _, it in api.whatsapp.taken]
        assert (words[0], sorted(words[1:3]), words[3]) == ("quoted 24", ["now 24", "now 48"], "done 72")


async def _count(api: Served, count: int) -> bool:
    return len(api.whatsapp.taken) >= count


async def test_the_first_bot_of_a_stack_that_handles_a_message_ends_it(api: Served) -> None:
    first, second = Bot("first"), Bot("second")

    @first.on(any_text)
    async def maybe(chat: Chat) -> Outcome | None:
        if "?" not in chat.text:
            return UNHANDLED
        chat.state["asked"] = True
        await chat.reply("first")
        return None

    @second.on(any_text)
    async def always(chat: Chat) -> None:
        await chat.reply(f"second {chat.state}")

    stack = Stack("all", [first, second], orders={"desk": ["second"]})
    api.outbox.session_up("ses_b", "")
    async with at_work(api, stack):
        await api.receive(1, text="what?")
        await said(api, "first")
        await api.receive(1, text="good")
        await said(api, "first", "second {}")
        await api.receive(1, text="what?", session_id="ses_b")
        await said(api, "first", "second {}", "second {}")


async def worked_off(client: Client, name: str) -> None:
    """Return when the bots of a subscription are done with every message that there is."""

    async def done() -> bool:
        (place,) = [it.cursor for it in await client.subscriptions() if it.name == name]
        events, _ = await client.events_page(after=place, limit=200)
        return not any(event.type == "message.received" for event in events)

    await until(done)


async def test_a_human_takes_over_by_api_and_gives_back(api: Served) -> None:
    bot = Bot("shop")

    @bot.on(command("human"))
    async def human(chat: Chat) -> None:
        await chat.reply("one moment")
        chat.hand_over("asks for a person")

    @bot.on(any_text)
    async def hello(chat: Chat) -> None:
        await chat.reply(f"bot: {chat.text}")

    async with at_work(api, bot) as client:
        await api.receive(1, text="one")
        await api.receive(1, text="/human")
        await said(api, "bot: one", "one moment")
        (held,) = await client.handovers.list("shop")
        assert (held.chat, held.by, held.note) == (CHAT, "bot:shop", "asks for a person")
        await api.receive(1, text="silence")
        await worked_off(client, "shop")
        await client.handovers.give_back("shop", CHAT)
        await api.receive(1, text="two")
        await said(api, "bot: one", "one moment", "bot: two")
        await client.handovers.take_over("shop", CHAT, note="mine")
        await api.receive(1, text="silence")
        await worked_off(client, "shop")
        await client.handovers.give_back("shop", CHAT)
        await api.receive(1, text="three")
        await said(api, "bot: one", "one moment", "bot: two", "bot: three")


async def test_a_reminder_comes_back_with_its_data(api: Served) -> None:
    bot = Bot("shop")

    @bot.on(any_text)
    async def later(chat: Chat) -> None:
        chat.remind("again", after=timedelta(milliseconds=20), data={"words": chat.text})

    @bot.reminder("again")
    async def again(chat: Chat) -> None:
        await chat.reply(f"you said {chat.data['words']}")

    async with at_work(api, bot):
        await api.receive(1, text="tea")
        await said(api, "you said tea")


async def test_a_bot_that_hears_more_than_before_goes_on_where_it_was(api: Served) -> None:
    def made(*, reminded: bool) -> Bot:
        bot = Bot("shop")

        @bot.on(any_text)
        async def hello(chat: Chat) -> None:
            await chat.reply(chat.text)

        if reminded:

            @bot.reminder("x")
            async def due(chat: Chat) -> None: ...

        return bot

    async with at_work(api, made(reminded=False)):
        await api.receive(1, text="one")
        await said(api, "one")
    await api.receive(1, text="two")
    async with at_work(api, made(reminded=True)):
        await said(api, "one", "two")


async def test_an_event_that_cannot_be_handled_is_told_and_the_chat_goes_on(api: Served) -> None:
    bot = Bot("shop")

    @bot.on(text("bad"))
    async def bad(chat: Chat) -> None:
        await chat.reply("never said")
        raise ValueError("no such day")

    @bot.on(any_text)
    async def good(chat: Chat) -> None:
        await chat.reply(chat.text)

    async with at_work(api, bot) as client, client.events(types=["bot.failed"]) as failures:
        await api.receive(1, text="bad")
        await api.receive(1, text="good")
        async with asyncio.timeout(PATIENCE_S):
            failed = (await anext(failures)).data
        assert isinstance(failed, BotFailed)
        assert (failed.bot, failed.error, failed.attempts) == ("shop", "ValueError", 3)
        await said(api, "good")


async def test_what_a_step_is_refused_for_reaches_the_handler(api: Served) -> None:
    bot = Bot("shop")

    @bot.on(any_text)
    async def ask(chat: Chat) -> None:
        if chat.refused is not None:
            await chat.reply(f"sorry: {chat.refused.code}")
        else:
            await chat.reply("never said")
            chat.act("nobody.knows", {})

    async with at_work(api, bot):
        await api.receive(1, text="x")
        await said(api, "sorry: unknown_act")


async def test_documents_over_http(api: Served) -> None:
    key = (await api.accounts.create_key(DEFAULT_TENANT, "admin", scopes=frozenset(Scope))).key
    async with Client(api.url, key) as client:
        it = client.configuration
        listed: dict[str, Any] = {each.name: each for each in await it.list()}
        assert listed["greeting"].version == 0
        assert listed["greeting"].about
        assert "again_after_hours" in (await it.schema("greeting"))["properties"]
        await it.put("greeting", {"again_after_hours": 1}, note="less")
        await it.put("greeting", {"again_after_hours": 2}, base_version=1)
        assert [(c.place, c.before, c.after) for c in await it.diff("greeting")] == [
            ("again_after_hours", 1, 2)
        ]
        assert [c.before for c in await it.diff("greeting", 0, 2)] == [24]
        (fault,) = await it.validate("greeting", {"again_after_hours": -1})
        assert fault.place == "again_after_hours"
        assert await it.validate("greeting", {}) == []
        assert (await it.undo("greeting")).version == 3
        assert [(each.version, each.note) for each in await it.history("greeting")] == [
            (3, "undoes version 2"),
            (2, ""),
            (1, "less"),
        ]
        assert (await it.preview("greeting", {"name": "Eve"}))[0].count("Eve") == 1
        imported = await it.import_old("prompts", {"systemPrompt": "Drive."})
        assert imported.body["prompts"] == {"system-prompt": "Drive."}
        assert (await it.export_old("prompts"))["prompts"] == {"system-prompt": "Drive."}
