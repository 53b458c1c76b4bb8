"""What is priced: places, a way between them, a trip. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

#: Where values come from outside, pydantic holds them to these.
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Label = Annotated[str, Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=200)]


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
    """A ride as the customer wants it. `at` and `return_at` are aware times of pick-up."""

    pickup: Place
    destination: Place
    at: datetime
    vehicle_class: Label
    stops: Annotated[tuple[Place, ...], Field(max_length=10)] = ()
    passengers: Count = 1
    luggage: Count = 0
    child_seats: Count = 0
    #: How long the driver waits at the pick-up, as ordered beforehand.
    waiting_min: Annotated[int, Field(ge=0, le=10_080)] = 0
    return_at: datetime | None = None
    voucher: Label = ""

    @property
    def points(self) -> tuple[Place, ...]:
        """Every place in the order of the ride."""
        return (self.pickup, *self.stops, self.destination)
