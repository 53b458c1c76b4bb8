"""The documents of an owner: examples until they are written, tried before they count."""

from decimal import Decimal

import pytest
from priced import TARIFFS
from talk import PLACES as PLACES_OF_TALKS

from holdfast.chauffeur.documents import PLACES, PRICING, SERVICE, register
from holdfast.chauffeur.legacy import pricing_from_old, pricing_to_old
from holdfast.chauffeur.previews import preview_places, preview_price, preview_service
from holdfast.chauffeur.service import Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.configuration import Kinds
from holdfast.model.errors import ConfigurationInvalid, RequestInvalid


def test_each_document_has_defaults_that_are_valid() -> None:
    kinds = Kinds()
    register(kinds)
    for name in (PRICING, PLACES, SERVICE):
        defaults = kinds.get(name).defaults()
        assert defaults is not None
        assert kinds.get(name).whole(defaults) == defaults


def test_a_price_is_tried() -> None:
    said = preview_price(TARIFFS["city"], {"km": 12, "minutes": 20, "at": "2026-12-02T23:00:00"})
    assert said[0] == "Sedan: 44.00 EUR (Sedan 5.00, distance 22.20, duration 8.00, Night 8.80)"
    assert len(said) == 3
    assert len(preview_price(TARIFFS["city"], {"vehicle_class": "van"})) == 1


def test_a_places_name_is_tried() -> None:
    assert preview_places(PLACES_OF_TALKS, {"name": "Marienplaz"}) == [
        "“Marienplaz” is Marienplatz (48.1374, 11.5755)."
    ]
    assert preview_places(PLACES_OF_TALKS, {"name": "Hotel Ad"})[1:] == ["1. Hotel Adler", "2. Hotel Adria"]
    assert preview_places(PLACES_OF_TALKS, {"name": "Atlantis"}) == ["“Atlantis”: nobody knows this place."]


def test_what_notice_costs_is_tried() -> None:
    assert preview_service(Service(), {"total": "200.00", "hours_left": 10}) == [
        "10 hours before a ride for 200.00: to cancel 100.00, to change 0.00"
    ]
    assert [it.split(" hours")[0] for it in preview_service(Service(), {})] == ["2.5", "23.5", "48"]
    with pytest.raises(RequestInvalid):
        preview_service(Service(), {"hours_left": -1})


@pytest.mark.parametrize("question", [{"km": -1}, {"km": "far"}, {"miles": 3}])
def test_a_question_that_is_none(question: dict[str, object]) -> None:
    with pytest.raises(RequestInvalid):
        preview_price(TARIFFS["city"], question)


OLD = {
    "currency": "EUR",
    "vehicles": {
        "Sedan": {"baseFare": 5, "perKm": 1.85, "perMinute": 0.4, "minimumFare": 25.5, "maxPassengers": 3}
    },
    "nightSurchargePercent": 25,
    "nightStart": "21:00",
    "weekendSurchargePercent": 10,
    "airportFee": 8,
    "vatPercent": 19,
    "country": "DE",
}


def test_an_old_pricing_config_comes_over_and_goes_back() -> None:
    kinds = Kinds()
    register(kinds)
    kind = kinds.get(PRICING)
    read = kind.read(pricing_from_old({"pricingConfig": OLD}))
    assert isinstance(read, Tariff)
    [sedan] = read.classes
    assert (sedan.code, sedan.per_km, sedan.minimum, sedan.seats) == (
        "sedan",
        Decimal("1.85"),
        Decimal("25.5"),
        3,
    )
    assert [it.name for it in read.surcharges] == ["Night", "Weekend"]
    assert kind.read(pricing_from_old(pricing_to_old(read))) == read


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ({"vehicles": {}, "magic": 1}, "`magic`"),
        ({"currency": "EUR"}, "has `vehicles`"),
        ({"vehicles": {"x": 5}}, "vehicle `x`"),
        ({"vehicles": {"x": {"wheels": 4}}}, "`wheels`"),
        ({"pricingConfig": []}, "one JSON object"),
    ],
)
def test_an_old_pricing_config_that_is_none(old: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=says):
        pricing_from_old(old)  # type: ignore[arg-type]
