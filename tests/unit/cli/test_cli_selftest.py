"""The selftest's plan and count: pure, so that its verdict can be trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.cli.selftest.plan import ENGINE_POINTS, GATEWAY_POINTS, POINTS, RANDOM, plan
from holdfast.cli.selftest.tally import Result, Tally, percentile

KEYS = (
    "sessions",
    "kills",
    "kills_by_point",
    "faults",
    "inbound_sent",
    "inbound_lost",
    "inbound_duplicates",
    "outbound_accepted",
    "outbound_lost",
    "outbound_duplicates",
    "extra_qr",
    "restore_s",
    "ok",
)


def result(**changes: object) -> Result:
    parts: dict[str, object] = {
        "sessions": 2,
        "kills": 1,
        "kills_by_point": {"sent": 1},
        "inbound": Tally(),
        "outbound": Tally(),
        "extra_qr": 0,
        "restore_s": [1.0],
        "missed_points": [],
    }
    return Result(**(parts | changes))  # type: ignore[arg-type]


@given(st.integers(0, 60), st.integers())
def test_half_of_the_kills_are_named_in_turn_and_a_seed_plans_the_same_again(kills: int, seed: int) -> None:
    made = plan(kills, seed)
    assert made == plan(kills, seed)
    assert [kill.number for kill in made] == list(range(1, kills + 1))
    named = [kill.point for kill in made if kill.named]
    assert len(named) == (kills + 1) // 2
    counts = {point: named.count(point) for point in POINTS}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_sixteen_kills_hit_every_named_point_and_each_point_has_one_victim() -> None:
    assert {kill.point for kill in plan(16, 3)} == {*POINTS, RANDOM}
    assert set(POINTS) == {*ENGINE_POINTS, *GATEWAY_POINTS}
    for kill in plan(40, 3):
        if kill.named:
            assert kill.victim == ("engine" if kill.point in ENGINE_POINTS else "gateway")


def test_other_seeds_plan_otherwise() -> None:
    assert plan(20, 1) != plan(20, 2)


def test_tokens_are_counted_lost_and_doubled() -> None:
    tally = Tally()
    for token in ("a", "b", "c"):
        tally.send(token)
    for token in ("a", "b", "b", "b"):
        tally.see(token)
    assert tally.lost == 1
    assert tally.missing == {"c"}
    assert tally.duplicates == 2


def test_the_machine_keys_are_exactly_those_promised() -> None:
    made = result().machine()
    assert tuple(made) == KEYS
    assert made["restore_s"] == {"p50": 1.0, "max": 1.0}
    assert made["ok"] is True


def doubled() -> Tally:
    tally = Tally()
    tally.send("a")
    tally.see("a")
    tally.see("a")
    return tally


def lost() -> Tally:
    tally = Tally()
    tally.send("a")
    return tally


@pytest.mark.parametrize(
    "wrong",
    [
        {"inbound": lost()},
        {"inbound": doubled()},
        {"outbound": lost()},
        {"outbound": doubled()},
        {"extra_qr": 1},
        {"missed_points": ["sent"]},
        {"troubles": ["kill 3: number-1 was failed"]},
    ],
)
def test_anything_wrong_is_not_ok(wrong: dict[str, object]) -> None:
    assert result(**wrong).ok is False


def test_percentiles() -> None:
    assert percentile([], 0.5) == 0
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([1, 2, 3, 4], 0.99) == 4
    assert percentile([7], 0.5) == 7
