"""A time in the calendar's first or last hours, which in UTC has no date, was answered with 500."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from holdfast.api.bodies import ms
from holdfast.chauffeur.moments import exists
from holdfast.chauffeur.trip import Trip
from holdfast.configuration.documents import KINDS
from holdfast.kit.iso import iso, ms_of
from holdfast.model.errors import RequestInvalid

TRIP = TypeAdapter(Trip)
BEYOND = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
#: The first and the last millisecond that there is in UTC.
FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999


@pytest.mark.parametrize("text", BEYOND)
def test_what_has_no_date_in_utc_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="beyond the years"):
        ms_of(text)
    with pytest.raises(RequestInvalid, match="`since`"):
        ms("since", datetime.fromisoformat(text))


AT_THE_EDGE = (*BEYOND, "0001-01-01T05:00:00+00:00", "9999-12-31T23:00:00+00:00")


@pytest.mark.parametrize("text", AT_THE_EDGE)
def test_a_preview_at_the_edge_is_refused_in_whatever_time_zone_it_is_looked_at(text: str) -> None:
    hours = KINDS["hours"]
    with pytest.raises(RequestInvalid, match="no time"):
        hours.preview(hours.model(), {"at": text})


@pytest.mark.parametrize("name", ["at", "return_at"])
@pytest.mark.parametrize("text", [*AT_THE_EDGE, "2026-12-24T18:00:00"])
def test_a_ride_is_at_a_time_that_every_time_zone_has(name: str, text: str) -> None:
    place = {"name": "Inn", "latitude": 48.1, "longitude": 11.5}
    there = {"pickup": place, "destination": place, "at": "2026-12-24T17:00:00Z", "vehicle_class": "sedan"}
    assert TRIP.validate_python(there)
    with pytest.raises(ValidationError, match=name):
        TRIP.validate_python(there | {name: text})


def test_the_first_midnight_is_no_time_of_a_way_back() -> None:
    assert not exists(datetime(1, 1, 1, tzinfo=ZoneInfo("Europe/Vienna")))


def test_the_edges_themselves_are_written_and_read_whole() -> None:
    assert (iso(FIRST), iso(LAST)) == ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z")
    assert (ms_of(iso(FIRST)), ms_of(iso(LAST))) == (FIRST, LAST)
    # Rounded up it would be in the year 10000, which nothing can write.
    assert ms_of("9999-12-31T23:59:59.999999Z") == LAST
