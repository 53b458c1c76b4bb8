"""Rules of the session machine: what an owner asks for. Pure; `machine.py` says where."""

from dataclasses import replace
from typing import Final

from holdfast.model.policy import Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions.commands import (
    AskForCode,
    CancelPairing,
    CloseFile,
    Command,
    DisconnectSession,
    ForgetSession,
    GiveUpLink,
    GiveUpScratch,
    PutBackSnapshot,
)
from holdfast.sessions.deciding import Decision, begin_pairing, dial, to
from holdfast.sessions.facts import Credentials, Fact, PairingAsked, Session, SnapshotChosen

#: What another snapshot helps nothing against.
_RESTS: Final = frozenset({State.STOPPED, State.REPLACED, State.BANNED})


def connect(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it up: at once, whatever it was waiting for."""
    wanted = replace(session, desired=Desired.UP, conflicts=0)
    if session.credentials is not Credentials.VALID:
        return begin_pairing(wanted, now_ms, policy)
    return dial(wanted, Reason.CONNECT_ASKED, now_ms)


def connect_waiting(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner is impatient: a waiting attempt begins now, a running one is left alone."""
    wanted = replace(session, desired=Desired.UP)
    if session.in_flight or session.reason is Reason.ENGINE_DOWN:
        return Decision(wanted)
    return dial(wanted, Reason.CONNECT_ASKED, now_ms, state=State.RECONNECTING)


def desire_up(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """It is up, or on its way: only what is desired is left to note."""
    return Decision(replace(session, desired=Desired.UP))


def stop(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it down."""
    stopped = to(session, Reason.STOPPED_BY_OWNER, now_ms, desired=Desired.DOWN, attempt=0)
    return Decision(stopped, (DisconnectSession(),))


def stop_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it down while a code is shown."""
    back = to(session, Reason.PAIRING_CANCELLED, now_ms, replace_number=False)
    return Decision(replace(back, desired=Desired.DOWN), (CancelPairing(),))


def desire_down(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """It rests anyway: note it, and wait for nothing any more."""
    return Decision(replace(session, desired=Desired.DOWN, retry_at_ms=None))


def pair(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A QR code, on demand only, and only where no valid credentials exist."""
    if session.credentials is Credentials.VALID:
        return Decision(session, heard=False)
    assert isinstance(fact, PairingAsked)
    return begin_pairing(session, now_ms, policy, replace_number=fact.replace_number, phone=fact.phone)


def pair_otherwise(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A pairing runs: what is asked for beyond it is added."""
    assert isinstance(fact, PairingAsked)
    after = replace(session, replace_number=session.replace_number or fact.replace_number)
    code: tuple[Command, ...] = (AskForCode(session.epoch, fact.phone),) if fact.phone is not None else ()
    return Decision(after, code, heard=bool(code) or after != session)


def cancel_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner has changed their mind."""
    back = to(session, Reason.PAIRING_CANCELLED, now_ms, replace_number=False)
    return Decision(back, (CancelPairing(),))


def log_out(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner gives the link up: WhatsApp is told, the credentials leave for quarantine."""
    if session.credentials is not Credentials.VALID:
        return Decision(session, heard=False)
    out = to(session, Reason.LOGGED_OUT_HERE, now_ms, credentials=Credentials.LOST, attempt=0)
    return Decision(out, (GiveUpLink(),))


def put_back(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner has chosen a snapshot. What is to be up connects with it; what rests goes on resting."""
    assert isinstance(fact, SnapshotChosen)
    if session.credentials is not Credentials.VALID:
        return Decision(session, heard=False)
    moves: tuple[Command, ...] = (CloseFile(), PutBackSnapshot(fact.name))
    if session.desired is Desired.DOWN or session.state in _RESTS:
        return Decision(session, moves)
    again = dial(session, Reason.SNAPSHOT_CHOSEN, now_ms)
    return replace(again, commands=(*moves, *again.commands))


def delete(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The end. What is under way is finished first, in the session's lane, and what it brought given up."""
    gone = to(
        session, Reason.DELETED_HERE, now_ms, desired=Desired.DOWN, credentials=Credentials.LOST, attempt=0
    )
    pairing: tuple[Command, ...] = (CancelPairing(),) if session.state is State.PAIRING else ()
    return Decision(gone, (*pairing, GiveUpScratch(), GiveUpLink(), ForgetSession()))
