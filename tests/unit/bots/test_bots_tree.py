"""Routers in routers, what filters and middleware hand on, and what is left to the next handler."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from holdfast.bots import (
    HANDLED,
    UNHANDLED,
    Argument,
    Bot,
    Chat,
    Limit,
    Next,
    Outcome,
    Rest,
    Router,
    any_text,
    command,
    one_of,
    text,
    unless,
    when,
)
from holdfast.bots.library import Documents
from holdfast.client import Client, Event
from holdfast.client.configuration import Document
from holdfast.client.steps import BotState
from holdfast.model.notices import NoticeKind


def chat(words: str = "hi", state: dict[str, Any] | None = None, **more: Any) -> Chat:
    data = {"message_id": "M1", "chat": "1@lid", "content": {"kind": "text", "text": words}, **more}
    body = {"event_id": "evt_1", "cursor": "1", "session_id": "ses_1", "type": "message.received"}
    event = Event.read({**body, "data": data})
    return Chat(Client("http://127.0.0.1:9", "hf_test"), event, "b", BotState(3, state or {}))


def said(it: Chat) -> list[object]:
    step = it.step("b")
    return [] if step is None else [message.get("text") for message in step.sends]


async def test_routers_are_asked_in_their_place_and_filters_stand_before_them() -> None:
    bot, inner, ran = Bot("b"), Router(), []

    @inner.on(text("tea"))
    async def tea(it: Chat) -> None:
        ran.append("tea")

    bot.include(inner, when(step="order"))

    @bot.on(any_text)
    async def rest(it: Chat) -> None:
        ran.append("rest")

    await bot.route(chat("tea", {"step": "order"}))
    await bot.route(chat("tea"))
    await bot.route(chat("coffee", {"step": "order"}))
    assert ran == ["tea", "rest", "rest"]
    with pytest.raises(ValueError, match="itself"):
        inner.include(inner)


async def test_unhandled_leaves_the_message_to_the_next_and_nothing_behind() -> None:
    bot = Bot("b")

    @bot.on(any_text)
    async def no(it: Chat) -> Outcome:
        await it.reply("never said")
        it.state["x"] = 1
        return UNHANDLED

    @bot.on(any_text)
    async def yes(it: Chat) -> None:
        await it.reply("said")

    it = chat()
    assert await bot.route(it) is HANDLED
    assert (said(it), it.state) == (["said"], {})


async def test_unhandled_leaves_nothing_behind_however_deep_it_stands() -> None:
    bot, seen = Bot("b"), []

    @bot.on(any_text)
    async def first(it: Chat) -> Outcome:
        it.state["basket"]["items"].append("tea")  # type: ignore[index,call-overload,union-attr]
        return UNHANDLED

    @bot.on(any_text)
    async def second(it: Chat) -> None:
        seen.append(it.state["basket"])

    remembered = {"basket": {"items": ["bread"]}}
    it = chat("hi", remembered)
    await bot.route(it)
    assert seen == [{"items": ["bread"]}]
    assert remembered == {"basket": {"items": ["bread"]}}


async def test_a_version_is_one_object_however_many_ask_for_it_at_once() -> None:
    class Fresh(Documents):
        async def _ask(self, name: str, version: int | None) -> Document:
            await asyncio.sleep(0)
            return Document(name, 3, "", "", None, {"n": 1})

    documents = Fresh(Client("http://127.0.0.1:9", "hf_test"))
    found = await asyncio.gather(*(documents.get("pricing") for _ in range(5)))
    assert all(it is found[0] for it in found)


async def test_filters_may_be_async_and_hand_on_only_what_is_asked_for() -> None:
    bot, got = Bot("b"), []

    async def customer(it: Chat) -> dict[str, object]:
        return {"customer": it.text.upper(), "unused": 1}

    @bot.on(customer)
    async def hear(it: Chat, customer: str) -> None:
        got.append(customer)

    await bot.route(chat("ann"))
    assert got == ["ANN"]


async def test_filters_join() -> None:
    bot, ran = Bot("b"), []

    @bot.on(one_of(text("tea"), text("coffee")), unless(text("no ")))
    async def drink(it: Chat, match: Any) -> None:
        ran.append(match[0])

    for words in ("tea", "Coffee!", "no tea", "water"):
        await bot.route(chat(words))
    assert ran == ["tea", "Coffee"]


async def test_outer_middleware_goes_around_the_search_inner_around_the_handler() -> None:
    bot, inner, ran = Bot("b"), Router(), []

    @bot.outer
    async def outer(it: Chat, next: Next) -> Outcome:
        it.context["who"] = "Ann"
        ran.append("outer")
        return await next(it)

    @bot.inner
    async def around(it: Chat, next: Next) -> Outcome:
        ran.append("before")
        outcome = await next(it)
        ran.append("after")
        return outcome

    @inner.on(text("tea"))
    async def tea(it: Chat, who: str) -> None:
        ran.append(who)

    bot.include(inner)
    assert await bot.route(chat("tea")) is HANDLED
    assert await bot.route(chat("water")) is UNHANDLED
    assert ran == ["outer", "before", "Ann", "after", "outer"]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("/order bread 2", {"item": "bread", "count": 2, "note": ""}),
        ("/ORDER 'white bread' 2 with  seeds", {"item": "white bread", "count": 2, "note": "with seeds"}),
        ("/order bread", {"item": "bread", "count": 1, "note": ""}),
    ],
)
async def test_typed_arguments(words: str, values: dict[str, object]) -> None:
    found = command("order", item=str, count=Argument(int, 1), note=Argument(str, ""))
    verdict = found(chat(words.replace("with  seeds", '"with seeds"')))
    assert verdict == values


async def test_what_does_not_fit_is_answered_with_how_it_is_written() -> None:
    bot = Bot("b")

    @bot.on(command("pay", amount=Decimal, day=Argument(date, None), why=Argument(Rest, "")))
    async def pay(it: Chat, amount: Decimal, day: date, why: str) -> None:
        await it.reply(f"{amount} on {day}: {why}")

    fits, wrong, short = chat("/pay 2.50 2026-12-24 tea and cake"), chat("/pay much"), chat("/pay")
    for it in (fits, wrong, short):
        assert await bot.route(it) is HANDLED
    assert said(fits) == ["2.50 on 2026-12-24: tea and cake"]
    assert said(wrong) == said(short) == ["/pay <amount> [day] [why]"]


async def test_a_limit_says_once_that_it_is_too_much() -> None:
    bot, now = Bot("b"), [0.0]

    @bot.on(any_text, limit=Limit(2, per_s=60, answer="slowly, please", clock=lambda: now[0]))
    async def hear(it: Chat) -> None:
        await it.reply("yes")

    answers = []
    for at in (0, 1, 2, 3, 35):
        now[0] = at
        it = chat()
        await bot.route(it)
        answers.append(said(it))
    assert answers == [["yes"], ["yes"], ["slowly, please"], [], ["yes"]]


async def test_reminders_and_notices_reach_their_handlers_alone() -> None:
    bot, ran = Bot("b"), []

    @bot.on(any_text)
    async def hear(it: Chat) -> None:
        ran.append("text")

    @bot.reminder("confirm")
    async def due(it: Chat) -> None:
        ran.append(it.data["n"])

    @bot.notice(NoticeKind.CALL)
    async def called(it: Chat) -> None:
        ran.append("call")

    body = {"event_id": "evt_1", "cursor": "1", "session_id": "ses_1"}
    reminder = {"bot": "b", "chat": "1@lid", "name": "confirm", "due_at": "2026-01-01T00:00:00.000Z"}
    others = [
        {"type": "bot.reminder", "data": {**reminder, "data": {"n": 7}}},
        {"type": "bot.reminder", "data": {**reminder, "bot": "another"}},
        {"type": "bot.reminder", "data": {**reminder, "name": "another"}},
        {"type": "notice.received", "data": {"chat": "1@lid", "notice": {"kind": "call", "call_id": "C"}}},
        {"type": "notice.received", "data": {"chat": "1@lid", "notice": {"kind": "picture"}}},
    ]
    for each in others:
        await bot.route(Chat(Client("http://127.0.0.1:9", "hf"), Event.read({**body, **each}), "b"))
    assert ran == [7, "call"]
    assert sorted(bot.types) == ["bot.reminder", "message.received", "notice.received"]


def test_a_handler_is_looked_at_when_it_is_registered() -> None:
    bot = Bot("b")
    with pytest.raises(TypeError, match="async def"):
        bot.on()(lambda it: None)  # type: ignore[arg-type,return-value]

    async def nothing() -> None: ...

    with pytest.raises(TypeError, match="take the chat"):
        bot.on()(nothing)
