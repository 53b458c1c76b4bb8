"""Rules of the session machine: what this house did, or could not do. Pure; `machine.py` says where."""

from dataclasses import replace

from holdfast.model.policy import Policy
from holdfast.model.reasons import MEANINGS, OF_THE_WAY, Fate, Reason, Retry
from holdfast.model.states import Desired, LinkLevel, State
from holdfast.sessions.commands import (
    AdoptCredentials,
    CancelPairing,
    CloseFile,
    Command,
    DisconnectSession,
    ForgetSession,
    GiveUpLink,
    GiveUpScratch,
    QuarantineCredentials,
)
from holdfast.sessions.deciding import (
    Decision,
    after_ban,
    code_was_shown,
    dial,
    ended,
    timed_out,
    to,
    unlinked,
    up,
)
from holdfast.sessions.facts import (
    AdoptionRefused,
    ConnectRefused,
    Credentials,
    CredentialsMissed,
    CredentialsRestored,
    EngineAttached,
    Fact,
    LinkDisconnected,
    RecordRefused,
    Restored,
    Session,
)


def restore(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A start of the gateway: shown as connecting from the first moment. The engine's answer decides how.

    Where WhatsApp limits the rate, the wait goes on.
    """
    if session.desired is Desired.DOWN:
        return Decision(to(session, Reason.STOPPED_BY_OWNER, now_ms))
    if _waits_on(session):
        return Decision(session)
    detail = fact.detail if isinstance(fact, Restored) else ""
    return Decision(to(session, Reason.RESTORING, now_ms, detail=detail))


def _waits_on(session: Session) -> bool:
    """A wait for this reason outlives the process that began it."""
    waits = session.state is State.RECONNECTING and session.retry_at_ms is not None
    return waits and MEANINGS[session.reason].outlives_restart


def restore_resting(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A new process tries again what the table of reasons lets it, and a ban whose end has passed."""
    until = session.banned_until_ms
    over = until is not None and now_ms >= until
    lasting = MEANINGS[session.reason].outlives_restart and not over
    if lasting or session.desired is Desired.DOWN or session.credentials is not Credentials.VALID:
        waits = session.desired is Desired.UP and not over
        retry_at = session.retry_at_ms if until is None else after_ban(until, roll, policy)
        return Decision(replace(session, retry_at_ms=retry_at if waits else None))
    return restore(session, fact, now_ms, roll, policy)


def restore_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """No code survives a restart.

    If the phone had scanned it, the scratch folder tells, and it is adopted.
    """
    return Decision(to(session, Reason.PAIRING_INTERRUPTED, now_ms))


def attach_wanted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there, and the session wants to be up: adopt what the engine still holds, or connect."""
    assert isinstance(fact, EngineAttached)
    if session.credentials is not Credentials.VALID:
        return Decision(to(session, Reason.PAIRING_INTERRUPTED, now_ms))
    held = fact.level or LinkLevel.CLOSED
    state = session.state if session.state in (State.CONNECTING, State.RECONNECTING) else State.RECONNECTING
    if held >= LinkLevel.DIALING and fact.epoch >= session.epoch:
        if held.up:
            return Decision(up(session, now_ms, policy, epoch=fact.epoch))
        held_here = to(session, session.reason, now_ms, state=state, epoch=fact.epoch, in_flight=True)
        return Decision(held_here)
    newest = replace(session, epoch=max(session.epoch, fact.epoch), in_flight=held >= LinkLevel.DIALING)
    if (
        session.state is State.RECONNECTING
        and session.retry_at_ms is not None
        and session.retry_at_ms > now_ms
    ):
        return Decision(newest)
    return dial(newest, session.reason, now_ms, state=state)


def attach_unwanted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there and the session wants no connection: whatever it holds is ended."""
    assert isinstance(fact, EngineAttached)
    newest = replace(session, epoch=max(session.epoch, fact.epoch))
    if fact.level is LinkLevel.PAIRING:
        return Decision(newest, (CancelPairing(),))
    if fact.level is not None and fact.level >= LinkLevel.DIALING:
        return Decision(newest, (DisconnectSession(),))
    return Decision(newest)


def engine_lost(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Nothing can be sent or received now.

    A waiting attempt keeps its time; everything else waits for the engine.
    """
    if session.state is State.RECONNECTING and session.retry_at_ms is not None:
        return Decision(replace(session, in_flight=False))
    state = State.CONNECTING if session.state is State.CONNECTING else State.RECONNECTING
    reason = session.reason if state is State.CONNECTING else Reason.ENGINE_DOWN
    return Decision(to(session, reason, now_ms, state=state))


def engine_lost_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The code on the screen is worthless now."""
    return Decision(to(session, Reason.PAIRING_INTERRUPTED, now_ms))


def retry(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The wait is over."""
    if session.retry_at_ms is None or now_ms < session.retry_at_ms or session.desired is Desired.DOWN:
        return Decision(session, heard=False)
    return dial(session, session.reason, now_ms, state=State.RECONNECTING)


def prove_stable(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The connection has lived long enough: what came before it no longer slows the next attempts down."""
    if session.stable_at_ms is None or now_ms < session.stable_at_ms:
        return Decision(session, heard=False)
    return Decision(replace(session, attempt=0, stable_at_ms=None))


def network_returned(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The way to WhatsApp is open again: who waited because of it dials now.

    An attempt that began while it was closed begins again: its packets may take long to be repeated.
    """
    first = session.state is State.CONNECTING and session.in_flight
    if session.desired is Desired.DOWN or not (first or session.reason in OF_THE_WAY):
        return Decision(session, heard=False)
    return dial(session, session.reason, now_ms, state=session.state)


def give_up_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """No code within the outer limit, or nobody scanned one."""
    if session.deadline_ms is None or now_ms < session.deadline_ms:
        return Decision(session, heard=False)
    reason = timed_out(session) if code_was_shown(session, policy) else Reason.PAIRING_UNREACHABLE
    return Decision(to(session, reason, now_ms, replace_number=False), (CancelPairing(),))


def refused(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The attempt could not even begin."""
    assert isinstance(fact, ConnectRefused)
    return ended(session, fact, now_ms, roll, policy)


def refused_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Pairing could not even begin."""
    assert isinstance(fact, ConnectRefused)
    of_pairing = MEANINGS[fact.reason].state is None
    reason = fact.reason if of_pairing else Reason.PAIRING_UNREACHABLE
    return Decision(to(session, reason, now_ms, state=unlinked(session), detail=fact.detail, code=fact.code))


def adopted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """New credentials lie in their place. Whatever the session was doing, it now connects with them."""
    linked = replace(session, credentials=Credentials.VALID, attempt=0, conflicts=0, replace_number=False)
    if session.desired is Desired.DOWN:
        return Decision(to(linked, Reason.STOPPED_BY_OWNER, now_ms))
    return dial(linked, Reason.LINKED, now_ms)


def missed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The file fails under a connection: closed and opened again, it is replaced."""
    assert isinstance(fact, CredentialsMissed)
    again = dial(session, fact.reason, now_ms, state=State.RECONNECTING)
    return replace(again, commands=(CloseFile(), *again.commands))


def credentials_restored(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner is told; the attempt that found the damage goes on."""
    assert isinstance(fact, CredentialsRestored)
    told = to(
        session,
        Reason.RESTORED_FROM_SNAPSHOT,
        now_ms,
        state=session.state,
        in_flight=session.in_flight,
        detail=fact.detail,
    )
    return Decision(told)


def adoption_refused(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone counts us as linked, so it is tried again until it works."""
    assert isinstance(fact, AdoptionRefused)
    wait_s = policy.wait_s(Retry.SLOWLY, session.attempt, roll)
    waiting = to(
        session,
        Reason.ADOPTION_REFUSED,
        now_ms,
        attempt=session.attempt + 1,
        retry_at_ms=now_ms + round(wait_s * 1000),
        detail=fact.detail,
    )
    return Decision(waiting)


def adopt_again(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The wait after a refused adoption is over."""
    if session.retry_at_ms is None or now_ms < session.retry_at_ms:
        return Decision(session, heard=False)
    return Decision(replace(session, retry_at_ms=None), (AdoptCredentials(),))


def record_refused(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A session that cannot be recorded is not connected: nobody could say afterwards what it was."""
    assert isinstance(fact, RecordRefused)
    if session.reason is Reason.RECORD_REFUSED:
        return Decision(session, heard=False)
    ends: tuple[Command, ...] = (DisconnectSession(),) if session.in_flight else ()
    return Decision(to(session, Reason.RECORD_REFUSED, now_ms, detail=fact.detail), ends)


def attach_unlinked(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there: what an interrupted log-out left in place is moved now."""
    decision = attach_unwanted(session, fact, now_ms, roll, policy)
    end = MEANINGS[session.reason].end
    told = end is not None and end.credentials is Fate.QUARANTINE  # by WhatsApp itself
    moves: Command = QuarantineCredentials() if told else GiveUpLink()
    return replace(decision, commands=(*decision.commands, moves))


def attach_deleted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there: an interrupted deletion is finished now."""
    decision = attach_unwanted(session, fact, now_ms, roll, policy)
    rest = (GiveUpScratch(), GiveUpLink(), ForgetSession())
    return replace(decision, commands=(*decision.commands, *rest))


def engine_crashed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """It rests, so that the others run, and is tried again more and more rarely."""
    return ended(session, LinkDisconnected(session.epoch, Reason.CRASHES_ENGINE), now_ms, roll, policy)
