"""Habit: when messages usually come to a number, and what a silence means by that. Pure.

A day has 48 slots of half an hour, in UTC; a slot in which anything came is a bit of its day. Weekdays and
weekends have habits of their own. A silence weighs as much as it is unlikely (the sum of `-ln(1 - p)` over
its slots): an hour of a busy noon weighs more than a night. It is a sign when it weighs far more than any
silence of the last weeks.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.sessions.signs import Sign

SLOT_MS: Final = 1_800_000
SLOTS: Final = 48
DAYS: Final = 28

#: Fewer days, or slots with messages, are no habit yet.
_LEAST_DAYS: Final = 7
_LEAST_SLOTS: Final = 40
#: A silence that weighs less may be chance: 10 is one in 22,000.
_LEAST_WEIGHT: Final = 10.0
#: How many times heavier than the heaviest silence of the last weeks.
_TIMES_HEAVIER: Final = 2.0


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual."""

    #: How much the silence of one slot weighs: those of a weekday, then those of a weekend's day.
    weights: tuple[float, ...]
    #: The heaviest silence that there was.
    heaviest: float

    def weight(self, first: int, last: int) -> float:
        """Of a silence from one slot to another, both counted since 1970, `last` left out."""
        return sum(self.weights[_kind(slot)] for slot in range(first, last))


def slot_of(at_ms: int) -> int:
    """The slot of a moment, counted since 1970."""
    return at_ms // SLOT_MS


def habit(days: Mapping[int, int], today: int) -> Habit | None:
    """From the bits of days, counted since 1970; today says nothing yet. None: there is no habit."""
    past = {day: bits for day, bits in days.items() if today - DAYS <= day < today and bits}
    first = min(past, default=today)
    if today - first < _LEAST_DAYS or sum(bits.bit_count() for bits in past.values()) < _LEAST_SLOTS:
        return None
    seen, came = [0] * 2 * SLOTS, [0] * 2 * SLOTS
    for slot in range(first * SLOTS, today * SLOTS):
        kind = _kind(slot)
        seen[kind] += 1
        came[kind] += _is_set(past, slot)
    # Half a message more than there was, in one day more: nothing is certain after four weeks.
    weights = tuple(-math.log(1 - (k + 0.5) / (n + 1)) for k, n in zip(came, seen, strict=True))
    bare = Habit(weights, 0.0)
    heaviest = max((bare.weight(*gap) for gap in _gaps(past, first, today)), default=0.0)
    return Habit(weights, heaviest)


def quiet(usual: Habit | None, silent_since_ms: int, now_ms: int) -> Sign | None:
    """A silence that is not usual; it is counted in whole slots."""
    if usual is None:
        return None
    weight = usual.weight(slot_of(silent_since_ms) + 1, slot_of(now_ms))
    if weight < max(_LEAST_WEIGHT, _TIMES_HEAVIER * usual.heaviest):
        return None
    return Sign((now_ms - silent_since_ms) // 1000, None)


def _kind(slot: int) -> int:
    day = slot // SLOTS
    weekend = (day + 3) % 7 >= 5  # 1970 began on a Thursday
    return slot % SLOTS + SLOTS * weekend


def _is_set(days: Mapping[int, int], slot: int) -> bool:
    return bool(days.get(slot // SLOTS, 0) >> slot % SLOTS & 1)


def _gaps(days: Mapping[int, int], first: int, today: int) -> Iterator[tuple[int, int]]:
    """Silences between two slots with messages, and the one that reached into today."""
    began: int | None = None
    for slot in range(first * SLOTS, today * SLOTS):
        if _is_set(days, slot):
            if began is not None and slot > began:
                yield began, slot
            began = slot + 1
    if began is not None:
        yield began, today * SLOTS
