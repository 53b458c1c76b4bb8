"""Whether a business is open at a moment, by its document `hours`. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def is_open(hours: Mapping[str, Any], at: datetime) -> bool:
    """Whether the business is open at this moment, which has a time zone."""
    local = at.astimezone(ZoneInfo(hours["time_zone"]))
    if _is_closed_on(hours, local.date()):
        return False
    today, yesterday = _DAYS[local.weekday()], _DAYS[(local.weekday() - 1) % 7]
    openings = hours["openings"]
    return not openings or any(_holds(it, today, yesterday, local.time()) for it in openings)


def _holds(opening: Mapping[str, Any], today: str, yesterday: str, at: time) -> bool:
    """One that passes midnight belongs to the day on which it begins."""
    begins, ends = time.fromisoformat(opening["from_time"]), time.fromisoformat(opening["until_time"])
    if begins < ends:
        return today in opening["days"] and begins <= at < ends
    return (today in opening["days"] and at >= begins) or (yesterday in opening["days"] and at < ends)


def _is_closed_on(hours: Mapping[str, Any], day: date) -> bool:
    if day.isoformat() in hours["closed_on"]:
        return True
    if not hours["country"]:
        return False
    # Here, not above: it takes a while to load, and most have none.
    import holidays

    return day in holidays.country_holidays(
        hours["country"], subdiv=hours["subdivision"] or None, years=day.year
    )
