"""A number that WhatsApp's field cannot hold was answered with 500, and took the bot's whole batch along."""

from dataclasses import replace

import pytest

from holdfast.model.attributes import NONE
from holdfast.model.content import CalendarEvent, Content, GroupInvite, LiveLocation
from holdfast.model.errors import ContentInvalid
from holdfast.outbox import rules
from holdfast.outbox.compose import Composition, compose

CHAT = "4915112345678@s.whatsapp.net"
EVENT = CalendarEvent("Tour", rules.LATEST_MS)
INVITE = GroupInvite("120363000000000000@g.us", "code")
HERE = LiveLocation(48.1, 11.5)
#: A content, its field, and the most that it takes.
LIMITS: tuple[tuple[Content, str, int], ...] = (
    (HERE, "accuracy_m", rules.MOST_METRES),
    (HERE, "sequence", rules.LONGEST_SEQUENCE),
    (HERE, "speed_mps", rules.MOST_METRES_A_SECOND),
    (HERE, "heading_deg", 360),
    (INVITE, "expires_ms", rules.LATEST_MS),
    (EVENT, "start_ms", rules.LATEST_MS),
    (EVENT, "end_ms", rules.LATEST_MS),
)


@pytest.mark.parametrize(("content", "name", "most"), LIMITS, ids=[name for _, name, _ in LIMITS])
def test_what_is_taken_can_be_written_and_what_is_larger_is_refused(
    content: Content, name: str, most: int
) -> None:
    taken = replace(content, **{name: most})
    assert rules.refusal(taken, NONE, CHAT) is None
    assert compose(Composition(taken, NONE, CHAT, CHAT, CHAT, b"s" * 32, b"i" * 12, 1))
    for more in (most + 1, 2**63 * 1000, 10**30):
        assert isinstance(rules.refusal(replace(content, **{name: more}), NONE, CHAT), ContentInvalid)


def test_an_event_that_ends_at_no_time_is_refused() -> None:
    assert isinstance(rules.refusal(replace(EVENT, end_ms=0), NONE, CHAT), ContentInvalid)
