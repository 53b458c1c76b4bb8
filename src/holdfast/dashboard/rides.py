"""Bookings of rides as their page shows them, out of the chauffeur's JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.dashboard.figures import day as full_date
from holdfast.dashboard.figures import money
from holdfast.dashboard.language import N_, _, lookup
from holdfast.model.errors import HoldfastError

Json = Mapping[str, Any]
#: What a status is called, its colour, and whether the ride is still to be driven.
_STATUS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "requested": (N_("waits for your answer"), "yellow", True),
    "confirmed": (N_("confirmed"), "green", True),
    "declined": (N_("declined"), "grey", False),
    "cancelled": (N_("cancelled"), "grey", False),
}
#: What can be filtered by.
STATUSES: Final[Mapping[str, str]] = {status: word for status, (word, *_rest) in _STATUS.items()}


@dataclass(frozen=True, slots=True)
class Ride:
    """One booking. Times are those of the service's time zone."""

    reference: str
    status: str
    word: str
    tone: str
    alive: bool
    at: datetime
    until: datetime
    #: Pick-up, stops, destination.
    way: tuple[str, ...]
    name: str
    total: str
    #: Every line of the price.
    lines: tuple[tuple[str, str], ...]
    fee: str
    estimated: bool
    vehicle: str
    driver: str
    note: str
    session_id: str
    chat: str
    form: Json
    #: The pick-up of the way back; None without one.
    back: datetime | None = None
    #: This is the way back of a booking, as a ride of its own.
    is_back: bool = False

    @property
    def day(self) -> date:
        """The day of the pick-up."""
        return self.at.date()


def ride_of(body: Json, zone: ZoneInfo, names: Mapping[str, str] | None = None) -> Ride:
    """One booking of the API. `names` are those of vehicles and drivers, by their ids."""
    form, quote = body["form"], body["quote"]
    word, tone, alive = _STATUS.get(str(body["status"]), (str(body["status"]), "grey", False))
    places = [form["pickup"], *form["stops"], form["destination"]]
    currency, known = str(quote["currency"]), names or {}
    return Ride(
        reference=str(body["reference"]),
        status=str(body["status"]),
        word=lookup(word),
        tone=tone,
        alive=alive,
        at=_local(body["at"], zone),
        until=_local(body["until"], zone),
        way=tuple(str(it["name"]) for it in places if it),
        name=str(form["name"] or ""),
        total=money(str(quote["total"]), currency),
        lines=price_lines(quote),
        fee="" if float(body["fee"]) == 0 else money(str(body["fee"]), currency),
        estimated=bool(quote["fallback"]),
        vehicle=known.get(str(body["vehicle"]), str(body["vehicle"] or "")),
        driver=known.get(str(body["driver"]), str(body["driver"] or "")),
        note=str(body["note"] or ""),
        session_id=str(body["session_id"]),
        chat=str(body["chat"]),
        form=form,
        back=_local(body["back_at"], zone) if body["back_at"] else None,
    )


def ways_of(body: Json, zone: ZoneInfo, names: Mapping[str, str] | None = None) -> list[Ride]:
    """The ways of a booking as rides of their own: there, and back where there is one."""
    there = ride_of(body, zone, names)
    if there.back is None:
        return [there]
    until = _local(body["back_until"], zone)
    back = replace(there, at=there.back, until=until, way=there.way[::-1], is_back=True)
    return [there, back]


def _local(moment: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(zone)


def price_lines(quote: Json) -> tuple[tuple[str, str], ...]:
    """Every line of a price, in words and amounts."""
    currency = str(quote["currency"])
    return tuple((_line_words(it), money(str(it["amount"]), currency)) for it in quote["lines"])


def _line_words(line: Json) -> str:
    words = str(line["name"] or "") or lookup(str(line["code"]).replace("_", " ").capitalize())
    return _("%(what)s (way back)", what=words) if line.get("back") else words


def by_day(rides: Sequence[Ride]) -> list[tuple[date, list[Ride]]]:
    """The rides of each day, in their order."""
    ordered = sorted(rides, key=lambda it: it.at)
    return [(day, list(found)) for day, found in groupby(ordered, key=lambda it: it.day)]


def day_words(day: date, today: date) -> str:
    """A day for people."""
    said = full_date(day)
    if day == today:
        return _("Today, %(day)s", day=said)
    return _("Tomorrow, %(day)s", day=said) if day == today + timedelta(days=1) else said


@dataclass(frozen=True, slots=True)
class Glance:
    """How the day stands."""

    today: int
    waiting: int
    unassigned: int
    next: Ride | None


def glance(rides: Sequence[Ride], now: datetime) -> Glance:
    """The day at a glance; `rides` are today's and later ones."""
    alive = sorted((it for it in rides if it.alive), key=lambda it: it.at)
    return Glance(
        today=sum(it.day == now.date() for it in alive),
        waiting=sum(it.status == "requested" and not it.is_back for it in alive),
        unassigned=sum(
            it.status == "confirmed" and not (it.is_back or (it.vehicle and it.driver)) for it in alive
        ),
        next=next((it for it in alive if it.at >= now and it.status == "confirmed"), None),
    )


def window(begin: str, days: str, today: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The time that is shown: from the beginning of a day, so many days. What is no day is today."""
    try:
        first = date.fromisoformat(begin)
    except ValueError:
        first = today
    first = min(max(first, date(2000, 1, 1)), date(2200, 1, 1))
    count = int(days) if days in {"1", "7", "31", "365"} else 7
    last = first + timedelta(days=count)
    return datetime.combine(first, time(0), zone), datetime.combine(last, time(0), zone)


def changed(form: Json, given: Mapping[str, str], places: Sequence[Json]) -> dict[str, Any]:
    """The form of a booking with what was typed over it. Raises HoldfastError for what is no number."""
    known = {str(it["id"]): it for it in places}
    numbers = {name: _number(name, given[name]) for name in _NUMBERS if given.get(name, "") != ""}
    texts = {name: given[name].strip() for name in _TEXTS if name in given}
    made = {**form, **numbers, **texts}
    for name in ("pickup", "destination"):
        if given.get(name) in known:
            made[name] = _place(known[given[name]])
    back = {name: given[name].strip() or None for name in ("return_date", "return_time") if name in given}
    return {**made, **back, "with_return": any(back.values())} if back else made


#: Fields that hold a number, and what is said where they hold none.
_NUMBERS: Final[Mapping[str, str]] = {
    "passengers": N_("Passengers must be a number"),
    "luggage": N_("Luggage must be a number"),
    "child_seats": N_("Child seats must be a number"),
}
_TEXTS: Final = ("date", "time", "vehicle_class", "flight", "name", "contact", "remarks")


def _number(name: str, text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 6:
        raise HoldfastError(_NUMBERS[name])
    return int(text)


def _place(known: Json) -> dict[str, Any]:
    return {
        "name": known["names"][0],
        "latitude": known["latitude"],
        "longitude": known["longitude"],
        "kind": known["kind"],
        "place_id": known["id"],
    }
