"""The chauffeur's bookings: the day at a glance, each ride, and what its operator decides."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from holdfast.client import HoldfastError
from holdfast.dashboard.calendar import VIEWS, days_of, grid, view_of
from holdfast.dashboard.figures import weekdays
from holdfast.dashboard.language import N_, _, lookup
from holdfast.dashboard.render import BOOKINGS
from holdfast.dashboard.rides import (
    STATUSES,
    Json,
    Ride,
    by_day,
    changed,
    day_words,
    glance,
    ride_of,
    ways_of,
    window,
)
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit

#: Where the chauffeur has its part of the API.
BASE: Final = "/v1/chauffeur"
_MOST: Final = 500
_SPANS: Final[Mapping[str, str]] = {
    "1": N_("one day"),
    "7": N_("7 days"),
    "31": N_("31 days"),
    "365": N_("a year"),
}
_KINDS: Final[Mapping[str, str]] = {"vehicles": "vehicle", "drivers": "driver"}
#: What each kind is called: all of them, a new one, and what is said where it has no name.
_CALLED: Final[Mapping[str, tuple[str, str, str]]] = {
    "vehicles": (
        N_("Vehicles"),
        N_("New vehicle"),
        N_("The vehicle needs a name with a letter or digit in it"),
    ),
    "drivers": (N_("Drivers"), N_("New driver"), N_("The driver needs a name with a letter or digit in it")),
}
#: What a vehicle's or driver's id may be made of.
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")


async def _list(visit: Visit) -> Values:
    setting = await setting_of(visit)
    zone = ZoneInfo(setting["service"]["time_zone"])
    now, asked = datetime.now(zone), visit.request.query_params
    begin, end = window(asked.get("from", ""), asked.get("days", ""), now.date(), zone)
    view, status = view_of(asked.get("view", "")), asked.get("status", "")
    day = begin.date()
    if view != "list":
        begin, end = (datetime.combine(it, time(0), zone) for it in days_of(view, day))
    wanted = {"from": begin.isoformat(), "until": end.isoformat()}
    wanted |= {"status": status} if status in STATUSES else {}
    names = await _names(visit)
    found, more = await _rides(visit, wanted, zone, names)
    today = datetime.combine(now.date(), datetime.min.time(), zone)
    ahead, _more = await _rides(visit, {"from": today.isoformat()}, zone, names)
    return {
        "view": view,
        "views": {it: lookup(said) for it, said in VIEWS.items()},
        "grid": None if view == "list" else grid(found, view, day, now.date()),
        "weekdays": weekdays(),
        "days": [(day_words(it, now.date()), rides) for it, rides in by_day(found)],
        "waiting": [
            (day_words(it.day, now.date()), it) for it in ahead if it.status == "requested" and not it.is_back
        ],
        "glance": glance(ahead, now),
        "more": more,
        "begin": day.isoformat(),
        "span": asked.get("days", "7"),
        "spans": {days: lookup(said) for days, said in _SPANS.items()},
        "status": status,
        "statuses": {it: lookup(word) for it, word in STATUSES.items()},
        "export": urlencode(wanted),
        "zone": zone.key,
        "fleet": {kind: await _resources(visit, kind) for kind in _KINDS},
        "kinds": _KINDS,
        "called": {kind: tuple(map(lookup, said)) for kind, said in _CALLED.items()},
        "classes": setting["tariff"]["classes"],
    }


async def _one(visit: Visit) -> Values:
    setting = await setting_of(visit)
    zone = ZoneInfo(setting["service"]["time_zone"])
    body = await visit.client.ask("GET", _path(visit))
    ride = ride_of(body, zone, await _names(visit))
    return {
        "title": _("Booking %(reference)s", reference=ride.reference),
        "ride": ride,
        "version": body["quote"]["version"],
        "quote_id": body["quote"]["quote_id"],
        "when": day_words(ride.day, datetime.now(zone).date()),
        "back": day_words(ride.back.date(), datetime.now(zone).date()) if ride.back else "",
        "assigned": {"vehicle": body["vehicle"] or "", "driver": body["driver"] or ""},
        "fleet": {_KINDS[kind]: await _resources(visit, kind) for kind in _KINDS},
        "places": setting["places"]["places"],
        "classes": setting["tariff"]["classes"],
        "currency": setting["tariff"]["currency"],
        "zone": zone.key,
    }


async def setting_of(visit: Visit) -> Json:
    """The chauffeur's documents as they are now. Raises HoldfastError where no chauffeur drives."""
    if "chauffeur" not in visit.applications:
        raise HoldfastError(
            N_("Bookings are switched off"),
            next_step=N_("Start Holdfast with HOLDFAST_APPLICATIONS=chauffeur."),
        )
    return await visit.client.ask("GET", f"{BASE}/setting")


async def _rides(
    visit: Visit, wanted: Mapping[str, str], zone: ZoneInfo, names: Mapping[str, str]
) -> tuple[list[Ride], bool]:
    """Rides by their pick-up, ways back among them, and whether there are more."""
    page = await visit.client.ask("GET", f"{BASE}/bookings?{urlencode({**wanted, 'limit': _MOST})}")
    begin, end = (
        datetime.fromisoformat(wanted[name]) if name in wanted else None for name in ("from", "until")
    )
    rides = [ride for it in page["bookings"] for ride in ways_of(it, zone, names)]
    shown = [it for it in rides if (begin is None or it.at >= begin) and (end is None or it.at < end)]
    return shown, page["next"] is not None


async def _resources(visit: Visit, kind: str) -> list[Json]:
    found: list[Json] = (await visit.client.ask("GET", f"{BASE}/{kind}"))["resources"]
    return found


async def _names(visit: Visit) -> Mapping[str, str]:
    """What vehicles and drivers are called, by their ids."""
    return {str(it["id"]): str(it["name"]) for kind in _KINDS for it in await _resources(visit, kind)}


# ---- what the buttons ask ----------------------------------------------------------------------------------


async def _accept(visit: Visit, given: Form) -> None:
    await visit.client.ask("POST", _path(visit, "accept"))


async def _decline(visit: Visit, given: Form) -> None:
    await visit.client.ask("POST", _path(visit, "decline"), body={"note": given.get("note", "")})


async def _propose(visit: Visit, given: Form) -> None:
    await visit.client.ask("POST", _path(visit, "propose"), body={"note": given.get("note", "")})


async def _cancel(visit: Visit, given: Form) -> None:
    await visit.client.ask(
        "POST", _path(visit, "cancel"), body={"fee": _fee(given), "note": given.get("note", "")}
    )


async def _assign(visit: Visit, given: Form) -> None:
    body = {"vehicle": given.get("vehicle") or None, "driver": given.get("driver") or None}
    await visit.client.ask("PUT", _path(visit, "assignment"), body=body)


async def _change(visit: Visit, given: Form) -> None:
    setting = await setting_of(visit)
    before = await visit.client.ask("GET", _path(visit))
    form = changed(before["form"], given, setting["places"]["places"])
    body = {"form": form, "fee": _fee(given), "note": given.get("note", "")}
    await visit.client.ask("PATCH", _path(visit), body=body)


async def _put(visit: Visit, given: Form) -> None:
    """A vehicle or a driver: a new one, or one that is used again or no more."""
    kind, name = given.get("kind", ""), given.get("name", "").strip()
    if kind not in _KINDS:
        raise HoldfastError(N_("There is no such kind"), next_step=N_("Load the page again."))
    id_ = given.get("id") or _NOT_IN_IDS.sub("-", name.lower()).strip("-")[:40]
    if not id_:
        raise HoldfastError(_CALLED[kind][2])
    body: dict[str, Any] = {
        "name": name,
        "vehicle_class": given.get("vehicle_class", "") if kind == "vehicles" else "",
        "phone": given.get("phone", "").strip(),
        "active": given.get("active", "1") == "1",
    }
    await visit.client.ask("PUT", f"{BASE}/{kind}/{quote(id_, safe='')}", body=body)


def _fee(given: Form) -> str | None:
    return given.get("fee", "").strip().replace(",", ".") or None


def _path(visit: Visit, what: str = "") -> str:
    ref = quote(str(visit.request.path_params["booking"]), safe="")
    return f"{BASE}/bookings/{ref}" + (f"/{what}" if what else "")


ROOMS: Final = (
    Room(BOOKINGS, "bookings", "Bookings", _list, acts={"put": _put}),
    Room(
        f"{BOOKINGS}/{{booking}}",
        "booking",
        N_("Booking"),
        _one,
        acts={
            "accept": _accept,
            "decline": _decline,
            "propose": _propose,
            "cancel": _cancel,
            "assign": _assign,
            "change": _change,
        },
    ),
)
