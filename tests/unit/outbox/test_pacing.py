"""Budgets without an outbox: bursts, gaps, what a restart gives back."""

from itertools import pairwise

import pytest

from holdfast.outbox.pacing import DEFAULTS, Bucket, Budget, Pace, Pacer, pace_of

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("group", "heard_ms", "pace"),
    [
        (False, DAY_MS, Pace.REPLY),
        (False, 1, Pace.REPLY),
        (False, 0, Pace.CHAT),
        (False, None, Pace.STRANGER),
        (True, None, Pace.CHAT),
        (True, DAY_MS - HOUR_MS, Pace.REPLY),
    ],
)
def test_who_is_answered_and_who_is_a_stranger(group: bool, heard_ms: int | None, pace: Pace) -> None:
    assert pace_of(group=group, heard_ms=heard_ms, now_ms=DAY_MS) is pace


def test_a_burst_goes_at_once_and_the_rest_in_its_gaps() -> None:
    bucket = Bucket(Budget(3, 3600))
    assert [bucket.reserve(100.0, 0.0) for _ in range(6)] == [0, 0, 0, 1, 2, 3]
    assert bucket.reserve(104.0, 0.0) == 0  # nobody asked for a second after the last one was due
    assert bucket.reserve(1_000.0, 0.0) == 0  # the whole burst is back
    assert [bucket.reserve(1_000.0, 0.0) for _ in range(3)] == [0, 0, 1]


def test_what_waits_is_never_regular_and_never_more_often_than_its_budget() -> None:
    bucket, rolls = Bucket(Budget(1, 3600)), (0.0, 0.9, 0.3, 0.99, 0.5)
    due = [bucket.reserve(0.0, roll) for roll in rolls]
    assert due[0] == 0
    assert all(n <= each < n + 0.5 for n, each in enumerate(due))
    assert len({round(later - one, 3) for one, later in pairwise(due)}) > 1


def test_budgets_do_not_hold_each_other_up() -> None:
    pacer = Pacer({Pace.STRANGER: Budget(1, 1), Pace.REPLY: Budget(1, 3600)})
    assert pacer.reserve(Pace.STRANGER, 0.0, 0.0) == 0
    assert pacer.reserve(Pace.STRANGER, 0.0, 0.0) == 3600
    assert pacer.reserve(Pace.REPLY, 0.0, 0.0) == 0
    assert [pacer.reserve(Pace.CHAT, 0.0, 0.0) for _ in range(1000)] == [0.0] * 1000  # no such budget


def test_a_restart_gives_no_second_burst_and_forgives_what_was_never_sent() -> None:
    budgets = {Pace.CHAT: Budget(5, 3600)}
    before = Pacer(budgets)
    for _ in range(500):  # reserved by as many chats, and sent by few of them
        before.reserve(Pace.CHAT, 0.0, 0.0)
    after = Pacer(budgets)
    after.restore(before.debts_s(2.0), 1_000_000.0)
    assert [round(after.reserve(Pace.CHAT, 1_000_000.0, 0.0), 6) for _ in range(3)] == [1, 2, 3]


def test_a_restart_after_a_pause_gives_back_what_the_pause_has_earned() -> None:
    budgets = {Pace.CHAT: Budget(5, 3600)}
    before = Pacer(budgets)
    for _ in range(5):
        before.reserve(Pace.CHAT, 0.0, 0.0)
    after = Pacer(budgets)
    after.restore(before.debts_s(3.0), 50.0)
    assert [after.reserve(Pace.CHAT, 50.0, 0.0) for _ in range(4)] == [0, 0, 0, 1]


def test_the_defaults_bound_strangers_most() -> None:
    assert set(DEFAULTS) == set(Pace)
    by_pace = [DEFAULTS[pace] for pace in (Pace.STRANGER, Pace.CHAT, Pace.REPLY)]
    assert all(a.burst < b.burst and a.per_hour < b.per_hour for a, b in pairwise(by_pace))
