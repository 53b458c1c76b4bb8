"""What can be done with a session, state by state."""

import pytest

from holdfast.model.actions import Action
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.offers import offered

LINKED, NONE, LOST = Credentials.VALID, Credentials.NONE, Credentials.LOST
PAIR, CANCEL, CONNECT = Action.PAIR, Action.CANCEL_PAIRING, Action.CONNECT
STOP, LOG_OUT = Action.DISCONNECT, Action.LOG_OUT

OFFERED = [
    (Session(State.NEW, Reason.CREATED), [PAIR]),
    (Session(State.PAIRING, Reason.PAIRING_ASKED, deadline_ms=9), [CANCEL, STOP]),
    (Session(State.STOPPED, Reason.STOPPED_BY_OWNER, Desired.DOWN, LINKED), [CONNECT, LOG_OUT]),
    (Session(State.CONNECTING, Reason.RESTORING, credentials=LINKED), [STOP, LOG_OUT]),
    (Session(State.CONNECTED, Reason.LOGGED_IN, credentials=LINKED, in_flight=True), [STOP, LOG_OUT]),
    (Session(State.UNSTABLE, Reason.PROBE_MISSED, credentials=LINKED, in_flight=True), [STOP, LOG_OUT]),
    (Session(State.RECONNECTING, Reason.NETWORK, credentials=LINKED), [CONNECT, STOP, LOG_OUT]),
    # an attempt is on its way: to ask for one changes nothing
    (Session(State.RECONNECTING, Reason.NETWORK, credentials=LINKED, in_flight=True), [STOP, LOG_OUT]),
    (Session(State.REPLACED, Reason.REPLACED, credentials=LINKED), [CONNECT, STOP, LOG_OUT]),
    (Session(State.LOGGED_OUT, Reason.LOGGED_OUT_ON_PHONE, credentials=LOST), [PAIR]),
    (Session(State.BANNED, Reason.BANNED, credentials=LINKED), [CONNECT, LOG_OUT]),
    # nothing goes on by itself any more when its owner says so
    (Session(State.BANNED, Reason.BANNED, credentials=LINKED, retry_at_ms=9), [CONNECT, STOP, LOG_OUT]),
    (Session(State.FAILED, Reason.WRONG_KEY, credentials=LINKED), [CONNECT, STOP, LOG_OUT]),
]


def test_nothing_can_be_done_with_a_deleted_one() -> None:
    assert offered(Session(State.DELETED, Reason.DELETED_HERE, Desired.DOWN, LOST)) == ()


@pytest.mark.parametrize(("session", "actions"), OFFERED, ids=lambda it: getattr(it, "state", ""))
def test_what_is_offered(session: Session, actions: list[Action]) -> None:
    assert offered(session) == (*actions, Action.DELETE)


def test_the_table_above_has_every_state() -> None:
    assert {session.state for session, _ in OFFERED} == set(State) - {State.DELETED}
