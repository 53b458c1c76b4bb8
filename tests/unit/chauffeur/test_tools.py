"""What the assistant can ask the service: prices by the pricing engine, and a customer's own rides."""

from collections.abc import Sequence
from typing import Any

import pytest
from talk import NOW, SETTING, Talk

from holdfast.bots import Chat
from holdfast.bots.tools import tools_of
from holdfast.chauffeur import tools
from holdfast.chauffeur.conversation import Held, Input, NotPriced, Priced, Setting
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.trip import Route, Trip
from holdfast.client import Client, Event

RIDE = {"pickup": "Marienplatz", "destination": "Augsburg", "date": "2026-12-03", "time": "10:00"}


class Desk:
    """The gateway's part, without one."""

    def __init__(self, held: Sequence[Held] = ()) -> None:
        self._held = held

    async def setting(self, _chat: Chat) -> Setting:
        return SETTING

    async def price(self, trip: Trip) -> Input:
        if trip.vehicle_class == "van":
            return NotPriced("vehicle_class")
        return Priced(quote(SETTING.tariff, trip, Route(40_000, 2400, "table"), version=1))

    async def bookings(self, _session: str, _chat: str) -> Sequence[Held]:
        return self._held


async def told(monkeypatch: pytest.MonkeyPatch, name: str, arguments: Any, desk: Desk | None = None) -> str:
    monkeypatch.setattr(tools, "desk_of", lambda _client: desk or Desk())
    data = {"message_id": "M", "chat": "1@lid", "content": {"kind": "text", "text": "hi"}}
    body = {"event_id": "evt", "cursor": "1", "session_id": "ses", "type": "message.received"}
    event = Event.read({**body, "at": NOW.isoformat(), "data": data})
    chat = Chat(Client("http://127.0.0.1:9", "hf_test"), event, "assistant")
    return await tools_of([name])[name].run(chat, arguments)


def test_the_assistant_finds_the_services_tools_by_their_names() -> None:
    found = tools_of(["hand_over", "price", "bookings", "nobody-knows"])
    assert list(found) == ["hand_over", "price", "bookings"]


async def test_a_price_is_the_pricing_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await told(monkeypatch, "price", {**RIDE, "passengers": 2, "total": "1.00"})
    assert answer.startswith("Total: 139.00 EUR, by sedan.")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"destination": "Atlantis"}, "The destination is not known"),
        ({"pickup": "Hotel Ad"}, "It may be: Hotel Adler, Hotel Adria"),
        ({"time": None}, "ask for: time"),
        ({"date": "2026-12-01"}, "past"),
        ({"passengers": 40}, "7"),
        ({"passengers": "many"}, "no details of a ride"),
        ({"vehicle_class": "van"}, "There is no price"),
    ],
)
async def test_a_ride_without_a_price_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], words: str
) -> None:
    answer = await told(monkeypatch, "price", {**RIDE, **change})
    assert words in answer
    assert "EUR" not in answer


async def test_a_customers_own_rides(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, "bookings", {}) == "This customer has no booking."
    talk = Talk()
    talk.say("From Marienplatz to Augsburg on 10.12. at 10:00, 2 passengers, 1 bag, sedan")
    talk.say("yes")
    answer = await told(monkeypatch, "bookings", {}, Desk(talk.bookings))
    assert "Marienplatz → Augsburg, 139.00 EUR" in answer
