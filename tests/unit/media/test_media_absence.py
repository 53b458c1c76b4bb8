"""Why a file is not here: each state says what a client can do."""

import pytest

from holdfast.media.absence import absence
from holdfast.model.errors import MediaExpired, MediaGone, MediaNotHere
from holdfast.model.media import FileState

GONE = (FileState.FAILED, "media_gone")
BROKEN = (FileState.FAILED, "media_broken")


@pytest.mark.parametrize(
    ("states", "kind", "next_step"),
    [
        ([(FileState.WAITING, None)], MediaNotHere, "Wait for the event"),
        ([(FileState.WANTED, None)], MediaNotHere, "Wait for the event"),
        ([(FileState.ASKED, None)], MediaNotHere, "Wait for the event"),
        ([(FileState.SKIPPED, None)], MediaNotHere, "fetches it"),
        ([BROKEN], MediaNotHere, "Ask the sender"),
        ([(FileState.FAILED, "media_unreachable")], MediaNotHere, "Fetch it by request"),
        ([(FileState.EXPIRED, None)], MediaExpired, "fetches a received one again"),
        ([GONE], MediaGone, "Ask the sender"),
        # several messages name it
        ([GONE, (FileState.ASKED, None)], MediaNotHere, "Wait for the event"),
        ([GONE, (FileState.EXPIRED, None)], MediaExpired, "fetches a received one again"),
        ([GONE, BROKEN], MediaNotHere, "Ask the sender"),
        # nothing is known of it, or nothing that says why
        ([], MediaNotHere, "See the message's `file`"),
        ([(FileState.STORED, None)], MediaNotHere, "See the message's `file`"),
    ],
)
def test_each_state_says_why_and_what_to_do(
    states: list[tuple[FileState, str | None]], kind: type[Exception], next_step: str
) -> None:
    refused = absence(states)
    assert type(refused) is kind
    assert next_step in refused.next_step


@pytest.mark.parametrize("state", FileState)
def test_every_state_is_answered(state: FileState) -> None:
    assert absence([(state, None)]).message
