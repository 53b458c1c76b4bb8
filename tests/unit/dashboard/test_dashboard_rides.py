"""Bookings' view: local times, the day at a glance, and a change that keeps what nobody touched."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdfast.dashboard.rides import by_day, changed, day_words, glance, ride_of, ways_of, window
from holdfast.model.errors import HoldfastError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)  # 23:30 there
PLACES = [{"id": "muc", "names": ["Airport"], "latitude": 48.3, "longitude": 11.7, "kind": "airport"}]


def booking(at: str = "2026-11-30T13:00:00.000Z", status: str = "confirmed", **more: Any) -> dict[str, Any]:
    place = {"name": "Marienplatz", "latitude": 48.1, "longitude": 11.5, "kind": "address", "place_id": ""}
    form = {
        **{
            "pickup": place,
            "destination": {**place, "name": "Airport"},
            "stops": [{**place, "name": "Hotel"}],
        },
        **{"date": "2026-11-30", "time": "14:00:00", "passengers": 2, "luggage": 1, "child_seats": 0},
        **{
            "vehicle_class": "sedan",
            "flight": None,
            "name": None,
            "remarks": "",
            "contact": "",
            "voucher": "",
        },
    }
    line = {"code": "airport_dropoff", "name": "", "amount": "4.00", "quantity": None, "back": False}
    price = {"total": "83.00", "currency": "EUR", "lines": [line], "fallback": False}
    body = {
        **{"reference": "ABC234", "status": status, "at": at, "until": at, "form": form, "quote": price},
        **{"fee": "0", "vehicle": None, "driver": None, "note": "", "session_id": "ses_1", "chat": "1@lid"},
    }
    return body | {"back_at": None, "back_until": None} | more


def test_a_ride_is_shown_in_the_services_time_with_its_whole_way() -> None:
    ride = ride_of(booking(vehicle="car-1"), BERLIN, {"car-1": "Black sedan"})
    assert f"{ride.at:%H:%M}" == "14:00"
    assert ride.way == ("Marienplatz", "Hotel", "Airport")
    assert (ride.vehicle, ride.driver, ride.fee) == ("Black sedan", "", "")
    assert ride.lines == (("Airport dropoff", "€4.00"),)
    assert ride_of(booking(fee="41.50"), BERLIN).fee == "€41.50"


def test_a_status_of_a_newer_gateway_is_said_as_it_is() -> None:
    ride = ride_of(booking(status="parked"), BERLIN)
    assert (ride.word, ride.tone, ride.alive) == ("parked", "grey", False)


def test_the_day_at_a_glance() -> None:
    times = (
        ("2026-11-29T22:45:00Z", "confirmed"),
        ("2026-11-29T23:15:00Z", "requested"),
        ("2026-11-29T10:00:00Z", "confirmed"),
        ("2026-11-29T12:00:00Z", "cancelled"),
    )
    found = glance([ride_of(booking(*it), BERLIN) for it in times], NOW.astimezone(BERLIN))
    # A quarter past midnight in Berlin is another day, whatever day it is in Greenwich.
    assert (found.today, found.waiting, found.unassigned) == (2, 1, 2)
    assert found.next is not None
    assert f"{found.next.at:%H:%M}" == "23:45"


def test_rides_stand_under_their_days() -> None:
    rides = [ride_of(booking(it), BERLIN) for it in ("2026-11-30T23:30:00Z", "2026-11-30T08:00:00Z")]
    assert [(day.day, len(found)) for day, found in by_day(rides)] == [(30, 1), (1, 1)]
    assert day_words(date(2026, 11, 29), date(2026, 11, 29)) == "Today, Sunday, 29 November 2026"
    assert day_words(date(2026, 11, 30), date(2026, 11, 29)) == "Tomorrow, Monday, 30 November 2026"
    assert day_words(date(2026, 12, 6), date(2026, 11, 29)) == "Sunday, 6 December 2026"


@pytest.mark.parametrize("begin", ["", "yesterday", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("days", ["", "0", "-5", "1", "365", "9" * 30])
def test_whatever_an_address_says_some_days_are_shown(begin: str, days: str) -> None:
    first, last = window(begin, days, date(2026, 11, 29), BERLIN)
    assert 1 <= (last.date() - first.date()).days <= 365


def test_a_change_keeps_what_nobody_touched() -> None:
    before = booking()["form"]
    after = changed(before, {"time": "16:30", "passengers": "3", "pickup": "muc", "destination": ""}, PLACES)
    assert (after["time"], after["passengers"], after["luggage"]) == ("16:30", 3, 1)
    assert after["pickup"]["name"] == "Airport"
    assert after["destination"] == before["destination"]
    assert changed(before, {"pickup": "atlantis"}, PLACES) == before


def test_what_is_no_number_is_said() -> None:
    with pytest.raises(HoldfastError, match="Child seats must be a number"):
        changed(booking()["form"], {"child_seats": "a few"}, PLACES)


def test_a_way_back_is_a_ride_of_its_own_day_and_counts_once_where_something_is_to_be_decided() -> None:
    both = booking(back_at="2026-12-02T17:00:00Z", back_until="2026-12-02T18:00:00Z", status="requested")
    there, back = ways_of(both, BERLIN)
    assert (back.is_back, back.way, f"{back.at:%d %H:%M}") == (True, there.way[::-1], "02 18:00")
    assert [day.day for day, _ in by_day([back, there])] == [there.day.day, 2]
    assert glance([there, back], there.at).waiting == 1
    assert ways_of(booking(), BERLIN) == [ride_of(booking(), BERLIN)]


def test_an_operator_adds_and_takes_away_a_way_back() -> None:
    form = booking()["form"]
    with_one = changed(form, {"return_date": "2026-12-02", "return_time": "18:00"}, [])
    assert (with_one["with_return"], with_one["return_date"]) == (True, "2026-12-02")
    without = changed(with_one, {"return_date": "", "return_time": " "}, [])
    assert (without["with_return"], without["return_date"], without["return_time"]) == (False, None, None)
    assert "with_return" not in changed(form, {"name": "Ann"}, [])
