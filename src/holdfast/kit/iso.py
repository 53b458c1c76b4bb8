"""Times on the wire: ISO 8601 in UTC with milliseconds. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def iso(at_ms: int) -> str:
    """`2026-09-24T10:00:00.123Z`."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


def iso_or_none(at_ms: int | None) -> str | None:
    """The same, or None where there is no time yet."""
    return None if at_ms is None else iso(at_ms)


def ms_of(text: str) -> int:
    """Milliseconds UTC of an ISO 8601 time. Raises ValueError when it is none, in UTC neither."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    try:
        return (at.astimezone(UTC) - _EPOCH) // _MILLISECOND
    except OverflowError:
        # The first and the last hours of the calendar, with a time zone: in UTC they have no date.
        raise ValueError(f"{text} is beyond the years 1 to 9999 in UTC") from None


# Formatting costs 10 µs, and a thousand events share a second.
@lru_cache(maxsize=4096)
def _second(at_s: int) -> str:
    # Not strftime: it writes the year 1 as `1`.
    return (_EPOCH + timedelta(seconds=at_s)).isoformat()[:19]
