"""Time: integers of milliseconds UTC inside, ISO 8601 at the edges."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

# Milliseconds since 1970 UTC. Rooms take one of these, so that tests own the time.
Clock = Callable[[], int]


def now_ms() -> int:
    """The wall clock in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def iso(at_ms: int) -> str:
    """`2026-09-24T10:00:00.123Z`."""
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03d}Z"


# Formatting costs 10 µs, and a thousand events share a second.
@lru_cache(maxsize=4096)
def _second(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def iso_or_none(at_ms: int | None) -> str | None:
    """The same, or None where there is no time yet."""
    return None if at_ms is None else iso(at_ms)
