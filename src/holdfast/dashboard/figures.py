"""Dates, lengths of time, amounts and money as they are written in the reader's language (CLDR)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
    get_day_names,
)
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

from holdfast.dashboard.language import _, spoken

#: So much of the next unit is said in it: 90 seconds are 1.5 minutes.
_NEXT_UNIT: Final = 1.5
_DAYS: Final = timedelta(days=_NEXT_UNIT)
_SIZES: Final = ("byte", "kilobyte", "megabyte", "gigabyte")


def length(seconds: float) -> str:
    """A length of time: "12 secs", "3 mins", "5 days"."""
    lasted = timedelta(seconds=max(0.0, seconds))
    if lasted < timedelta(seconds=1):
        return _("a moment")
    return format_timedelta(lasted, threshold=_NEXT_UNIT, format=_form(lasted), locale=spoken().locale)


def _form(lasted: timedelta) -> Literal["long", "short"]:
    # Days are not shortened: their abbreviations are read by few.
    return "long" if lasted >= _DAYS else "short"


def seconds(count: float) -> str:
    """Seconds with a tenth: "1.8 s"."""
    return f"{format_decimal(count, '#,##0.0', locale=spoken().locale)} s"


def ago(at: datetime | None) -> str:
    """How long ago: "4 sec ago"."""
    if at is None:
        return _("never")
    gone = datetime.now(UTC) - at
    if gone < timedelta(seconds=2):
        return _("just now")
    return format_timedelta(
        -gone, threshold=_NEXT_UNIT, format=_form(gone), add_direction=True, locale=spoken().locale
    )


def when(at: datetime | None) -> Markup:
    """A moment, which the browser writes in its own time zone."""
    if at is None:
        return Markup("{}").format(_("never"))
    utc = at.astimezone(UTC)
    said = f"{format_datetime(utc, 'medium', locale=spoken().locale)} UTC"
    return Markup('<time datetime="{}">{}</time>').format(utc.isoformat(), said)


def clock(at: datetime) -> str:
    """Hour and minute in the time zone that it comes in."""
    return format_time(at, "short", locale=spoken().locale)


def day(at: date) -> str:
    """A whole date: "Sunday, 29 November 2026"."""
    return format_date(at, "full", locale=spoken().locale)


def short_day(at: datetime) -> str:
    """A date for where there is little room: "Sun 29 Nov, 14:00"."""
    return f"{format_skeleton('MMMEd', at, locale=spoken().locale)}, {clock(at)}"


def month(at: date) -> str:
    """A month for a heading: "December 2026"."""
    return format_skeleton("yMMMM", at, locale=spoken().locale)


def days(first: date, last: date) -> str:
    """Some days for a heading: "30 Nov – 6 Dec 2026"."""
    return format_interval(first, last, "yMMMd", locale=spoken().locale)


def weekdays() -> tuple[str, ...]:
    """The days of a week, from Monday on."""
    named = get_day_names("wide", context="stand-alone", locale=spoken().locale)
    return tuple(named[it] for it in range(7))


def period(said: str) -> str:
    """A day or a month, which travel as 2026-11-29 and 2026-11: "29 Nov 2026", "November 2026"."""
    try:
        if len(said) == len("2026-11"):
            return month(date.fromisoformat(f"{said}-01"))
        return format_date(date.fromisoformat(said), "medium", locale=spoken().locale)
    except ValueError:
        return said


def number(count: float) -> str:
    """An amount, with the separators of the language."""
    return format_decimal(count, locale=spoken().locale)


def percent(share: float, digits: int = 2) -> str:
    """A share of one: "96.34%"."""
    pattern = Locale.parse(spoken().locale).percent_formats[None].pattern
    return format_percent(
        share, pattern.replace("0", "0." + "#" * digits if digits else "0"), locale=spoken().locale
    )


def money(amount: str, currency: str) -> str:
    """An amount of money, which travels as text so that no cent is lost."""
    try:
        return format_currency(Decimal(amount), currency, locale=spoken().locale)
    except InvalidOperation:
        return f"{amount} {currency}"


def size(count: int) -> str:
    """Bytes: "360 kB"."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    whole = round(amount, 1) if unit == len(_SIZES) - 1 else round(amount)
    form: Literal["short", "long"] = "short" if unit else "long"
    return format_unit(whole, f"digital-{_SIZES[unit]}", form, locale=spoken().locale)
