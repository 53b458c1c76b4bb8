"""The bot around the dialogue: what is edited, what cannot be had, and who is no operator."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from talk import NOW, SETTING

from holdfast.bots import HANDLED, UNHANDLED, Chat, Outcome
from holdfast.chauffeur import bot as chauffeur
from holdfast.chauffeur.conversation import Held, Input, Priced, Setting
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.trip import Route, Trip
from holdfast.client import Client, Event
from holdfast.client.steps import BotState, Step
from holdfast.model.errors import HoldfastError

CLIENT = Client("http://127.0.0.1:9", "hf_test")
RIDE = "From Marienplatz to Augsburg tomorrow at 10:00, 2 passengers, 1 bag, sedan"
OPERATOR = "+4915112340001"


class Desk:
    """The gateway's part, without one."""

    def __init__(self, failure: HoldfastError | None = None) -> None:
        self._failure = failure

    async def setting(self, _chat: Chat) -> Setting:
        if self._failure is not None:
            raise self._failure
        return replace(SETTING, service=SETTING.service.model_copy(update={"operators": (OPERATOR,)}))

    async def price(self, trip: Trip) -> Input:
        made = quote(SETTING.tariff, trip, Route(40_000, 2400, "table"), version=1)
        return Priced(replace(made, quote_id="quo", valid_until_ms=1 << 60))

    async def bookings(self, _session: str, _chat: str) -> Sequence[Held]:
        return ()


class Customer:
    """One chat at the bot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, desk: Desk | None = None) -> None:
        here = desk or Desk()
        monkeypatch.setattr(chauffeur, "desk_of", lambda _client: here)
        self.state: Mapping[str, Any] = {}
        self.step: Step | None = None

    async def give(self, content: Mapping[str, Any], phone: str = "+4917000001") -> Outcome:
        data = {"message_id": "M", "chat": "1@lid", "content": content, "sender_phone": phone}
        body = {"event_id": "evt", "cursor": "1", "session_id": "ses", "type": "message.received"}
        event = Event.read({**body, "at": NOW.isoformat(), "data": {**data, "push_name": "Ann Lee"}})
        chat = Chat(CLIENT, event, "chauffeur", BotState(1, self.state))
        outcome = await chauffeur.bot.route(chat)
        self.state, self.step = dict(chat.state), chat.step("x")
        return outcome

    async def say(self, words: str, phone: str = "+4917000001") -> Outcome:
        return await self.give({"kind": "text", "text": words}, phone)

    async def edit(self, words: str) -> Outcome:
        return await self.give({"kind": "edit", "edited": "M0", "text": words})

    @property
    def heard(self) -> str:
        return "" if self.step is None else "\n".join(str(it.get("text")) for it in self.step.sends)


async def test_what_a_customer_edits_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Customer(monkeypatch)
    await ann.say(RIDE)
    assert await ann.edit(RIDE.replace("10:00", "11:00")) is HANDLED
    assert "11:00 (Europe/Berlin)" in ann.heard
    assert ann.state["stage"] == "quoted"


@pytest.mark.parametrize("words", ["yes", "no", "cancel", "Yes please!"])
async def test_no_edit_is_a_yes_or_a_no(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    ann = Customer(monkeypatch)
    await ann.say(RIDE)
    before = ann.state
    assert await ann.edit(words) is UNHANDLED
    assert (ann.state, ann.step) == (before, None)


async def test_an_edit_begins_no_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Customer(monkeypatch)
    assert await ann.edit(RIDE) is UNHANDLED
    assert ann.step is None


async def test_what_cannot_be_done_is_said_in_the_customers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Customer(monkeypatch)
    await ann.say("Hallo, ich brauche morgen eine Fahrt")
    ben = Customer(monkeypatch, Desk(HoldfastError("gone")))
    ben.state = ann.state
    await ben.say("vom Flughafen")
    assert "Mensch" in ben.heard
    assert ben.step is not None
    assert ben.step.hand_over is not None


@pytest.mark.parametrize("words", ["accept ABC234", "/Decline #abc234 We are full", "propose ABC234\n7 pm"])
async def test_only_operators_decide(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    olga = Customer(monkeypatch)
    await olga.say(words, OPERATOR)
    assert olga.step is not None
    assert [it.name for it in olga.step.acts] == ["chauffeur.decide"]
    assert olga.step.acts[0].body["reference"] == "ABC234"
    ann = Customer(monkeypatch)
    await ann.say(words)
    assert ann.step is not None
    assert not ann.step.acts
