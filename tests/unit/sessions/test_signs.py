"""Signs: figures in, signs out. One row of a table per boundary."""

import pytest

from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.signs import (
    Limits,
    Sign,
    Unanswered,
    flapping,
    is_loss,
    unacknowledged,
    unanswered,
    unconfirmed,
)

LIMITS = Limits(flapping_losses=4, flapping_within_s=100, unacknowledged_s=10, unconfirmed_s=20)
NOW = 1_000_000


@pytest.mark.parametrize(
    ("before", "after", "reason", "lost"),
    [
        (State.CONNECTED, State.RECONNECTING, Reason.NETWORK, True),
        (State.UNSTABLE, State.RECONNECTING, Reason.SILENT, True),
        (State.CONNECTED, State.UNSTABLE, Reason.PROBE_MISSED, False),
        (State.RECONNECTING, State.RECONNECTING, Reason.STREAM_ERROR, False),
        (State.CONNECTED, State.STOPPED, Reason.STOPPED_BY_OWNER, False),
        (State.CONNECTED, State.REPLACED, Reason.REPLACED, False),
        # the whole house was away: that is not this number's doing
        (State.CONNECTED, State.RECONNECTING, Reason.ENGINE_DOWN, False),
        (State.CONNECTED, State.RECONNECTING, Reason.PARKED, False),
    ],
)
def test_what_counts_as_a_lost_connection(before: State, after: State, reason: Reason, lost: bool) -> None:
    assert is_loss(before, after, reason) is lost


@pytest.mark.parametrize(
    ("ages_s", "standing", "found"),
    [
        ([], False, None),
        ([1, 2, 3], False, None),
        ([1, 2, 3, 4], False, Sign(4, 4)),
        ([1, 2, 3, 100], False, None),  # the oldest has left the window
        ([1, 2, 3, 99.9], False, Sign(4, 4)),
        ([1, 2, 3], True, Sign(3, 4)),  # what stands is over at half as many, so that it does not flap itself
        ([1, 2], True, None),
    ],
)
def test_flapping_is_so_many_losses_within_a_time(
    ages_s: list[float], standing: bool, found: Sign | None
) -> None:
    losses = [NOW - round(age * 1000) for age in ages_s]
    assert flapping(losses, NOW, standing=standing, limits=LIMITS) == found


def test_an_unanswered_message_ages_while_the_session_is_up_and_over_connections() -> None:
    known = unanswered(None, 7, up=True, passed_ms=5000)
    assert known == Unanswered(7, 0)
    known = unanswered(known, 7, up=True, passed_ms=9000)
    known = unanswered(known, 7, up=False, passed_ms=3_600_000)
    assert unacknowledged(known, LIMITS) is None
    known = unanswered(known, 7, up=True, passed_ms=1000)
    assert unacknowledged(known, LIMITS) == Sign(10, 10)
    assert unanswered(known, 8, up=True, passed_ms=5000) == Unanswered(8, 0)
    assert unanswered(known, None, up=True, passed_ms=5000) is None
    assert unacknowledged(None, LIMITS) is None


@pytest.mark.parametrize(("waiting_ms", "found"), [(0, None), (19_999, None), (21_500, Sign(21, 20))])
def test_what_is_not_stored_for_too_long_is_a_sign(waiting_ms: int, found: Sign | None) -> None:
    assert unconfirmed(waiting_ms, LIMITS) == found
