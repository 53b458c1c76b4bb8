"""The wall clock: integers of milliseconds UTC. How they are written on the wire: `kit.iso`."""

import time
from collections.abc import Callable

# Milliseconds since 1970 UTC. Rooms take one of these, so that tests own the time.
Clock = Callable[[], int]


def now_ms() -> int:
    """The wall clock in milliseconds UTC."""
    return time.time_ns() // 1_000_000
