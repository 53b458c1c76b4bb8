"""An older engine gives way when nothing is under way, and not before."""

import pytest

from holdfast.engine.facts import Held, Levels
from holdfast.engine.succession import QUIET_LOOKS, Quiet
from holdfast.model.states import LinkLevel


def held(level: LinkLevel = LinkLevel.DRAINED, waiting: int = 0) -> Held:
    return Held("ses_a", 3, level, 0, waiting, 0, "49151", "49151:3@s.whatsapp.net")


def levels(*sessions: Held) -> Levels:
    return Levels(0, sessions)


def test_it_is_quiet_after_some_looks_in_a_row() -> None:
    quiet = Quiet()
    assert [quiet.look(levels(held()), 0) for _ in range(QUIET_LOOKS)] == [False] * (QUIET_LOOKS - 1) + [True]


@pytest.mark.parametrize(
    ("seen", "commands"),
    [
        (None, 0),
        (levels(held()), 1),
        (levels(held(), held(waiting=1)), 0),
        (levels(held(LinkLevel.PAIRING)), 0),
        (levels(held(LinkLevel.DIALING)), 0),
    ],
)
def test_whatever_is_under_way_begins_the_wait_again(seen: Levels | None, commands: int) -> None:
    quiet = Quiet()
    for _ in range(QUIET_LOOKS - 1):
        quiet.look(levels(), 0)
    assert not quiet.look(seen, commands)
    assert [quiet.look(levels(), 0) for _ in range(QUIET_LOOKS)][-2:] == [False, True]
