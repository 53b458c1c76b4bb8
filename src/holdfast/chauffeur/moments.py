"""Dates and times in a customer's words. Pure: the present is an argument.

The phrase is found by patterns, so that what looks like a date and is none (31 February) is told apart from
what is no date at all. dateparser turns words into dates.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Final

from holdfast.chauffeur.service import Language
from holdfast.chauffeur.vocabulary import NUMBERS, plain

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text says of a date and a time, and where it stands in it."""

    date: dt.date | None = None
    time: dt.time | None = None
    #: There is a date, or a time, that the calendar or the clock does not have.
    impossible: bool = False
    spans: tuple[Span, ...] = ()


_MONTHS: Final = (
    r"jan(?:uary|uar|eiro)?|enero|feb(?:ruary|ruar|rero)?|fev(?:ereiro)?|mar(?:ch|co|zo)?|maerz|marz|apr(?:il)?|abr(?:il)?|may|mai(?:o)?|mayo"
    r"|jun[eiho]*|jul[yiho]*|aug(?:ust)?|ago(?:sto)?|sep(?:t|tember)?|set(?:embro)?|septiembre|oct(?:ober|ubre)?|okt(?:ober)?|out(?:ubro)?"
    r"|nov(?:ember|embro|iembre)?|dec(?:ember)?|dez(?:ember|embro)?|dic(?:iembre)?"
)
_WEEKDAYS: Final = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
    r"|(?:segunda|terca|quarta|quinta|sexta)(?:-feira| feira)?|sabado|domingo|lunes|martes|miercoles|jueves|viernes"
)
#: In days from today. Longer words first: one may stand in another.
_RELATIVE: Final = {
    **{"day after tomorrow": 2, "ubermorgen": 2, "depois de amanha": 2, "pasado manana": 2},
    **{"tomorrow": 1, "morgen": 1, "amanha": 1, "manana": 1},
    **{"today": 0, "tonight": 0, "heute": 0, "hoje": 0, "hoy": 0},
    **{"yesterday": -1, "gestern": -1, "ontem": -1, "ayer": -1},
}
_WORD: Final = r"(?<![\w]){}(?![\w])"
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMERIC: Final = re.compile(
    r"(?<![\d:.])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})?)?(?![\d:]|\s?(?:am|pm|uhr)\b)"
)
_DAY_MONTH: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s*(?:de |of )?\s*({_MONTHS})\b\.?(?:,?\s*(?:de )?(\d{{4}}))?"
)
_MONTH_DAY: Final = re.compile(rf"\b({_MONTHS})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s*(\d{{4}}))?")
_WEEKDAY: Final = re.compile(rf"\b(?:(?P<next>next|nachste[nrs]?|proxim[oa])\s+)?(?P<day>{_WEEKDAYS})\b")
_RELATIVE_WORDS: Final = re.compile(
    r"(?<!\w)(?<!por la )(?<!de la )(?<!am )(?:" + "|".join(_RELATIVE) + r")(?!\w)"
)
_IN_DAYS: Final = re.compile(
    r"\b(?:in|em|en|daqui a|dentro de)\s+(\d{1,3})\s+(day|tag|dia|week|woche|semana)\w*"
)
_IN_HOURS: Final = re.compile(r"\b(?:in|em|en|daqui a|dentro de)\s+(\d{1,3})\s+(hour|stunde|hora|minut)\w*")
_CLOCK: Final = re.compile(
    r"(?<![\d.,])(?P<h>\d{1,2})\s?(?:[:h.])\s?(?P<m>\d{2})(?!\d)\s?(?:uhr|h\b)?\s?(?P<half>[ap]\.?m\b\.?)?"
    r"|(?<![\d.,:])(?P<h2>\d{1,2})\s?(?P<half2>[ap]\.?m\b\.?)"
    r"|(?<![\d.,:])(?P<h3>\d{1,2})\s?(?:uhr(?:\s(?P<m3>\d{1,2})(?!\d))?|h\b|horas?\b|o'?clock)"
    r"|\b(?:at|um|gegen|as|a las?|a eso de las)\s(?P<h4>\d{1,2})(?![\d:.h]|\s?(?:[ap]\.?m\b|uhr|people|person|pess|pax))"
)
_BEFORE: Final = re.compile(
    r"(?<!\w)(?:a eso de las|a las?|as|at|um|gegen|ab|on the|on|am|den|em|no dia|el dia|el|para el|by)\s+$"
)
_PART_OF_DAY: Final = re.compile(
    r"\b(?:(?:in the|da|de la|por la|am)\s)?(?P<late>afternoon|evening|night|tonight|nachmittags?|abends?|tarde|noite|noche)\b"
    r"|\b(?:in the|da|de la|por la|am)\s(?P<early>morning|morgen|vormittag|manha|manana|madrugada)\b"
)
_HALF: Final = re.compile(r"\b(?:half past|halb|(?P<quarter>quarter past|viertel nach))\s(?P<h>\w+)")
_NAMED: Final = re.compile(
    r"\b(?P<noon>noon|midday|mittags?|meio-?\s?dia|mediodia)\b|\b(?P<midnight>midnight|mitternacht|meia-?\s?noite|medianoche)\b"
)


def read_moment(text: str, language: Language, now: datetime) -> Moment:
    """The date and the time that this text names. `now` is the present in the service's time zone."""
    low = plain(text)
    after = _IN_HOURS.search(low)
    if after is not None:
        step = (
            timedelta(minutes=int(after[1]))
            if after[2].startswith("minut")
            else timedelta(hours=int(after[1]))
        )
        at = now + step
        return Moment(at.date(), at.time().replace(second=0, microsecond=0), spans=(after.span(),))
    day, day_impossible, day_spans = _read_date(low, language, now)
    # What was read as a date holds no time: 24.12. is no 24 hours.
    rest = _blank(low, day_spans)
    clock, clock_impossible, clock_spans = _read_time(rest)
    spans = tuple(_with_its_preposition(low, it) for it in (*day_spans, *clock_spans))
    return Moment(day, clock, day_impossible or clock_impossible, spans)


def _with_its_preposition(low: str, span: Span) -> Span:
    """`a las 10:00` leaves no `a las` behind, which would be the beginning of a place."""
    before = _BEFORE.search(low[: span[0]])
    return span if before is None else (before.start(), span[1])


def exists(at: datetime) -> bool:
    """False for a local time that a change of clocks leaves out, and at the calendar's edge."""
    if not MINYEAR < at.year < MAXYEAR:
        return False
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)


def _blank(text: str, spans: Sequence[Span]) -> str:
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def _read_date(low: str, language: Language, now: datetime) -> tuple[date | None, bool, tuple[Span, ...]]:
    if found := _ISO.search(low):
        made = _make(int(found[1]), int(found[2]), int(found[3]))
        return made, made is None, (found.span(),)
    if found := (_DAY_MONTH.search(low) or _MONTH_DAY.search(low)):
        made = _by_words(found[0], language, now)
        return made, made is None, (found.span(),)
    if (found := _NUMERIC.search(low)) and not _is_time(found):
        made = _numeric(found, now.date())
        return made, made is None, (found.span(),)
    if found := _IN_DAYS.search(low):
        days = int(found[1]) * (7 if found[2] in {"week", "woche", "semana"} else 1)
        return now.date() + timedelta(days=days), False, (found.span(),)
    if found := _RELATIVE_WORDS.search(low):
        return now.date() + timedelta(days=_RELATIVE[found[0]]), False, (found.span(),)
    if found := _WEEKDAY.search(low):
        return _weekday(found["day"], now.date()), False, (found.span(),)
    return None, False, ()


def _is_time(found: re.Match[str]) -> bool:
    """18.30 is a time: there is no month 30. Two numbers with a dash and no year are a range."""
    day, separator, month, year = found[1], found[2], found[3], found[4]
    return not year and (separator == "-" or (separator == "." and int(day) < 24 and 12 < int(month) < 60))


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(found: re.Match[str], today: date) -> date | None:
    """Day before month, as in all four languages as this service speaks them; a year that is left out is the next."""
    day, month, year = int(found[1]), int(found[3]), found[4]
    if year:
        return _make(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    made = _make(today.year, month, day)
    if made is None or made < today:
        made = _make(today.year + 1, month, day)
    return made


def _by_words(phrase: str, language: Language, now: datetime) -> date | None:
    import dateparser

    has_year = re.search(r"\d{4}", phrase) is not None
    tried: list[Language] = [language, *(it for it in ("en", "de", "pt", "es") if it != language)]
    found: datetime | None = dateparser.parse(
        phrase,
        languages=list(tried),
        settings={
            # The day is enough, and settings that stay the same are not made ready again.
            "RELATIVE_BASE": now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None),
            "PREFER_DATES_FROM": "future",
            "STRICT_PARSING": False,
            "REQUIRE_PARTS": ["day", "month"],
            "DATE_ORDER": "DMY",
        },
    )
    if found is None:
        return None
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", phrase)
    if day is None or found.day != int(day[0]):
        return None
    if not has_year and found.date() < now.date():
        return _make(found.year + 1, found.month, found.day)
    return found.date()


_WEEKDAY_STEMS: Final = (
    ("monday", "montag", "segunda", "lunes"),
    ("tuesday", "dienstag", "terca", "martes"),
    ("wednesday", "mittwoch", "quarta", "miercoles"),
    ("thursday", "donnerstag", "quinta", "jueves"),
    ("friday", "freitag", "sexta", "viernes"),
    ("saturday", "samstag", "sonnabend", "sabado"),
    ("sunday", "sonntag", "domingo"),
)


def _weekday(word: str, today: date) -> date:
    """The next day of this name; today's name means a week from now."""
    wanted = next(i for i, stems in enumerate(_WEEKDAY_STEMS) if word.startswith(stems))
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _read_time(low: str) -> tuple[time | None, bool, tuple[Span, ...]]:
    part = _PART_OF_DAY.search(low)
    late = part is not None and part["late"] is not None
    part_span = (part.span(),) if part is not None else ()
    if found := _NAMED.search(low):
        return time(12 if found["noon"] else 0), False, (found.span(),)
    if found := _HALF.search(low):
        hour = NUMBERS.get(found["h"], int(found["h"]) if found["h"].isdigit() else 99)
        if hour <= 12:
            german = found[0].startswith("halb")
            made = time((hour - 1) % 24 if german else hour, 15 if found["quarter"] else 30)
            return _later(made, late), False, (found.span(), *part_span)
    found = _CLOCK.search(low)
    if found is None:
        return None, False, part_span if part is not None and not late else ()
    hour = int(found["h"] or found["h2"] or found["h3"] or found["h4"])
    minute = int(found["m"] or found["m3"] or 0)
    half = (found["half"] or found["half2"] or "")[:1]
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return None, True, (found.span(),)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
        return time(hour, minute), False, (found.span(), *part_span)
    return _later(time(hour, minute), late), False, (found.span(), *part_span)


def _later(clock: time, late: bool) -> time:
    """6 in the evening is 18; 12 stays noon and 23 stays 23."""
    return clock.replace(hour=clock.hour + 12) if late and 1 <= clock.hour < 12 else clock
