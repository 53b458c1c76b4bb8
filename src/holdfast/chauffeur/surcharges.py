"""Which surcharges apply to a moment: nights, weekends, holidays. Pure."""

from collections.abc import Container
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holdfast.chauffeur.tariff import Calendar, Day, Surcharge, Tariff


def surcharges_at(tariff: Tariff, at: datetime) -> tuple[Surcharge, ...]:
    """Those whose conditions hold at this moment, in the order of the tariff. `at` is aware."""
    local = at.astimezone(ZoneInfo(tariff.time_zone))
    return tuple(it for it in tariff.surcharges if _applies(it, local, tariff.calendar))


def is_holiday(calendar: Calendar, day: date) -> bool:
    """True for a public holiday, or a day that the owner has added."""
    if day in calendar.extra:
        return True
    if not calendar.country or day in calendar.excluded:
        return False
    return day in _public_holidays(calendar.country, calendar.subdivision, day.year)


def _applies(surcharge: Surcharge, local: datetime, calendar: Calendar) -> bool:
    day = _day_of_window(surcharge, local)
    if day is None:
        return False
    if surcharge.days and list(Day)[day.weekday()] not in surcharge.days:
        return False
    return not surcharge.holidays or is_holiday(calendar, day)


def _day_of_window(surcharge: Surcharge, local: datetime) -> date | None:
    """The day on which the window that holds this moment has begun; None when none holds it."""
    begin, end = surcharge.from_time, surcharge.until_time
    if begin is None or end is None:
        return local.date()
    clock = local.time()
    if begin < end:
        return local.date() if begin <= clock < end else None
    if clock >= begin:
        return local.date()
    return local.date() - timedelta(days=1) if clock < end else None


@lru_cache(maxsize=64)
def _public_holidays(country: str, subdivision: str, year: int) -> Container[date]:
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
