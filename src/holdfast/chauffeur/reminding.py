"""When a customer is reminded of rides. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from holdfast.chauffeur.conversation import Held


def next_reminder(bookings: Iterable[Held], hours: Iterable[int], now: datetime) -> datetime | None:
    """The next moment after now at which one is due."""
    wanted = list(hours)
    moments = (held.at - timedelta(hours=it) for held in bookings for it in wanted)
    return min((it for it in moments if it > now), default=None)


def due_now(bookings: Iterable[Held], hours: Iterable[int], since: datetime, now: datetime) -> list[Held]:
    """The rides still to come for which a reminder fell due after `since`; each once, however many did."""
    wanted = [timedelta(hours=it) for it in hours]
    return [held for held in bookings if held.at > now and any(since < held.at - it <= now for it in wanted)]
