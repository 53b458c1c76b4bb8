"""The shipped bots: who is greeted when and in which words, and which commands are answered for whom."""

from collections.abc import Mapping
from typing import Any

import pytest

from holdfast.bots import HANDLED, UNHANDLED, Chat, Outcome
from holdfast.bots import commands as commands_bot
from holdfast.bots import greeting as greeting_bot
from holdfast.bots.bot import Bot
from holdfast.bots.hosting import stack_of
from holdfast.bots.library import Documents
from holdfast.client import Client, Event
from holdfast.client.configuration import Document
from holdfast.client.steps import BotState
from holdfast.configuration import Kinds


class Written(Documents):
    """The defaults, with what a test changes in them."""

    def __init__(self, **changes: Mapping[str, Any]) -> None:
        super().__init__(CLIENT)
        self._written = changes

    async def get(self, name: str, version: int | None = None) -> Document:
        kind = Kinds().get(name)
        body = kind.whole(self._written.get(name, {}))
        return Document(name, 1, "", "", None, body)


NOON = "2026-11-26T12:00:00.000Z"
CLIENT = Client("http://127.0.0.1:9", "hf_test")
ON: Mapping[str, Any] = {
    "enabled": True,
    "texts": {
        "en": {"open": "{greeting} {name}!", "closed": "We are closed, {name}."},
        "de": {"open": "{greeting} {name}!"},
    },
}


class Talk:
    """One contact at one bot; what the bot remembers is carried on."""

    def __init__(self, bot: Bot, documents: Documents, phone: str = "+15550001", name: str = "Ann") -> None:
        self.bot, self.documents, self.phone, self.name = bot, documents, phone, name
        self.state: Mapping[str, Any] = {}

    async def say(
        self, words: str, at: str = "2026-11-26T12:00:00.000Z", **more: Any
    ) -> list[object] | Outcome:
        data = {
            "message_id": "M",
            "chat": "1@lid",
            "sender_phone": self.phone,
            "push_name": self.name,
            "content": {"kind": "text", "text": words},
            **more,
        }
        body = {"event_id": "evt", "cursor": "1", "session_id": "ses", "type": "message.received", "at": at}
        event = Event.read({**body, "data": data})
        chat = Chat(CLIENT, event, self.bot.name, BotState(1, self.state), documents=self.documents)
        if await self.bot.route(chat) is not HANDLED:
            return UNHANDLED
        self.state = dict(chat.state)
        step = chat.step("x")
        return [] if step is None else [it.get("text") for it in step.sends]


async def test_a_contact_is_greeted_once_per_window() -> None:
    talk = Talk(greeting_bot.make(), Written(greeting={**ON, "again_after_hours": 2}))
    assert await talk.say("hi", "2026-11-26T08:00:00.000Z") == ["Good morning Ann!"]
    assert await talk.say("hi", "2026-11-26T09:59:59.000Z") is UNHANDLED
    assert await talk.say("hi", "2026-11-26T13:00:00.000Z") == ["Good afternoon Ann!"]
    assert await talk.say("hi", "2026-11-26T13:00:01.000Z") is UNHANDLED


@pytest.mark.parametrize(
    ("phone", "said"), [("+4915112345678", "Guten Tag Ann!"), ("+33123456789", "Good afternoon Ann!")]
)
async def test_in_the_contacts_language_where_there_is_a_text(phone: str, said: str) -> None:
    assert await Talk(greeting_bot.make(), Written(greeting=ON), phone).say("hi") == [said]


async def test_in_other_words_while_nobody_is_there() -> None:
    opening = {"days": ["thursday"], "from_time": "09:00", "until_time": "17:00"}
    hours = {"time_zone": "Europe/Lisbon", "openings": [opening], "closed_on": ["2026-12-03"]}
    documents = Written(greeting=ON, hours=hours)

    async def hear(at: str, phone: str = "+15550001") -> object:
        return await Talk(greeting_bot.make(), documents, phone).say("hi", at)

    assert await hear("2026-11-26T16:59:00.000Z") == ["Good afternoon Ann!"]
    assert await hear("2026-11-26T17:00:00.000Z") == ["We are closed, Ann."]
    assert await hear("2026-12-03T12:00:00.000Z") == ["We are closed, Ann."]
    assert await hear("2026-12-03T12:00:00.000Z", "+49151") == ["Guten Tag Ann!"]


async def test_nobody_is_greeted_in_groups_or_while_it_is_switched_off() -> None:
    assert await Talk(greeting_bot.make(), Written(greeting=ON)).say("hi", group=True) is UNHANDLED
    assert await Talk(greeting_bot.make(), Written()).say("hi") is UNHANDLED


async def test_a_name_without_letters_leaves_no_gap() -> None:
    assert await Talk(greeting_bot.make(), Written(greeting=ON), name="  ").say("hi") == ["Good afternoon!"]


COMMANDS: Mapping[str, Any] = {
    "status": False,
    "commands": [
        {"name": "prices", "about": "what a ride costs", "answer": "From 20 €, {name}."},
        {"name": "night", "answer": "On duty: Bob.", "only_for": ["+49 151 1"]},
    ],
}


async def test_own_commands_are_answered_for_who_may_use_them() -> None:
    ann = Talk(commands_bot.make(), Written(commands=COMMANDS))
    boss = Talk(commands_bot.make(), Written(commands=COMMANDS), "+491511")
    assert await ann.say("/PRICES please") == ["From 20 €, Ann."]
    assert await ann.say("/night") is UNHANDLED
    assert await boss.say("/night") == ["On duty: Bob."]
    assert await ann.say("/help") == ["/help: what you can ask for\n/prices: what a ride costs"]
    assert await boss.say("/help") == ["/help: what you can ask for\n/prices: what a ride costs\n/night"]


@pytest.mark.parametrize("words", ["/status", "/unknown", "prices", "/", "see /prices"])
async def test_what_is_no_command_is_left_to_others(words: str) -> None:
    assert await Talk(commands_bot.make(), Written(commands=COMMANDS)).say(words) is UNHANDLED


def test_a_document_makes_a_stack_and_leaves_out_what_cannot_run() -> None:
    numbers = [{"session": "desk", "bots": ["greeting"]}, {"session": "lab", "bots": ["/nowhere.py"]}]
    stack = stack_of({"enabled": ["commands", "/nowhere.py"], "numbers": numbers})
    assert [bot.name for bot in stack.order("main")] == ["commands"]
    assert [bot.name for bot in stack.order("desk")] == ["greeting"]
    assert list(stack.order("lab")) == []
