"""What is priced: places, a way between them, a trip. Pure."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field


def _dated(at: datetime) -> datetime:
    if not MINYEAR < at.year < MAXYEAR:
        raise ValueError("at the edges of the calendar it has no date in other time zones")
    return at


#: Where values come from outside, pydantic holds them to these.
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Label = Annotated[str, Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=200)]
#: A time that has a date in whatever time zone it is looked at; `When` says its own.
Dated = Annotated[datetime, AfterValidator(_dated)]
When = Annotated[AwareDatetime, AfterValidator(_dated)]


class PlaceKind(StrEnum):
    """What a place is; airports have fees."""

    ADDRESS = "address"
    AIRPORT = "airport"
    STATION = "station"
    HOTEL = "hotel"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map with a name that a person knows it by."""

    name: Label
    latitude: Latitude
    longitude: Longitude
    kind: PlaceKind = PlaceKind.ADDRESS
    #: Its id in the list of places; empty for a pin or an address.
    place_id: Label = ""


@dataclass(frozen=True, slots=True)
class Route:
    """How far it is and how long it takes, and who said so."""

    distance_m: int
    duration_s: int
    source: str
    #: The source that is configured did not say: this is an estimate by another one.
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Trip:
    """A ride as the customer wants it. `at` and `return_at` are times of pick-up."""

    pickup: Place
    destination: Place
    at: When
    vehicle_class: Label
    stops: Annotated[tuple[Place, ...], Field(max_length=10)] = ()
    passengers: Count = 1
    luggage: Count = 0
    child_seats: Count = 0
    #: How long the driver waits at the pick-up, as ordered beforehand.
    waiting_min: Annotated[int, Field(ge=0, le=10_080)] = 0
    return_at: When | None = None
    voucher: Label = ""

    @property
    def points(self) -> tuple[Place, ...]:
        """Every place in the order of the ride."""
        return (self.pickup, *self.stops, self.destination)
