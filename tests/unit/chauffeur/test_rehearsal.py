"""A conversation is played through as customers have it, and nothing of it happens."""

from talk import NOW, SETTING

from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import Quote, TripNotPriceable
from holdfast.chauffeur.rehearsal import Turn, rehearse
from holdfast.chauffeur.trip import Route, Trip

WHOLE = "From the airport to Marienplatz tomorrow at 6 pm, 2 passengers, one suitcase, sedan, flight LH 123"


async def price(trip: Trip) -> Quote:
    return quote(SETTING.tariff, trip, Route(40_000, 2400, "table"), version=3)


async def played(*texts: str) -> list[Turn]:
    return list(await rehearse(texts, "Ann Lee", SETTING, NOW, price))


async def test_a_ride_is_talked_about_priced_and_would_be_booked() -> None:
    asked, agreed = await played(WHOLE, "yes")
    assert any("EUR" in it for it in asked.replies)
    assert asked.done == ()
    assert agreed.done == ("booked",)
    assert agreed.replies


async def test_each_line_is_heard_after_the_one_before() -> None:
    first, second = await played("I need a ride", "from the airport")
    assert first.replies
    assert first.replies != second.replies


async def test_who_wants_a_person_gets_one_only_in_words() -> None:
    (turn,) = await played("human")
    assert turn.done == ("handed_over",)


async def test_somebody_without_bookings_has_none() -> None:
    (turn,) = await played("my bookings")
    assert turn.replies
    assert turn.done == ()


async def test_a_ride_without_a_price_is_told_and_left_to_a_person() -> None:
    async def none(trip: Trip) -> Quote:
        raise TripNotPriceable("passengers", "too many", 3)

    (turn,) = await rehearse([WHOLE], "Ann Lee", SETTING, NOW, none)
    assert turn.replies
    assert turn.done == ("handed_over",)
