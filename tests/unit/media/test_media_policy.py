"""What follows from an attempt to fetch a file that failed."""

import pytest

from holdfast.media.policy import Again, FetchPolicy, Settled, after_asking, after_download
from holdfast.model.errors import (
    CommandRefused,
    EngineStorageFailed,
    EngineUnreachable,
    HoldfastError,
    NotConnected,
    RateLimited,
)
from holdfast.model.media import FileKind, FileState


def refused(code: str) -> CommandRefused:
    return CommandRefused(error_code=code)


@pytest.mark.parametrize("exc", [NotConnected(), EngineUnreachable(), EngineStorageFailed()])
def test_what_is_not_the_files_fault_is_waited_out_and_does_not_count(exc: HoldfastError) -> None:
    decided = after_download(exc, 1000, 0.0)
    assert isinstance(decided, Again)
    assert not decided.counted


def test_what_whatsapp_dropped_is_asked_of_the_phone() -> None:
    assert after_download(refused("media_gone"), 1, 0.0) == Again(0.0, ask=True)


@pytest.mark.parametrize(
    ("code", "attempt", "state"),
    [
        ("media_broken", 3, None),
        ("media_broken", 4, "media_broken"),
        ("too_large", 1, "media_too_large"),
        ("invalid_argument", 1, "media_broken"),
        ("unanswered", 39, None),
        ("unanswered", 40, "media_unreachable"),
    ],
)
def test_it_is_tried_as_often_as_it_may_help(code: str, attempt: int, state: str | None) -> None:
    decided = after_download(refused(code), attempt, 1.0)
    if state is None:
        assert isinstance(decided, Again)
        assert decided.delay_s > 0
    else:
        assert decided == Settled(FileState.FAILED, state)


def test_a_phone_that_sleeps_is_asked_for_days_and_one_that_has_nothing_is_believed() -> None:
    waits = []
    for attempt in range(1, 24):
        decided = after_asking(refused("unanswered"), attempt, 1.0)
        assert isinstance(decided, Again)
        waits.append(decided.delay_s)
    assert waits == sorted(waits)
    assert sum(waits) > 3 * 86_400
    assert after_asking(refused("unanswered"), 24, 1.0) == Settled(FileState.FAILED, "media_gone")
    assert after_asking(refused("media_gone"), 1, 1.0) == Settled(FileState.FAILED, "media_gone")


def test_whatsapps_pause_is_kept() -> None:
    assert after_download(RateLimited(retry_after_s=7.0), 1, 0.0) == Again(7.0)


def test_a_policy_wants_its_kinds_up_to_its_length() -> None:
    policy = FetchPolicy(frozenset({FileKind.IMAGE}), 100)
    assert policy.wants(FileKind.IMAGE, 100)
    assert not policy.wants(FileKind.IMAGE, 101)
    assert not policy.wants(FileKind.VIDEO, 1)
