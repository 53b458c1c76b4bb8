"""Routing, and what the runner promises: order in a chat, many chats at once, no exception that stops it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from holdfast.bots import (
    HANDLED,
    UNHANDLED,
    Bot,
    BotFileError,
    Chat,
    Runner,
    any_text,
    command,
    load,
    private,
    text,
)
from holdfast.client import Client, Event, GatewayUnreachable, IdempotencyConflict, Sent
from holdfast.client.steps import BotState, Committed, Failed, Step


def event(number: int, words: str, *, chat: str = "4915@lid", **data: Any) -> Event:
    content = {"kind": "text", "text": words}
    return Event.read(
        {
            "event_id": f"evt_{number}",
            "cursor": str(number),
            "session_id": "ses_1",
            "session": "main",
            "seq": number,
            "type": "message.received",
            "data": {
                "message_id": f"M{number}",
                "chat": chat,
                "content": content,
                **data,
            },
        }
    )


class RecordingClient(Client):
    """Takes sends and steps down instead of sending them; remembers what steps leave behind."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "hf_test")
        self.sent: list[tuple[str, str, str | None]] = []
        self.known: dict[str, str] = {}
        self.steps: list[Step] = []
        self.states: dict[tuple[str, str], BotState] = {}
        self.refusals: list[Exception] = []

    async def commit(self, step: Step) -> Committed:
        await asyncio.sleep(0)
        if self.refusals:
            raise self.refusals.pop(0)
        self.steps.append(step)
        version = 0
        if step.state is not None:
            version = step.state[0] + 1
            self.states[step.chat, step.bot] = BotState(version, step.state[1])
        return Committed(False, version)

    async def bot_state(self, session: str, chat: str, bot: str) -> BotState:
        await asyncio.sleep(0)
        return self.states.get((chat, bot), BotState())

    @property
    def said(self) -> list[object]:
        return [message.get("text") for step in self.steps for message in step.sends]

    async def send(
        self,
        session: str,
        to: str,
        text: str,
        *,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
    ) -> Sent:
        await asyncio.sleep(0)
        assert idempotency_key is not None
        if self.known.setdefault(idempotency_key, text) != text:
            raise IdempotencyConflict("used")
        self.sent.append((to, text, idempotency_key))
        return Sent("M", session, to, "queued")


class Stream:
    def __init__(self) -> None:
        self.acked: list[str] = []

    def ack(self, event: Event) -> None:
        self.acked.append(event.event_id)


async def feed(runner: Runner, *events: Event) -> list[str]:
    stream: Any = Stream()
    for each in events:
        runner._take(stream, each)
    async with asyncio.timeout(60):
        while runner._workers:
            await asyncio.gather(*runner._workers)
    return list(stream.acked)


async def test_the_first_handler_that_matches_wins() -> None:
    bot, client, ran = Bot("b"), RecordingClient(), []

    @bot.on(command("help"))
    async def helped(chat: Chat, args: str) -> None:
        ran.append(f"help:{args}")

    @bot.on(text(r"\bcar\b"), private)
    async def car(chat: Chat) -> None:
        ran.append("car")

    @bot.on(any_text)
    async def rest(chat: Chat) -> None:
        ran.append("rest")

    for words in ("/HELP me please", "a Car, please", "scar", "/helpless"):
        assert await bot.route(Chat(client, event(1, words), "b")) is HANDLED
    assert ran == ["help:me please", "car", "rest", "rest"]
    assert await bot.route(Chat(client, event(2, ""), "b")) is UNHANDLED


async def test_groups_reach_only_who_asked_for_them_and_own_messages_nobody() -> None:
    bot, client, ran = Bot("b"), RecordingClient(), []

    @bot.on(any_text)
    async def people(chat: Chat) -> None:
        ran.append("people")

    @bot.on(any_text, groups=True)
    async def everybody(chat: Chat) -> None:
        ran.append("everybody")

    acked = await feed(
        Runner(bot, client), event(1, "x", group=True), event(2, "y"), event(3, "z", chat="o", from_me=True)
    )
    assert sorted(acked) == ["evt_1", "evt_2", "evt_3"]
    assert sorted(ran) == ["everybody", "people"]


async def test_what_a_handler_does_is_one_step() -> None:
    bot, client = Bot("greeter"), RecordingClient()

    @bot.on(any_text)
    async def twice(chat: Chat) -> None:
        await chat.reply("one")
        await chat.reply("two", typing=True)
        await chat.send("+49151", "told", session="desk")
        chat.state["seen"] = chat.text
        chat.remind("again", after=timedelta(hours=1), data={"n": 1})
        chat.forget("before")
        chat.act("shop.order", {"n": 2})

    await feed(Runner(bot, client), event(7, "hi"))
    (step,) = client.steps
    assert (step.subscription, step.event_id, step.bot, step.chat) == (
        "greeter",
        "evt_7",
        "greeter",
        "4915@lid",
    )
    assert step.sends == [
        {"text": "one"},
        {"text": "two", "typing": True},
        {"text": "told", "to": "+49151", "session": "desk"},
    ]
    assert step.state == (0, {"seen": "hi"})
    assert [(it.name, it.at is None) for it in step.reminders] == [("again", False), ("before", True)]
    assert step.acts[0].name == "shop.order"


async def test_answers_at_once_have_keys_from_the_event() -> None:
    client = RecordingClient()
    for _ in range(2):
        chat = Chat(client, event(7, "hi"), "greeter")
        await chat.reply_now("one")
        await chat.reply_now("two")
        await chat.reply_once("hello")
    keys = [key for _, _, key in client.sent]
    assert keys == ["reply:evt_7:greeter", "reply:evt_7:greeter.2", "once:greeter:greeting:4915@lid"] * 2


async def test_an_answer_given_before_with_other_words_is_not_an_error() -> None:
    client = RecordingClient()
    assert await Chat(client, event(1, "hi"), "b").reply_now("it is noon") is not None
    assert await Chat(client, event(1, "hi"), "b").reply_now("it is one o'clock") is None
    assert await Chat(client, event(1, "hi"), "b").reply_once("hello") is not None
    assert await Chat(client, event(2, "hi"), "b").reply_once("good day") is None


async def test_order_within_a_chat_many_chats_at_once() -> None:
    bot, client, seen, open_now, most = Bot("b"), RecordingClient(), [], 0, 0

    @bot.on(any_text)
    async def slow(chat: Chat) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        for _ in range(3):
            await asyncio.sleep(0)
        seen.append((chat.event.chat, int(chat.text)))
        open_now -= 1

    events = [event(n, str(n), chat=f"chat{n % 10}") for n in range(200)]
    acked = await feed(Runner(bot, client), *events)
    assert len(acked) == 200
    assert most == 10
    for chat in range(10):
        numbers = [number for name, number in seen if name == f"chat{chat}"]
        assert numbers == sorted(numbers)


async def test_a_handler_that_raises_is_tried_three_times_then_skipped_and_the_chat_goes_on() -> None:
    bot, client, tries = Bot("b"), RecordingClient(), []

    @bot.on(any_text)
    async def broken(chat: Chat) -> None:
        tries.append(chat.text)
        if chat.text == "secret words":
            raise ValueError("no")

    with capture_logs() as logs:
        acked = await feed(Runner(bot, client, pause_s=0), event(1, "secret words"), event(2, "next"))
    assert tries == ["secret words"] * 3 + ["next"]
    assert acked == ["evt_1", "evt_2"]
    assert [log["event"] for log in logs] == ["bot.handler_failed"] * 2 + ["bot.event_given_up"]
    assert "secret words" not in str(logs)
    (given_up,) = client.steps
    assert given_up.failed == Failed("ValueError", 3, "no")


async def test_while_the_gateway_is_away_nothing_counts_as_a_try() -> None:
    bot, client, tries = Bot("b"), RecordingClient(), 0

    @bot.on(any_text)
    async def patient(chat: Chat) -> None:
        nonlocal tries
        tries += 1
        if tries < 10:
            raise GatewayUnreachable("away")

    assert await feed(Runner(bot, client, pause_s=0), event(1, "hi")) == ["evt_1"]
    assert tries == 10


def test_a_file_must_define_one_bot(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    with pytest.raises(BotFileError, match="There is no file"):
        load(file)
    file.write_text("x = 1")
    with pytest.raises(BotFileError, match="defines 0 bots"):
        load(file)
    file.write_text("import nowhere_at_all")
    with pytest.raises(BotFileError, match="fails while loading: ModuleNotFoundError"):
        load(file)
    file.write_text("from holdfast.bots import Bot\nbot = same = Bot('mine')")
    assert load(file).name == "mine"


def test_the_example_loads() -> None:
    assert load(Path(__file__).parents[3] / "examples" / "greeting.py").name == "greeting"
