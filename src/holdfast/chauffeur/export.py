"""Bookings for other programs: CSV for tables, iCalendar for calendars."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.chauffeur.booking import Booking, Status
from holdfast.chauffeur.trip import Place

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
    *("vehicle", "driver", "note", "phone", "chat", "booking_id"),
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
                it.at.astimezone(ZoneInfo(time_zone)).isoformat(timespec="minutes"),
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
            ]
        )
    return out.getvalue()


def to_ical(bookings: Iterable[Booking], service: str) -> bytes:
    """A calendar with one entry per booking; what was cancelled or declined is marked so, not left out."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//chauffeur//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for it in bookings:
        entry = Event()
        entry.add("uid", f"{it.reference}@holdfast")
        entry.add("sequence", it.revision - 1)
        entry.add("dtstamp", _moment(it.changed_at_ms))
        entry.add("dtstart", _moment(it.at_ms))
        entry.add("dtend", _moment(max(it.until_ms, it.at_ms + 60_000)))
        entry.add("summary", f"{service}: {_name(it.form.pickup)} → {_name(it.form.destination)}")
        entry.add("location", _name(it.form.pickup))
        if it.form.pickup is not None:
            entry.add("geo", (it.form.pickup.latitude, it.form.pickup.longitude))
        entry.add("description", f"{it.reference}\n{it.quote.total:f} {it.quote.currency}")
        entry.add("status", _STATUS[it.status])
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written


_STATUS: Final = {
    Status.REQUESTED: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.DECLINED: "CANCELLED",
    Status.CANCELLED: "CANCELLED",
}


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)


def _name(place: Place | None) -> str:
    return "" if place is None else place.name


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
