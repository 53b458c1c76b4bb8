"""Times on the wire: ISO 8601 in UTC with milliseconds. Pure."""

from datetime import UTC, datetime
from functools import lru_cache


def iso(at_ms: int) -> str:
    """`2026-09-24T10:00:00.123Z`."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


def iso_or_none(at_ms: int | None) -> str | None:
    """The same, or None where there is no time yet."""
    return None if at_ms is None else iso(at_ms)


def ms_of(text: str) -> int:
    """Milliseconds UTC of an ISO 8601 time. Raises ValueError when it is none."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).timestamp() * 1000)


# Formatting costs 10 µs, and a thousand events share a second.
@lru_cache(maxsize=4096)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
