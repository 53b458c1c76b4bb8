"""Rules of the session machine: what happened on the wire. Pure; `machine.py` says where."""

from dataclasses import replace

from holdfast.model.policy import Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel, State
from holdfast.sessions.commands import AdoptCredentials, CancelPairing, GiveUpScratch
from holdfast.sessions.deciding import (
    Decision,
    code_was_shown,
    ended,
    timed_out,
    to,
    unlinked,
    up,
    weight,
)
from holdfast.sessions.facts import (
    Credentials,
    Fact,
    LevelReported,
    LinkDisconnected,
    PairingFailed,
    PairingRefused,
    PasskeyAsked,
    Session,
)


def link_up(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Logged in. The attempt counter stays: only a stable connection resets it."""
    return Decision(up(session, now_ms, policy))


def link_lost(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The connection ended."""
    assert isinstance(fact, LinkDisconnected)
    return ended(session, fact, now_ms, roll, policy)


def link_lost_again(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """While reconnecting: the attempt ended, or a worse reason for the old end came late."""
    assert isinstance(fact, LinkDisconnected)
    if session.in_flight:
        return ended(session, fact, now_ms, roll, policy)
    if weight(fact.reason) <= weight(session.reason):
        return Decision(session, heard=False)
    return ended(replace(session, attempt=max(0, session.attempt - 1)), fact, now_ms, roll, policy)


def level_up_or_lost(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Levels overrule events: what the engine holds is the truth."""
    assert isinstance(fact, LevelReported)
    if not session.in_flight:
        return Decision(session, heard=False)
    if fact.level.up:
        return Decision(up(session, now_ms, policy, missed_probes=fact.missed_probes))
    if fact.level is LinkLevel.CLOSED:
        lost = LinkDisconnected(session.epoch, Reason.NETWORK, "the engine holds no connection")
        return ended(session, lost, now_ms, roll, policy)
    if session.state.up:
        return Decision(to(session, Reason.NETWORK, now_ms, in_flight=True))
    return Decision(session, heard=False)


def show_code(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A code is there: from now on it is the phone's turn."""
    if code_was_shown(session, policy):
        return Decision(session)
    deadline = session.since_ms + round(policy.pairing_gives_up_after_s * 1000)
    return Decision(replace(session, deadline_ms=deadline))


def show_typed_code(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A code to type is there. The pairing goes on from when it was asked for."""
    shown = show_code(session, fact, now_ms, roll, policy).session
    return Decision(to(shown, Reason.PAIRING_BY_CODE, now_ms, deadline_ms=shown.deadline_ms))


def ask_for_passkey(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has used the code, and its account wants more. That takes a person longer."""
    assert isinstance(fact, PasskeyAsked)
    return Decision(to(session, Reason.PAIRING_PASSKEY, now_ms, deadline_ms=fact.until_ms))


def ask_to_compare(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The passkey was good: one look at two screens is left."""
    return Decision(to(session, Reason.PAIRING_COMPARE, now_ms, deadline_ms=session.deadline_ms))


def refused(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Nothing will come of this pairing: it is ended, and its owner may ask again."""
    assert isinstance(fact, PairingRefused)
    rests = to(session, fact.reason, now_ms, state=unlinked(session), detail=fact.detail, code=fact.code)
    return Decision(replace(rests, replace_number=False), (CancelPairing(),))


def paired(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has scanned. Credentials exist, they only have to be put in their place."""
    linked = to(session, Reason.LINKED, now_ms, attempt=0)
    return Decision(linked, (AdoptCredentials(),))


def pairing_failed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Back to rest; a human may ask again. Also when the new link turned out to belong to another session."""
    assert isinstance(fact, PairingFailed)
    if session.credentials is Credentials.VALID:
        return Decision(session, heard=False)
    reason = fact.reason
    if session.state is State.PAIRING and reason is Reason.PAIRING_TIMED_OUT:
        reason = timed_out(session)
    elif session.state is State.PAIRING and reason is Reason.PAIRING_UNREACHABLE:
        reason = Reason.PAIRING_LOST if code_was_shown(session, policy) else reason
    rests = to(session, reason, now_ms, state=unlinked(session), detail=fact.detail, code=fact.code)
    return Decision(replace(rests, replace_number=False))


def paired_too_late(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has linked a session that is deleted: the device is unlinked again."""
    return Decision(session, (GiveUpScratch(),))
