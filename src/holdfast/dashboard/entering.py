"""A booking that an operator types in, as the chauffeur's API takes it. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.dashboard.language import N_
from holdfast.dashboard.rides import Json, changed
from holdfast.model.errors import HoldfastError

#: What an empty form says.
BLANK: Final[Mapping[str, str]] = {
    **dict.fromkeys(("session", "to", "pickup", "pickup_name", "pickup_spot"), ""),
    **dict.fromkeys(("destination", "destination_name", "destination_spot"), ""),
    **dict.fromkeys(("date", "time", "return_date", "return_time", "vehicle_class"), ""),
    **dict.fromkeys(("name", "flight", "contact", "remarks", "voucher"), ""),
    **{"passengers": "1", "luggage": "0", "child_seats": "0", "language": "en", "confirmed": "1"},
}
#: Of a form: what must not be sent while nobody has typed it.
_NOT_EMPTY: Final = ("date", "time", "vehicle_class", "name")
_TRIP: Final = ("pickup", "destination", "vehicle_class", "passengers", "luggage", "child_seats", "voucher")
_SPOT: Final = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def form_of(given: Mapping[str, str], places: Sequence[Json]) -> dict[str, Any]:
    """The ride that was typed. Raises HoldfastError for what cannot be meant."""
    form = changed({}, given, places)
    for end in ("pickup", "destination"):
        if end not in form and (typed := _typed_place(given, end)) is not None:
            form[end] = typed
    form["voucher"] = given.get("voucher", "").strip()
    return {name: it for name, it in form.items() if it != "" or name not in _NOT_EMPTY}


def trip_of(form: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What is to be priced. Raises HoldfastError while something is missing that every price needs."""
    lacking = next((said for name, said in _LACKING.items() if not form.get(name)), None)
    if lacking is not None:
        raise HoldfastError(lacking)
    trip = {name: form[name] for name in _TRIP if name in form}
    back = _moment(form.get("return_date"), form.get("return_time"), zone)
    return {**trip, "at": _moment(form["date"], form["time"], zone), "return_at": back}


def mark_of(trip: Mapping[str, Any]) -> str:
    """The same for the same ride, and for no other one: a price belongs to what was priced."""
    return hashlib.sha256(json.dumps(trip, sort_keys=True).encode()).hexdigest()[:16]


_LACKING: Final[Mapping[str, str]] = {
    "pickup": N_("The ride has no pick-up yet: choose a place, or give a name and its coordinates"),
    "destination": N_("The ride has no destination yet: choose a place, or give a name and its coordinates"),
    "date": N_("The ride has no day yet"),
    "time": N_("The ride has no time yet"),
    "vehicle_class": N_("The ride has no vehicle class yet"),
}


def _typed_place(given: Mapping[str, str], end: str) -> dict[str, Any] | None:
    """A place that is not in the list; None where nothing was typed."""
    name, spot = given.get(f"{end}_name", "").strip(), given.get(f"{end}_spot", "")
    if not name and not spot.strip():
        return None
    matched = _SPOT.fullmatch(spot)
    if matched is None or not name:
        raise HoldfastError(
            N_("A place that is not in the list needs a name and coordinates"),
            next_step=N_("Write the coordinates like 48.1374, 11.5755, as a map shows them."),
        )
    return {"name": name[:200], "latitude": float(matched[1]), "longitude": float(matched[2])}


def _moment(day: object, clock: object, zone: ZoneInfo) -> str | None:
    if not day or not clock:
        return None
    try:
        return datetime.combine(
            date.fromisoformat(str(day)), time.fromisoformat(str(clock)), zone
        ).isoformat()
    except ValueError:
        raise HoldfastError(
            N_("This is no day or no time"), next_step=N_("Write the time like 18:30.")
        ) from None
