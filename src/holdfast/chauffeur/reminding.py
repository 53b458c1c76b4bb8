"""When a customer is reminded of rides. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from holdfast.chauffeur.conversation import Held

#: The bot that reminds, and its reminder of a chat's next ride.
BOT: Final = "chauffeur"
REMINDER: Final = "ride"


def each_way(bookings: Iterable[Held]) -> Sequence[Held]:
    """Each booking, and its way back as a ride of its own: people are reminded of both."""
    return [ride for it in bookings for ride in (it, *_way_back(it))]


def _way_back(it: Held) -> tuple[Held, ...]:
    if it.back_at is None:
        return ()
    form = replace(it.form, pickup=it.form.destination, destination=it.form.pickup)
    return (replace(it, form=form, at=it.back_at, back_at=None),)


def next_reminder(bookings: Iterable[Held], hours: Iterable[int], now: datetime) -> datetime | None:
    """The next moment after now at which one is due."""
    wanted = list(hours)
    moments = (held.at - timedelta(hours=it) for held in bookings for it in wanted)
    return min((it for it in moments if it > now), default=None)


def due_now(bookings: Iterable[Held], hours: Iterable[int], since: datetime, now: datetime) -> list[Held]:
    """The rides still to come for which a reminder fell due after `since`; each once, however many did."""
    wanted = [timedelta(hours=it) for it in hours]
    return [held for held in bookings if held.at > now and any(since < held.at - it <= now for it in wanted)]
