"""A booking by hand: what was typed becomes a ride or a sentence, is priced, and is entered once."""

import json
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from page_stage import Site, site

from holdfast.dashboard.entering import BLANK, form_of, mark_of, trip_of
from holdfast.model.errors import HoldfastError

BERLIN = ZoneInfo("Europe/Berlin")
PLACES = [
    {"id": "muc", "names": ["Airport"], "latitude": 48.3, "longitude": 11.7, "kind": "airport"},
    {"id": "hbf", "names": ["Station"], "latitude": 48.1, "longitude": 11.5, "kind": "station"},
]
TYPED = {
    **BLANK,
    **{"session": "ses_1", "to": "+49151234", "name": "Ann Miller", "pickup": "hbf", "destination": "muc"},
    **{"date": "2026-12-24", "time": "18:30", "vehicle_class": "sedan", "passengers": "2"},
}


def test_what_was_typed_is_a_ride() -> None:
    form = form_of(TYPED, PLACES)
    assert (form["pickup"]["name"], form["destination"]["place_id"]) == ("Station", "muc")
    assert (form["passengers"], form["luggage"], form["with_return"]) == (2, 0, False)
    trip = trip_of(form, BERLIN)
    assert (trip["at"], trip["return_at"]) == ("2026-12-24T18:30:00+01:00", None)
    back = trip_of(form_of(TYPED | {"return_date": "2026-12-26", "return_time": "09:00"}, PLACES), BERLIN)
    assert back["return_at"] == "2026-12-26T09:00:00+01:00"


def test_a_place_that_is_not_in_the_list_has_a_name_and_coordinates() -> None:
    typed = TYPED | {"pickup": "", "pickup_name": "Ann's house", "pickup_spot": " 48.1374, 11.5755 "}
    place = form_of(typed, PLACES)["pickup"]
    assert place == {"name": "Ann's house", "latitude": 48.1374, "longitude": 11.5755}
    for name, spot in (("", "48.1, 11.5"), ("House", ""), ("House", "somewhere"), ("House", "48.1")):
        with pytest.raises(HoldfastError, match="needs a name and coordinates"):
            form_of(typed | {"pickup_name": name, "pickup_spot": spot}, PLACES)


@pytest.mark.parametrize(
    ("name", "said"),
    [("pickup", "no pick-up"), ("destination", "no destination"), ("date", "no day"), ("time", "no time")],
)
def test_what_is_missing_is_said_before_anything_is_priced(name: str, said: str) -> None:
    with pytest.raises(HoldfastError, match=said):
        trip_of(form_of(TYPED | {name: ""}, PLACES), BERLIN)


def test_what_nobody_typed_is_not_sent() -> None:
    form = form_of(TYPED | {"name": " ", "vehicle_class": "", "time": ""}, PLACES)
    assert not {"name", "vehicle_class", "time"} & set(form)
    with pytest.raises(HoldfastError, match="Passengers must be a number"):
        form_of(TYPED | {"passengers": "two"}, PLACES)
    with pytest.raises(HoldfastError, match="no day or no time"):
        trip_of(form_of(TYPED | {"date": "tomorrow"}, PLACES), BERLIN)


def test_a_price_belongs_to_one_ride() -> None:
    first = trip_of(form_of(TYPED, PLACES), BERLIN)
    assert mark_of(first) == mark_of(dict(reversed(first.items())))
    assert mark_of(first) != mark_of({**first, "passengers": 3})


# ---- the page ----------------------------------------------------------------------------------------------

LINES = [{"code": "distance", "name": "", "amount": "22.20", "quantity": None, "back": False}]
QUOTE = {"total": "45.20", "currency": "EUR", "lines": LINES, "fallback": False, "quote_id": "qte_1"}


class Office:
    """The chauffeur's part of the gateway, as the page sees it."""

    def __init__(self) -> None:
        self.quoted: list[dict[str, Any]] = []
        self.booked: list[tuple[str, dict[str, Any]]] = []
        self.refusal: dict[str, Any] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        match (request.method, request.url.path):
            case ("GET", "/v1/chauffeur/setting"):
                classes = [{"code": "sedan", "name": "Sedan", "seats": 3, "luggage": 2}]
                service = {"time_zone": "Europe/Berlin"}
                tariff = {"classes": classes, "currency": "EUR"}
                setting = {"tariff": tariff, "places": {"places": PLACES}, "service": service}
                return httpx.Response(200, json=setting)
            case ("GET", "/v1/sessions"):
                session = {"id": "ses_1", "name": "office", "phone": "+4915112345678", "state": "connected"}
                return httpx.Response(200, json={"sessions": [session], "unlinking": []})
            case ("POST", "/v1/chauffeur/quotes"):
                self.quoted.append(body["trip"])
                return httpx.Response(200, json={"quote": QUOTE, "refused": "", "why": "", "free": False})
            case ("POST", "/v1/chauffeur/bookings"):
                if self.refusal is not None:
                    return httpx.Response(409, json=self.refusal)
                self.booked.append((request.headers["idempotency-key"], body))
                return httpx.Response(201, json={"reference": "ABC234"})
        return httpx.Response(404, json={"code": "not_found", "detail": "nothing"})


@pytest.fixture
async def office() -> Office:
    return Office()


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Site]:
    async with site(office) as made:
        yield made


async def test_a_ride_is_priced_and_then_entered_at_that_price(desk: Site, office: Office) -> None:
    page = await desk.get("/bookings/new?date=2026-12-24")
    assert 'value="2026-12-24"' in page.text
    priced = await desk.post("/bookings/new", {**TYPED, "act": "price", "once": "o1"})
    assert "€45.20" in priced.text
    assert "Every vehicle of this class is taken" in priced.text
    assert 'value="Ann Miller"' in priced.text
    mark = mark_of(office.quoted[0])
    more = {"act": "book", "once": "o1", "quote_id": "qte_1", "priced_ride": mark}
    for _ in range(2):
        entered = await desk.post("/bookings/new", {**TYPED, **more})
        assert (entered.status_code, entered.headers["location"]) == (303, "/bookings/ABC234")
    keys, bodies = zip(*office.booked, strict=True)
    # A form that is sent twice says so to the gateway, which enters one booking.
    assert set(keys) == {"page:o1"}
    assert bodies[0]["quote_id"] == "qte_1"
    assert (bodies[0]["confirmed"], bodies[0]["to"]) == (True, "+49151234")


async def test_another_ride_than_the_priced_one_is_priced_first(desk: Site, office: Office) -> None:
    more = {"act": "book", "once": "o1", "quote_id": "qte_1", "priced_ride": "of another ride"}
    answer = await desk.post("/bookings/new", {**TYPED, **more})
    assert "is not the one that was priced" in answer.text
    assert office.booked == []


async def test_what_is_refused_leaves_what_was_typed(desk: Site, office: Office) -> None:
    office.refusal = {"code": "conflict", "detail": "We drive from 120 minutes on"}
    answer = await desk.post("/bookings/new", {**TYPED, "act": "book", "once": "o1"})
    assert answer.status_code == 422
    assert "We drive from 120 minutes on" in answer.text
    assert 'value="Ann Miller"' in answer.text
    assert 'name="once" value="o1"' in answer.text


async def test_a_viewer_enters_nothing(office: Office) -> None:
    async with site(office, scopes=("read",)) as viewer:
        assert (await viewer.get("/bookings/new")).status_code == 403
        answer = await viewer.post("/bookings/new", {**TYPED, "act": "book", "once": "o1"})
        assert answer.status_code == 403
    assert office.booked == []
