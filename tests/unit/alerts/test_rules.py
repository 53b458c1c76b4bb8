"""Which events are alerts: the table and its readers."""

import pytest

from holdfast.alerts.rules import DEFAULTS, Turn, read_signals
from holdfast.model import words
from holdfast.model.events import (
    EventData,
    SessionStateChanged,
    SessionUnlinking,
    SessionWarning,
    Unlinked,
    event_to_json,
)
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode

ALERTS = [reason for reason, meaning in MEANINGS.items() if meaning.alert]


def signals(event: EventData) -> dict[str, Turn]:
    return {it.cause: it.turn for it in read_signals(event.type.value, event_to_json(event))}


def state(reason: Reason, state: State) -> dict[str, Turn]:
    return signals(SessionStateChanged(state, State.CONNECTED, reason.value))


@pytest.mark.parametrize("reason", ALERTS)
def test_every_reason_that_needs_a_human_is_an_alert(reason: Reason) -> None:
    found = state(reason, MEANINGS[reason].state or State.FAILED)
    assert [cause for cause, turn in found.items() if turn is Turn.RAISED] == [reason.value]
    assert reason.value in DEFAULTS


@pytest.mark.parametrize("reason", ALERTS)
def test_every_alert_ends_when_the_session_is_connected(reason: Reason) -> None:
    assert state(Reason.LOGGED_IN, State.CONNECTED)[reason.value] is Turn.CLEARED


@pytest.mark.parametrize(
    ("reason", "where"),
    [
        (Reason.STOPPED_BY_OWNER, State.STOPPED),
        (Reason.LOGGED_OUT_HERE, State.LOGGED_OUT),
        (Reason.DELETED_HERE, State.DELETED),
    ],
)
def test_what_its_owner_does_raises_nothing_and_ends_all(reason: Reason, where: State) -> None:
    assert set(state(reason, where).values()) == {Turn.DROPPED}


def test_a_lost_connection_is_one_that_may_pass() -> None:
    assert state(Reason.NETWORK, State.RECONNECTING) == {"not_connected": Turn.RAISED}
    assert DEFAULTS["not_connected"].after_s == 600


@pytest.mark.parametrize("reason", [Reason.RESTORING, Reason.CONNECT_ASKED, Reason.LINKED])
def test_the_ordinary_way_to_a_connection_is_no_loss(reason: Reason) -> None:
    assert state(reason, State.CONNECTING) == {}


def test_pairing_is_its_owners_own_doing() -> None:
    assert state(Reason.PAIRING_ASKED, State.PAIRING) == {}


@pytest.mark.parametrize("code", WarningCode)
def test_every_warning_is_told_while_it_holds(code: WarningCode) -> None:
    assert signals(SessionWarning(code, True, 1)) == {code.value: Turn.RAISED}
    assert signals(SessionWarning(code, False, 1)) == {code.value: Turn.CLEARED}


def test_a_device_that_stays_linked_is_told_until_it_is_gone() -> None:
    assert signals(SessionUnlinking("+49151", Unlinked.BY_HAND)) == {"device_left_linked": Turn.RAISED}
    assert signals(SessionUnlinking("+49151", Unlinked.DONE)) == {"device_left_linked": Turn.CLEARED}


def test_what_a_newer_gateway_says_is_no_alert_and_no_error() -> None:
    assert read_signals("session.state", {"state": "levitating", "previous": "new", "reason": "x"}) == []
    assert read_signals("session.levitates", {}) == []


@pytest.mark.parametrize("cause", DEFAULTS)
def test_every_cause_has_its_words(cause: str) -> None:
    said = words.of_alert(cause)
    assert said.sentence.endswith(".")
    assert said.sentence != f"{cause.replace('_', ' ').capitalize()}."
    assert said.next_step.endswith(".")
