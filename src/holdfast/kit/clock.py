"""Clocks: integers of milliseconds. The wall clock is for show, the steady one for waiting.

How they are written on the wire: `kit.iso`.
"""

import time
from collections.abc import Callable
from typing import Final

# Milliseconds since 1970 UTC. Rooms take one of these, so that tests own the time.
Clock = Callable[[], int]


class WallClock:
    """The wall clock in milliseconds UTC; in a lab it may be set wrong."""

    __slots__ = ("ahead_ms",)

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        """Now."""
        return time.time_ns() // 1_000_000 + self.ahead_ms


#: This process's.
now_ms: Final = WallClock()


def monotonic_ms() -> int:
    """Milliseconds since some moment, never set by anybody."""
    return time.monotonic_ns() // 1_000_000


#: Smaller differences are the clocks' own: what is shown must not waver by a millisecond.
_JUMP_MS: Final = 1000


class SteadyClock:
    """Milliseconds UTC as this process counts them: the wall clock of its start, carried on without a jump.

    Decisions and waits use it, so that a clock that is set moves none of them. What is shown or stored is
    turned into the wall clock's time of that moment.
    """

    def __init__(self, wall: Clock = now_ms, monotonic: Clock = monotonic_ms) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._start = wall() - monotonic()
        self._shift = 0

    def __call__(self) -> int:
        """Now."""
        return self._start + self._monotonic()

    @property
    def wall_ms(self) -> int:
        """Now, by the wall clock."""
        return self._wall()

    @property
    def shift_ms(self) -> int:
        """How far the wall clock has been set ahead since the start; negative: back."""
        shift = self._wall() - self()
        if abs(shift - self._shift) >= _JUMP_MS:
            self._shift = shift
        return self._shift
