"""Bookings for other programs: CSV for tables, iCalendar for calendars."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from holdfast.chauffeur.booking import Booking, Status
from holdfast.chauffeur.trip import Place

if TYPE_CHECKING:
    from icalendar import Event

_HEAD: Final = (
    *(
        "reference",
        "status",
        "pickup_at",
        "pickup",
        "stops",
        "destination",
        "passengers",
        "luggage",
        "child_seats",
    ),
    *(
        "vehicle_class",
        "flight",
        "name",
        "contact",
        "remarks",
        "total",
        "currency",
        "fee",
        "estimated_distance",
    ),
    *("vehicle", "driver", "note", "phone", "chat", "booking_id", "return_at"),
)
#: A table calculates cells that begin like this; what a customer wrote is text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def to_csv(bookings: Iterable[Booking], time_zone: str) -> str:
    """One line per booking under a head. Times are local."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for it in bookings:
        form, quote = it.form, it.quote
        writer.writerow(
            [
                it.reference,
                it.status.value,
                _local(it.at, time_zone),
                _cell(_name(form.pickup)),
                _cell(" / ".join(_name(stop) for stop in form.stops)),
                _cell(_name(form.destination)),
                form.passengers,
                form.luggage,
                form.child_seats,
                form.vehicle_class,
                _cell(form.flight or ""),
                _cell(form.name or ""),
                _cell(form.contact),
                _cell(form.remarks),
                f"{quote.total:f}",
                quote.currency,
                f"{it.fee:f}",
                "yes" if quote.fallback else "no",
                it.vehicle_id or "",
                it.driver_id or "",
                _cell(it.note),
                _cell(it.owner.phone),
                it.owner.chat,
                it.booking_id,
                _local(it.back_at, time_zone),
            ]
        )
    return out.getvalue()


def to_ical(bookings: Iterable[Booking], service: str) -> bytes:
    """A calendar with an entry per booking, and one per way back.

    What was cancelled or declined is marked so, not left out.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//chauffeur//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for it in bookings:
        there = _Way(it.reference, it.at_ms, it.until_ms, it.form.pickup, it.form.destination)
        calendar.add_component(_entry(Event(), it, there, service))
        if it.back_at_ms is not None and it.back_until_ms is not None:
            name = f"{it.reference}-return"
            back = _Way(name, it.back_at_ms, it.back_until_ms, it.form.destination, it.form.pickup)
            calendar.add_component(_entry(Event(), it, back, service))
    written: bytes = calendar.to_ical()
    return written


@dataclass(frozen=True, slots=True)
class _Way:
    """One entry of a calendar."""

    name: str
    at_ms: int
    until_ms: int
    origin: Place | None
    destination: Place | None


def _entry(entry: "Event", it: Booking, way: _Way, service: str) -> "Event":
    entry.add("uid", f"{way.name}@holdfast")
    entry.add("sequence", it.revision - 1)
    entry.add("dtstamp", _moment(it.changed_at_ms))
    entry.add("dtstart", _moment(way.at_ms))
    entry.add("dtend", _moment(max(way.until_ms, way.at_ms + 60_000)))
    entry.add("summary", f"{service}: {_name(way.origin)} → {_name(way.destination)}")
    entry.add("location", _name(way.origin))
    if way.origin is not None:
        entry.add("geo", (way.origin.latitude, way.origin.longitude))
    entry.add("description", f"{it.reference}\n{it.quote.total:f} {it.quote.currency}")
    entry.add("status", _STATUS[it.status])
    return entry


_STATUS: Final = {
    Status.REQUESTED: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.DECLINED: "CANCELLED",
    Status.CANCELLED: "CANCELLED",
}


def _local(at: datetime | None, time_zone: str) -> str:
    return "" if at is None else at.astimezone(ZoneInfo(time_zone)).isoformat(timespec="minutes")


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)


def _name(place: Place | None) -> str:
    return "" if place is None else place.name


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
