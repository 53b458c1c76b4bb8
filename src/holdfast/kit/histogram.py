"""Durations, counted by size, for metrics."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Durations:
    """How many were no longer than each bound, how many there were, and how long together."""

    bounds_s: tuple[float, ...]
    counts: tuple[int, ...]
    total: int
    sum_s: float


class Histogram:
    """Counts durations. One thread counts; another that reads sees figures of a moment ago."""

    def __init__(self, bounds_s: Sequence[float]) -> None:
        self._bounds = tuple(bounds_s)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one more."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum_s += seconds

    def read(self) -> Durations:
        """What was counted so far."""
        *counts, total = accumulate(self._counts)
        return Durations(self._bounds, tuple(counts), total, self._sum_s)
