"""A silence is measured by the number's own habit: noon weighs more than night, weekends are weekends."""

import random
from collections.abc import Callable

import pytest

from holdfast.sessions.habit import DAYS, SLOT_MS, SLOTS, habit, quiet

#: A Monday, counted since 1970.
MONDAY = 20_787
HOUR_MS = 3_600_000
assert (MONDAY + 3) % 7 == 0


def days(chance: Callable[[int, int], float], count: int = DAYS, seed: int = 7) -> dict[int, int]:
    """Bits of the days before MONDAY: in each slot something comes by this chance of (day, hour)."""
    roll = random.Random(seed)
    return {
        day: sum(1 << slot for slot in range(SLOTS) if roll.random() < chance(day, slot // 2))
        for day in range(MONDAY - count, MONDAY)
    }


def office(day: int, hour: int) -> float:
    """Busy from eight to six on weekdays, next to nothing otherwise."""
    weekend = (day + 3) % 7 >= 5
    return 0.02 if weekend or not 8 <= hour < 18 else 0.95


def silent(last_hour: float, now_hour: float, *, day: int = MONDAY) -> tuple[int, int]:
    start = day * SLOTS * SLOT_MS
    return start + round(last_hour * HOUR_MS), start + round(now_hour * HOUR_MS)


@pytest.mark.parametrize(
    ("last_hour", "now_hour", "warns"),
    [
        (9.0, 10.0, False),  # a coffee break
        (10.0, 14.2, True),  # four busy hours without a word
        (18.0, 24 + 8.0, False),  # a night
    ],
)
def test_a_silence_counts_by_what_usually_comes_then(last_hour: float, now_hour: float, warns: bool) -> None:
    sign = quiet(habit(days(office), MONDAY), *silent(last_hour, now_hour))
    assert (sign is not None) is warns
    if sign is not None:
        assert sign.measured == round((now_hour - last_hour) * 3600)


def test_a_weekend_is_no_week() -> None:
    usual = habit(days(office), MONDAY)
    assert quiet(usual, *silent(9, 18, day=MONDAY + 5)) is None
    assert quiet(usual, *silent(9, 18, day=MONDAY + 4)) is not None


def test_a_number_that_seldom_hears_anything_is_not_quiet_soon() -> None:
    seldom = habit(days(lambda day, hour: 0.05), MONDAY)
    assert quiet(seldom, *silent(0, 24)) is None


def test_a_silence_that_has_happened_before_is_usual() -> None:
    known = days(office)
    for day in (MONDAY - 6, MONDAY - 13):  # on Tuesdays everybody is away
        known[day] = 0
    assert quiet(habit(known, MONDAY), *silent(8, 18)) is None


@pytest.mark.parametrize(
    "known", [{}, days(office, count=6), days(lambda day, hour: 0.01), {MONDAY: (1 << SLOTS) - 1}]
)
def test_too_little_is_no_habit(known: dict[int, int]) -> None:
    assert habit(known, MONDAY) is None
    assert quiet(None, *silent(0, 24 * 9)) is None


@pytest.mark.parametrize("seed", range(5))
def test_an_ordinary_month_warns_of_nothing(seed: int) -> None:
    """Learnt from four weeks, looked at every half hour of the two after them."""
    roll = random.Random(seed)
    known = days(office, seed=seed)
    last, usual = MONDAY * SLOTS, habit(known, MONDAY)
    for slot in range(MONDAY * SLOTS, (MONDAY + 14) * SLOTS):
        day, now_ms = slot // SLOTS, slot * SLOT_MS
        if slot % SLOTS == 0:
            usual = habit(known, day)
        assert quiet(usual, last * SLOT_MS, now_ms) is None
        if roll.random() < office(day, slot % SLOTS // 2):
            known[day] = known.get(day, 0) | 1 << slot % SLOTS
            last = slot
