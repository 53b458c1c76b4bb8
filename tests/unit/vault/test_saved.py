"""Names of snapshots, and which of them are kept."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.engine import Folder
from holdfast.vault.saved import Snapshot, Why, next_at, read, superfluous

NUMBER = "4915100000001"


def taken(*at_ms: int, why: Why = Why.CHANGED) -> list[Snapshot]:
    return [Snapshot(NUMBER, at, why, b"w") for at in at_ms]


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(Why))
def test_a_name_tells_when_and_why(at_ms: int, why: Why) -> None:
    snapshot = Snapshot(NUMBER, at_ms, why, b"w", b"digest", 1)
    assert read(Folder(snapshot.folder, b"w", 1, b"digest")) == snapshot


@given(st.lists(st.integers(0, 4_000_000_000_000), min_size=2))
def test_names_sort_by_time(times: list[int]) -> None:
    assert sorted(times) == [it.at_ms for it in sorted(taken(*times), key=lambda snapshot: snapshot.name)]


def test_what_is_none_of_ours_is_left_alone() -> None:
    for name in ("", NUMBER, f"{NUMBER}/mine", f"{NUMBER}/20261399T000000000Z-changed"):
        assert read(Folder(name, b"", 1)) is None


def test_three_are_kept_and_one_from_before() -> None:
    changed, before = taken(1, 5, 3, 2, 4), taken(1, 2, why=Why.BEFORE)
    assert sorted((it.why, it.at_ms) for it in superfluous(changed + before)) == [
        (Why.BEFORE, 1),
        (Why.CHANGED, 1),
        (Why.CHANGED, 2),
    ]
    assert superfluous(taken(1, 2, 3)) == []


def test_a_clock_that_is_set_back_makes_no_snapshot_older() -> None:
    assert next_at(1000, taken(5000)) == 5001
    assert next_at(9000, taken(5000)) == 9000
    assert next_at(9000, []) == 9000
