"""The figures of reconnection: their bounds, and what a row of the table of reasons promises."""

import pytest
from pydantic import ValidationError

from holdfast.model.policy import DEFAULT_POLICY, Policy, attempts_allowed
from holdfast.model.reasons import MEANINGS, Reason, Retry


@pytest.mark.parametrize("name", sorted(Policy.model_fields))
def test_every_figure_has_bounds_and_says_what_it_is(name: str) -> None:
    field = Policy.model_fields[name]
    assert field.description
    assert field.metadata, "a value without bounds"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reconnect_first_s": 0},
        {"reconnect_longest_s": 86_400},
        {"reconnect_first_s": 50, "reconnect_longest_s": 10},
        {"conflict": "fight"},
        {"conflict": "retry:0"},
        {"conflict": "retry:11"},
        {"connects_per_s": 0},
        {"rate_limited_first_s": 1},
    ],
)
def test_what_would_hammer_or_never_come_back_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)


def test_conflicts_rest_by_default_and_are_retried_only_where_that_is_set() -> None:
    assert DEFAULT_POLICY.conflict_retries == 0
    assert Policy(conflict="retry:3").conflict_retries == 3


@pytest.mark.parametrize(
    ("reason", "seconds", "most"),
    [
        (Reason.NETWORK, 0.05, 0),
        (Reason.NETWORK, 60, 14),  # waits of 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, then 6 s
        (Reason.RESTART_REQUIRED, 0, 1),
        (Reason.SERVICE_UNAVAILABLE, 60, 6),
        (Reason.UNKNOWN_CODE, 60, 6),
        (Reason.RATE_LIMITED, 60, 3),
        (Reason.CLIENT_OUTDATED, 60, 0),
        (Reason.CLIENT_OUTDATED, 86_400, 13),
        (Reason.REPLACED, 86_400, 0),
        (Reason.LOGGED_OUT_ON_PHONE, 86_400, 0),
        (Reason.BANNED_FOR_GOOD, 86_400, 0),
        (Reason.ENGINE_DOWN, 86_400, 0),
        (Reason.LOGGED_IN, 86_400, 0),
    ],
)
def test_what_a_row_promises(reason: Reason, seconds: float, most: int) -> None:
    assert attempts_allowed(reason, seconds) == most


def test_a_conflict_is_tried_as_often_as_set_and_not_more() -> None:
    assert attempts_allowed(Reason.REPLACED, 10 * 86_400, Policy(conflict="retry:3")) == 3
    assert attempts_allowed(Reason.REPLACED, 10, Policy(conflict="retry:3")) == 1


def test_a_lab_divides_every_time_and_promises_the_same_number() -> None:
    fast = DEFAULT_POLICY.faster(10)
    assert (fast.reconnect_longest_s, fast.stable_after_s, fast.connects_per_s) == (6, 6, 3000)
    for reason in Reason:
        assert attempts_allowed(reason, 6, fast) == attempts_allowed(reason, 60)


def test_the_longest_wait_of_a_reason_is_its_pace() -> None:
    assert DEFAULT_POLICY.longest_wait_s(Reason.NETWORK) == 60
    assert DEFAULT_POLICY.longest_wait_s(Reason.ADOPTION_REFUSED) == 300
    for meaning in MEANINGS.values():
        if meaning.end is not None and meaning.end.retry is not Retry.NO:
            assert DEFAULT_POLICY.wait_s(meaning.end.retry, 99, 0.999) <= 86_400
