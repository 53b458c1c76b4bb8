"""Figures: how many connections may begin, and how far a restoration is."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.sessions.governor import Governor
from holdfast.sessions.restoration import Progress, Restoration


def test_a_thousand_at_once_and_then_three_hundred_a_second() -> None:
    governor = Governor()
    waits = [governor.take(10.0) for _ in range(1600)]
    assert waits[:1000] == [0.0] * 1000
    assert abs(waits[1299] - 1.0) < 0.01
    assert abs(waits[1599] - 2.0) < 0.01
    assert governor.take(20.0) == 0.0


@given(st.lists(st.floats(0, 5), max_size=200), st.integers(1, 50), st.integers(1, 50))
def test_never_more_than_bucket_and_refill_allow(gaps: list[float], capacity: int, rate: int) -> None:
    governor = Governor(capacity=capacity, refill_per_s=rate)
    now, begins = 0.0, []
    for gap in gaps:
        now += gap
        begins.append(now + governor.take(now))
    begins.sort()
    for first, at in enumerate(begins):
        within = sum(1 for it in begins[first:] if it <= at + 1.0)
        assert within <= capacity + rate + 1


def test_a_restoration_from_begin_to_end() -> None:
    restoration = Restoration()
    assert restoration.progress == Progress(0, 0, True, None)
    restoration.begin(["a", "b", "c"], 1000)
    assert restoration.waits_for("a")
    restoration.connected("a", 1200)
    restoration.connected("a", 1300)
    restoration.rests("b", 1400)
    assert restoration.progress == Progress(3, 1, False, None)
    restoration.connected("c", 3500)
    assert restoration.progress == Progress(3, 2, True, 2.5)
    restoration.connected("b", 9000)
    assert restoration.progress == Progress(3, 2, True, 2.5)


def test_a_second_start_during_the_first_counts_from_the_first() -> None:
    restoration = Restoration()
    restoration.begin(["a"], 1000)
    restoration.begin(["a", "b"], 2000)
    restoration.connected("a", 2500)
    restoration.connected("b", 3000)
    assert restoration.progress == Progress(2, 2, True, 2.0)


def test_nothing_to_restore_is_done_at_once() -> None:
    restoration = Restoration()
    restoration.begin([], 1000)
    assert restoration.progress == Progress(0, 0, True, 0.0)
