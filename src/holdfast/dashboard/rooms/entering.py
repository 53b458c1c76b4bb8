"""A booking by hand: priced by the chauffeur before it is entered, held to the same rules as a customer's."""

import secrets
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.client import HoldfastError
from holdfast.dashboard.entering import BLANK, form_of, mark_of, trip_of
from holdfast.dashboard.figures import money
from holdfast.dashboard.language import N_, lookup
from holdfast.dashboard.render import BOOKINGS
from holdfast.dashboard.rides import Json, price_lines
from holdfast.dashboard.rooms.bookings import BASE, setting_of
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone

_ANOTHER: Final = N_("The ride is not the one that was priced. This is its price now: enter it once more.")
#: Each in its own name, as customers would say it.
_LANGUAGES: Final = {"en": "English", "de": "Deutsch", "pt": "Português", "es": "Español"}


async def _show(visit: Visit) -> Values:
    setting = await setting_of(visit)
    numbers = {it.id: telephone(it.phone) for it in await visit.client.sessions.list() if it.phone}
    day = visit.request.query_params.get("date", "")[:10]
    return {
        "typed": {**BLANK, "date": day},
        "numbers": numbers,
        "places": setting["places"]["places"],
        "classes": setting["tariff"]["classes"],
        "languages": _LANGUAGES,
        "zone": setting["service"]["time_zone"],
        "priced": None,
        # A form that is sent twice enters one booking.
        "once": secrets.token_urlsafe(12),
    }


async def _price(visit: Visit, given: Form) -> Values:
    """What the ride costs, line by line, under the quote that keeps this price."""
    setting = await setting_of(visit)
    form = form_of(given, setting["places"]["places"])
    trip = trip_of(form, ZoneInfo(setting["service"]["time_zone"]))
    found: Json = await visit.client.ask("POST", f"{BASE}/quotes", body={"trip": trip})
    quote = found["quote"]
    if quote is None:
        raise HoldfastError(str(found["why"]), next_step=N_("Change that part of the ride."))
    priced = {
        "lines": price_lines(quote),
        "total": money(str(quote["total"]), str(quote["currency"])),
        "quote_id": quote["quote_id"],
        "ride": mark_of(trip),
        "estimated": bool(quote["fallback"]),
        "free": bool(found["free"]),
    }
    return {**_again(given), "priced": priced}


async def _book(visit: Visit, given: Form) -> Values | str:
    setting = await setting_of(visit)
    form, quote_id = form_of(given, setting["places"]["places"]), given.get("quote_id", "")
    trip = trip_of(form, ZoneInfo(setting["service"]["time_zone"]))
    if quote_id and given.get("priced_ride") != mark_of(trip):
        return {**await _price(visit, given), "fault": lookup(_ANOTHER)}
    body = {
        "session": given.get("session", ""),
        "to": given.get("to", "").strip(),
        "form": form,
        "language": given.get("language") or "en",
        "confirmed": given.get("confirmed") == "1",
        "quote_id": quote_id,
    }
    key = f"page:{given.get('once') or secrets.token_urlsafe(12)}"
    made = await visit.client.ask("POST", f"{BASE}/bookings", body=body, idempotency_key=key)
    return f"{BOOKINGS}/{made['reference']}"


def _again(given: Form) -> dict[str, object]:
    """The form again with what was typed."""
    shown: dict[str, object] = {"typed": {name: given.get(name, "") for name in BLANK}}
    return {**shown, "once": given["once"]} if given.get("once") else shown


ROOMS: Final = (
    Room(
        f"{BOOKINGS}/new",
        "new_booking",
        N_("Enter a booking"),
        _show,
        scope="send",
        acts={"price": _price, "book": _book},
        again=_again,
    ),
)
