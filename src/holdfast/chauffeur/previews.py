"""What a tariff would say, for its owner before it counts. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import TripNotPriceable
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Place, Route, Trip
from holdfast.model.errors import RequestInvalid


class Question(BaseModel):
    """A ride to be priced by the document."""

    model_config = ConfigDict(extra="forbid")

    km: float = Field(20, ge=0, le=20_040)
    minutes: float = Field(30, ge=0, le=100_000)
    at: datetime | None = Field(None, description="empty: now")
    vehicle_class: str = Field("", max_length=40, description="empty: every class")


def preview_price(document: BaseModel, question: Mapping[str, Any]) -> Sequence[str]:
    """The price of a ride in each vehicle class, line by line. Raises RequestInvalid."""
    assert isinstance(document, Tariff)
    try:
        asked = Question.model_validate(question)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise RequestInvalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    zone = ZoneInfo(document.time_zone)
    at = asked.at or datetime.now(zone)
    at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
    route = Route(round(asked.km * 1000), round(asked.minutes * 60), "preview")
    said: list[str] = []
    for vehicle in document.classes:
        if asked.vehicle_class not in ("", vehicle.code):
            continue
        trip = Trip(Place("A", 0, 0), Place("B", 0, 1), at, vehicle.code)
        try:
            made = quote(document, trip, route, version=0)
        except TripNotPriceable as refused:
            raise RequestInvalid(str(refused)) from None
        parts = ", ".join(f"{it.name or it.code.replace('_', ' ')} {it.amount:f}" for it in made.lines)
        said.append(f"{vehicle.name}: {made.total:f} {made.currency} ({parts})")
    return said
