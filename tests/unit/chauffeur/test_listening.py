"""A model that reads along: what it hears fills the form, is checked like any text, and confirms nothing."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from talk import BERLIN, NOW, SETTING, Talk

from ai_server import Model, calls, said, speaking
from holdfast.bots.endpoint import Endpoint
from holdfast.chauffeur.conversation import Said
from holdfast.chauffeur.dialogue import around_of
from holdfast.chauffeur.hearing import Heard, heard_of
from holdfast.chauffeur.listening import listen, worth_asking
from holdfast.chauffeur.reading import read

WORDS = "our plane lands shortly before six on christmas eve and we have to be in the old town by dinner"
RIDE = {
    "pickup": "the airport",
    "destination": "Marienplatz",
    "date": "2026-12-24",
    "time": "18:00",
    "passengers": 2,
    "luggage": 1,
    "vehicle_class": "sedan",
    "flight": "lh 123",
}


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with speaking() as made:
        yield made


def heard(talk: Talk, words: str, ride: Any) -> str:
    return talk.give(Said(words, "message", "Ann Lee", heard_of(ride)))


def test_what_a_model_hears_is_priced_by_the_pricing_engine() -> None:
    talk = Talk()
    assert "*Total: 126.50 EUR*" in heard(talk, WORDS, {**RIDE, "total": "1.00", "price": 1})
    assert talk.form.flight == "LH123"


def test_the_customers_own_words_count_more() -> None:
    talk = Talk()
    heard(talk, "From Hauptbahnhof to Augsburg tomorrow at 10:00, 3 passengers", RIDE)
    assert (talk.form.pickup, talk.form.destination) != (None, None)
    assert talk.form.pickup is not None
    assert talk.form.pickup.place_id == "hbf"
    assert (str(talk.form.time), talk.form.passengers, talk.form.luggage) == ("10:00:00", 3, 1)


@pytest.mark.parametrize(
    ("ride", "field"),
    [
        ({"passengers": 40}, "passengers"),
        ({"date": "2020-01-01"}, "date"),
        ({"date": "2027-03-28", "time": "02:30"}, "time"),
        ({"vehicle_class": "rocket"}, "vehicle_class"),
        ({"flight": "call me"}, "flight"),
        ({"pickup": "Atlantis"}, "pickup"),
    ],
)
def test_what_cannot_be_is_not_taken_over(ride: dict[str, Any], field: str) -> None:
    talk = Talk()
    heard(talk, WORDS, {**RIDE, **ride})
    assert getattr(talk.form, field) is None
    assert not talk.bookings


@pytest.mark.parametrize("words", ["yes", "cancel", "no"])
def test_a_model_neither_confirms_nor_cancels(words: str) -> None:
    talk = Talk()
    heard(talk, WORDS, RIDE)
    assert talk.quoted
    heard(talk, "that sounds about right, I think", {"confirmed": True, "intent": "yes"})
    assert talk.quoted
    assert not talk.bookings
    assert heard_of({"intent": words}) == Heard()


@pytest.mark.parametrize("nonsense", [{"date": "31 February"}, {"passengers": "many"}, {"pickup": ["a"]}])
def test_nonsense_is_nothing(nonsense: dict[str, Any]) -> None:
    assert heard_of(nonsense) is None


@pytest.mark.parametrize(
    ("words", "worth"),
    [
        (WORDS, True),
        ("I have to get from Atlantis to Augsburg", True),
        ("From Marienplatz to Augsburg tomorrow at 10:00", False),
        ("asdf qwer", False),
        ("cancel", False),
    ],
)
def test_a_model_is_asked_only_where_words_leave_something_open(words: str, *, worth: bool) -> None:
    around = around_of(Talk().state, NOW, SETTING)
    assert worth_asking(words, read(words, around)) is worth


async def test_a_model_is_asked_with_the_local_time_and_has_to_call(model: Model) -> None:
    model.script = [(200, calls("ride", json.dumps(RIDE)))]
    endpoint = Endpoint(model.url, "", "tiny")
    assert await listen(endpoint, WORDS, datetime(2026, 12, 2, 10, 0, tzinfo=BERLIN)) == heard_of(RIDE)
    asked = model.asked[0]
    assert "Wednesday, 2026-12-02 10:00" in asked["messages"][0]["content"]
    assert asked["messages"][1]["content"] == WORDS
    assert asked["tool_choice"]["function"]["name"] == "ride"


@pytest.mark.parametrize(
    "bad",
    [
        (401, {}),
        (200, "this is no JSON"),
        (200, said("I cannot do that.")),
        (200, calls("ride", "no JSON")),
        (200, calls("ride", '{"passengers": -1}')),
        (200, calls("drop_tables", "{}")),
    ],
)
async def test_without_a_usable_answer_the_words_alone_count(model: Model, bad: tuple[int, Any]) -> None:
    model.script = [bad]
    assert await listen(Endpoint(model.url, "", "tiny"), WORDS, NOW) is None
