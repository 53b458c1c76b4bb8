"""Rules of the session machine: what happened on the wire. Pure; `machine.py` says where."""

from dataclasses import replace

from holdfast.model.policy import Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel
from holdfast.sessions.commands import AdoptCredentials, GiveUpScratch
from holdfast.sessions.deciding import Decision, ended, to, unlinked, up, weight
from holdfast.sessions.facts import Credentials, Fact, LevelReported, LinkDisconnected, PairingFailed, Session


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
    deadline = session.since_ms + round(policy.pairing_gives_up_after_s * 1000)
    return Decision(replace(session, deadline_ms=deadline))


def paired(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has scanned. Credentials exist, they only have to be put in their place."""
    linked = to(session, Reason.LINKED, now_ms, attempt=0)
    return Decision(linked, (AdoptCredentials(),))


def pairing_failed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Back to rest; a human may ask again. Also when the new link turned out to belong to another session."""
    assert isinstance(fact, PairingFailed)
    if session.credentials is Credentials.VALID:
        return Decision(session, heard=False)
    return Decision(
        to(session, fact.reason, now_ms, state=unlinked(session), detail=fact.detail, code=fact.code)
    )


def paired_too_late(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has linked a session that is deleted: the device is unlinked again."""
    return Decision(session, (GiveUpScratch(),))
