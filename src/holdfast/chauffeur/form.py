"""The form that a conversation fills in. Pure."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field as Limits

from holdfast.chauffeur.tariff import Tariff, VehicleClass
from holdfast.chauffeur.trip import Count, Label, Place, PlaceKind, Trip


class Field(StrEnum):
    """What is asked for. The order is the order of the questions."""

    PICKUP = "pickup"
    DESTINATION = "destination"
    DATE = "date"
    TIME = "time"
    RETURN_DATE = "return_date"
    RETURN_TIME = "return_time"
    PASSENGERS = "passengers"
    LUGGAGE = "luggage"
    VEHICLE_CLASS = "vehicle_class"
    FLIGHT = "flight"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of the ride. None: not yet."""

    pickup: Place | None = None
    destination: Place | None = None
    stops: Annotated[tuple[Place, ...], Limits(max_length=10)] = ()
    date: dt.date | None = None
    time: dt.time | None = None
    #: A way back is wanted, from the destination to the pick-up; when it begins.
    with_return: bool = False
    return_date: dt.date | None = None
    return_time: dt.time | None = None
    passengers: Count | None = None
    luggage: Count | None = None
    child_seats: Count = 0
    #: How long the driver waits at the pick-up.
    waiting_min: Annotated[int, Limits(ge=0, le=1440)] = 0
    vehicle_class: Label | None = None
    #: Empty: there is none, or the customer does not know it.
    flight: Label | None = None
    name: Label | None = None
    remarks: Annotated[str, Limits(max_length=1000)] = ""
    #: Another number than the chat's on which the passenger is reached.
    contact: Label = ""
    voucher: Label = ""

    def at(self, time_zone: str) -> dt.datetime | None:
        """The pick-up in the service's time zone; of a time that comes twice, the first."""
        return _moment(self.date, self.time, time_zone)

    def return_at(self, time_zone: str) -> dt.datetime | None:
        """When the way back begins; None without one."""
        return _moment(self.return_date, self.return_time, time_zone) if self.with_return else None

    def trip(self, time_zone: str) -> Trip:
        """What is to be priced. The form must be complete."""
        at = self.at(time_zone)
        assert self.pickup is not None, self
        assert self.destination is not None, self
        assert at is not None, self
        assert self.vehicle_class is not None, self
        return Trip(
            self.pickup,
            self.destination,
            at,
            self.vehicle_class,
            self.stops,
            self.passengers or 1,
            self.luggage or 0,
            self.child_seats,
            self.waiting_min,
            self.return_at(time_zone),
            self.voucher,
        )


def _moment(day: dt.date | None, clock: dt.time | None, time_zone: str) -> dt.datetime | None:
    if day is None or clock is None:
        return None
    return dt.datetime.combine(day, clock, ZoneInfo(time_zone))


_OF_RETURN: Final = (Field.RETURN_DATE, Field.RETURN_TIME)


def fitting(form: Form, tariff: Tariff) -> tuple[VehicleClass, ...]:
    """The vehicle classes that take these passengers and this luggage."""
    people, pieces = form.passengers or 1, form.luggage or 0
    return tuple(it for it in tariff.classes if it.seats >= people and it.luggage >= pieces)


def missing(form: Form) -> Iterator[Field]:
    """What must still be asked, in order."""
    for field in Field:
        if field in _OF_RETURN and not form.with_return:
            continue
        if field is Field.FLIGHT and (form.pickup is None or form.pickup.kind is not PlaceKind.AIRPORT):
            continue
        if getattr(form, field.value) is None:
            yield field
