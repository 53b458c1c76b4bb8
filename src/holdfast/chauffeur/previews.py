"""What a document would do, for its owner before it counts. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.chauffeur.notice import fee
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import TripNotPriceable
from holdfast.chauffeur.service import Places, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Dated, Place, Route, Trip
from holdfast.model.errors import RequestInvalid


class PlaceQuestion(BaseModel):
    """What a customer may write for a place."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("airport", min_length=1, max_length=200)


class NoticeQuestion(BaseModel):
    """A booking that is cancelled or changed."""

    model_config = ConfigDict(extra="forbid")

    total: Decimal = Field(Decimal(100), ge=0, max_digits=12)
    hours_left: float | None = Field(None, ge=0, le=8760, description="none: at each limit")


class Question(BaseModel):
    """A ride to be priced by the document."""

    model_config = ConfigDict(extra="forbid")

    km: float = Field(20, ge=0, le=20_040)
    minutes: float = Field(30, ge=0, le=100_000)
    at: Dated | None = Field(None, description="empty: now")
    vehicle_class: str = Field("", max_length=40, description="empty: every class")


def preview_price(document: BaseModel, question: Mapping[str, Any]) -> Sequence[str]:
    """The price of a ride in each vehicle class, line by line. Raises RequestInvalid."""
    assert isinstance(document, Tariff)
    asked = _asked(Question, question)
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


def preview_places(document: BaseModel, question: Mapping[str, Any]) -> Sequence[str]:
    """Which place a customer's word means. Raises RequestInvalid."""
    assert isinstance(document, Places)
    name = _asked(PlaceQuestion, question).name
    found = tuple(dict.fromkeys(Atlas(document).find(name)))
    if not found:
        return [f"“{name}”: nobody knows this place."]
    if len(Atlas(document).find(name)) == 1:
        return [f"“{name}” is {found[0].name} ({found[0].latitude}, {found[0].longitude})."]
    return [f"“{name}” is asked about:", *(f"{number}. {it.name}" for number, it in enumerate(found, 1))]


def preview_service(document: BaseModel, question: Mapping[str, Any]) -> Sequence[str]:
    """What it would cost to cancel and to change. Raises RequestInvalid."""
    assert isinstance(document, Service)
    asked = _asked(NoticeQuestion, question)
    limits = {it.under_hours for it in (*document.cancel_notice, *document.change_notice)}
    hours = (
        [asked.hours_left] if asked.hours_left is not None else sorted({48.0, *(it - 0.5 for it in limits)})
    )
    at, said = datetime(2030, 1, 1, tzinfo=UTC), []
    for left in hours:
        costs = [
            fee(notices, at=at, now=at - timedelta(hours=left), total=asked.total, currency="")
            for notices in (document.cancel_notice, document.change_notice)
        ]
        what = f"{left:g} hours before a ride for {asked.total:f}"
        said.append(f"{what}: to cancel {costs[0]:f}, to change {costs[1]:f}")
    return said


_Asked = TypeVar("_Asked", bound=BaseModel)


def _asked(shape: type[_Asked], question: Mapping[str, Any]) -> _Asked:
    try:
        return shape.model_validate(question)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise RequestInvalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
