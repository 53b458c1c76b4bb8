"""A ride as a model has understood it: typed, and trusted no more than any text. Pure."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from holdfast.chauffeur.reading import Around, Reading
from holdfast.chauffeur.trip import Count, Label, Place
from holdfast.model.content import Json

_FLIGHT: Final = re.compile(r"[A-Z0-9]{2}\d{1,4}")
_PLACES: Final = ("pickup", "destination")

Words = Annotated[Label, BeforeValidator(lambda it: "" if it is None else it)]


class Heard(BaseModel):
    """What a model is asked for. Everything may be missing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pickup: Words = Field("", description="the place, as the customer calls it")
    destination: Words = Field("", description="the place, as the customer calls it")
    date: dt.date | None = Field(None, description="of the pick-up, as in 2026-12-24")
    time: dt.time | None = Field(None, description="of the pick-up, local, as in 18:30")
    return_date: dt.date | None = Field(None, description="of a way back, where one is wanted")
    return_time: dt.time | None = Field(None, description="of a way back, where one is wanted")
    passengers: Count | None = None
    luggage: Count | None = Field(None, description="pieces of luggage")
    child_seats: Count | None = None
    vehicle_class: Words = ""
    flight: Words = Field("", description="as in LH123")


def heard_of(arguments: Mapping[str, Json]) -> Heard | None:
    """What a model has written; None where it is nothing that a ride may be."""
    try:
        return Heard.model_validate(arguments)
    except ValidationError:
        return None


def completed(reading: Reading, heard: Heard, around: Around) -> Reading:
    """The reading, with what the words alone did not show. It is checked afterwards like any other."""
    for role in _PLACES:
        if role not in reading.changes and (said := getattr(heard, role)):
            _place(reading, role, around.atlas.find(said), said)
    told: dict[str, Any] = {
        name: getattr(heard, name) for name in ("date", "return_date", "passengers", "luggage", "child_seats")
    }
    for name in ("time", "return_time"):
        clock: dt.time | None = getattr(heard, name)
        told[name] = None if clock is None else clock.replace(second=0, microsecond=0, tzinfo=None)
    known = around.tariff.vehicle_class(heard.vehicle_class.lower())
    told["vehicle_class"] = None if known is None else known.code
    flight = heard.flight.upper().replace(" ", "")
    told["flight"] = flight if _FLIGHT.fullmatch(flight) else None
    for name, value in told.items():
        if value is not None:
            reading.changes.setdefault(name, value)
    return reading


def _place(reading: Reading, role: str, places: tuple[Place, ...], said: str) -> None:
    if len(places) == 1:
        reading.changes[role] = places[0]
        if reading.option_field == role:
            reading.options, reading.option_field, reading.unknown_place = (), "", ""
    elif not reading.option_field:
        reading.options, reading.option_field = tuple(dict.fromkeys(places)), role
        reading.unknown_place = said[:80]
