"""The rules of the session machine:

what each fact means where it is heard. Pure; `machine.py` says which rule answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from holdfast.kit.backoff import backoff
from holdfast.model.reasons import LASTING_FAILURES, MEANINGS, Reason, Retry
from holdfast.model.states import State, Wish
from holdfast.sessions.facts import (
    AdoptCredentials,
    CancelPairing,
    Command,
    ConnectRefused,
    ConnectSession,
    Credentials,
    DisconnectSession,
    EngineAttached,
    Fact,
    Level,
    LevelReported,
    LinkDisconnected,
    PairingFailed,
    QuarantineCredentials,
    Restored,
    Session,
    StartPairing,
    UnlinkDevice,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The figures of the machine. All times in seconds."""

    backoff_base_s: float = 1.0
    backoff_cap_s: float = 60.0
    slow_base_s: float = 5.0
    slow_cap_s: float = 300.0
    #: A connection that lived this long resets the attempt counter. A mere login does not.
    stable_after_s: float = 60.0
    first_code_within_s: float = 20.0
    pairing_gives_up_after_s: float = 180.0


DEFAULT_POLICY: Final = Policy()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the machine decided."""

    session: Session
    commands: tuple[Command, ...] = ()
    #: False: the fact was stale, or nothing in this state answers to it.
    heard: bool = True


Rule = Callable[[Session, Fact, int, float, Policy], Decision]


# ---- building blocks ---------------------------------------------------------------------------------------


def _to(session: Session, state: State, reason: Reason, now_ms: int, **changes: object) -> Session:
    """The one setter:

    state, reason and time change together; everything of the old state that must not stay, goes.
    """
    same = session.state is state and session.reason is reason
    clean: dict[str, object] = {
        "retry_at_ms": None,
        "deadline_ms": None,
        "banned_until_ms": None,
        "up_since_ms": None,
        "in_flight": False,
        "detail": "",
        "since_ms": session.since_ms if same else now_ms,
    }
    return replace(session, state=state, reason=reason, **{**clean, **changes})  # type: ignore[arg-type]


def _connect(session: Session, reason: Reason, now_ms: int, *, state: State = State.CONNECTING) -> Decision:
    epoch = session.epoch + 1
    ended: tuple[Command, ...] = (DisconnectSession(),) if session.in_flight else ()
    going = _to(session, state, reason, now_ms, epoch=epoch, in_flight=True)
    return Decision(going, (*ended, ConnectSession(epoch)))


def _pair(session: Session, now_ms: int, policy: Policy) -> Decision:
    epoch = session.epoch + 1
    deadline = now_ms + round(policy.first_code_within_s * 1000)
    pairing = _to(
        session,
        State.PAIRING,
        Reason.PAIRING_ASKED,
        now_ms,
        wish=Wish.UP,
        epoch=epoch,
        deadline_ms=deadline,
        attempt=0,
    )
    return Decision(pairing, (StartPairing(epoch),))


def _unpaired(session: Session, reason: Reason, now_ms: int, detail: str = "") -> Session:
    """Back to where a session without credentials rests."""
    state = State.LOGGED_OUT if session.credentials is Credentials.LOST else State.NEW
    return _to(session, state, reason, now_ms, detail=detail)


def _delay_s(retry: Retry, attempt: int, roll: float, policy: Policy) -> float:
    if retry is Retry.AT_ONCE and attempt == 0:
        return 0.0
    if retry is Retry.SLOWLY:
        return backoff(attempt, base_s=policy.slow_base_s, cap_s=policy.slow_cap_s, roll=roll)
    return backoff(attempt, base_s=policy.backoff_base_s, cap_s=policy.backoff_cap_s, roll=roll)


def _banned(session: Session, fact: LinkDisconnected | ConnectRefused, now_ms: int, roll: float) -> Session:
    """At rest until the ban's own end, if that is known; some seconds later, not to the moment."""
    until = fact.banned_until_ms if isinstance(fact, LinkDisconnected) else None
    retry_at = until + round(roll * 10_000) if until is not None else None
    return _to(
        session,
        State.BANNED,
        Reason.BANNED,
        now_ms,
        banned_until_ms=until,
        retry_at_ms=retry_at,
        detail=fact.detail,
    )


def _ended(
    session: Session, fact: LinkDisconnected | ConnectRefused, now_ms: int, roll: float, policy: Policy
) -> Decision:
    """A connection, or the attempt to make one, is over. The table of reasons says what follows."""
    meaning, detail = MEANINGS[fact.reason], fact.detail
    if (
        meaning.weight == 0
    ):  # not the end of a connection: an engine that talks nonsense costs a reconnect, no more
        return _ended(session, replace(fact, reason=Reason.NETWORK), now_ms, roll, policy)
    if fact.reason is Reason.BANNED:
        return Decision(_banned(session, fact, now_ms, roll))
    if fact.reason is Reason.LOGGED_OUT_ON_PHONE:
        lost = _to(
            session, State.LOGGED_OUT, fact.reason, now_ms, credentials=Credentials.LOST, detail=detail
        )
        return Decision(lost, (QuarantineCredentials(),))
    if meaning.state is not State.RECONNECTING:
        return Decision(_to(session, meaning.state or State.FAILED, fact.reason, now_ms, detail=detail))
    if meaning.retry is Retry.WHEN_ENGINE:
        return Decision(_to(session, State.RECONNECTING, fact.reason, now_ms, detail=detail))
    stable = session.up_since_ms is not None and now_ms - session.up_since_ms >= policy.stable_after_s * 1000
    attempt = 0 if stable else session.attempt
    retry_at = now_ms + round(_delay_s(meaning.retry, attempt, roll, policy) * 1000)
    waiting = _to(
        session,
        State.RECONNECTING,
        fact.reason,
        now_ms,
        attempt=attempt + 1,
        retry_at_ms=retry_at,
        detail=detail,
    )
    return Decision(waiting)


def _up(session: Session, now_ms: int, *, missed_probes: int = 0, epoch: int | None = None) -> Session:
    state, reason = (
        (State.UNSTABLE, Reason.PROBE_MISSED) if missed_probes else (State.CONNECTED, Reason.LOGGED_IN)
    )
    return _to(
        session,
        state,
        reason,
        now_ms,
        epoch=session.epoch if epoch is None else epoch,
        in_flight=True,
        up_since_ms=session.up_since_ms if session.up_since_ms is not None else now_ms,
    )


# ---- rules -------------------------------------------------------------------------------------------------
# Every rule has the same shape; the table below says which one answers.


def connect(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it up: at once, whatever it was waiting for."""
    wished = replace(session, wish=Wish.UP)
    if session.credentials is not Credentials.VALID:
        return _pair(wished, now_ms, policy)
    return _connect(wished, Reason.CONNECT_ASKED, now_ms)


def connect_waiting(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner is impatient: a waiting attempt begins now, a running one is left alone."""
    wished = replace(session, wish=Wish.UP)
    if session.in_flight or session.reason is Reason.ENGINE_DOWN:
        return Decision(wished)
    return _connect(wished, Reason.CONNECT_ASKED, now_ms, state=State.RECONNECTING)


def wish_up(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """It is up, or on its way: nothing but the wish is left to note."""
    return Decision(replace(session, wish=Wish.UP))


def stop(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it down."""
    stopped = _to(session, State.STOPPED, Reason.STOPPED_BY_OWNER, now_ms, wish=Wish.DOWN, attempt=0)
    return Decision(stopped, (DisconnectSession(),))


def stop_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner wants it down while a code is shown."""
    back = _unpaired(session, Reason.PAIRING_CANCELLED, now_ms)
    return Decision(replace(back, wish=Wish.DOWN), (CancelPairing(),))


def wish_down(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """It rests anyway: note the wish, and wait for nothing any more."""
    return Decision(replace(session, wish=Wish.DOWN, retry_at_ms=None))


def pair(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A QR code, on demand only, and only where no valid credentials exist."""
    if session.credentials is Credentials.VALID:
        return Decision(session, heard=False)
    return _pair(session, now_ms, policy)


def cancel_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner has changed their mind."""
    return Decision(_unpaired(session, Reason.PAIRING_CANCELLED, now_ms), (CancelPairing(),))


def log_out(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The owner gives the link up: WhatsApp is told if it can be, the credentials leave for quarantine."""
    if session.credentials is not Credentials.VALID:
        return Decision(session, heard=False)
    told: tuple[Command, ...] = (UnlinkDevice(),) if session.state.up else ()
    out = _to(
        session, State.LOGGED_OUT, Reason.LOGGED_OUT_HERE, now_ms, credentials=Credentials.LOST, attempt=0
    )
    return Decision(out, (*told, DisconnectSession(), QuarantineCredentials()))


def restore(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A start of the gateway: shown as connecting from the first moment. The engine's answer decides how."""
    if session.wish is Wish.DOWN:
        return Decision(_to(session, State.STOPPED, Reason.STOPPED_BY_OWNER, now_ms))
    detail = fact.detail if isinstance(fact, Restored) else ""
    return Decision(_to(session, State.CONNECTING, Reason.RESTORING, now_ms, detail=detail))


def restore_failed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """What failed in our own house is tried again by a new process; what WhatsApp said is not."""
    if session.reason in LASTING_FAILURES or session.wish is Wish.DOWN:
        return Decision(session)
    return restore(session, fact, now_ms, roll, policy)


def restore_banned(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A ban outlives every restart, until its own end."""
    until = session.banned_until_ms
    if until is None or session.wish is Wish.DOWN:
        return Decision(replace(session, retry_at_ms=None))
    if now_ms >= until:
        return restore(session, fact, now_ms, roll, policy)
    return Decision(replace(session, retry_at_ms=until + round(roll * 10_000)))


def restore_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """No code survives a restart.

    If the phone had scanned it, the scratch folder tells, and it is adopted.
    """
    return Decision(_unpaired(session, Reason.PAIRING_INTERRUPTED, now_ms))


def attach_wanted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there, and the session wants to be up: adopt what the engine still holds, or connect."""
    assert isinstance(fact, EngineAttached)
    if session.credentials is not Credentials.VALID:
        return Decision(_unpaired(session, Reason.PAIRING_INTERRUPTED, now_ms))
    held = fact.level or Level.CLOSED
    state = session.state if session.state in (State.CONNECTING, State.RECONNECTING) else State.RECONNECTING
    if held >= Level.DIALING and fact.epoch >= session.epoch:
        if held.up:
            return Decision(_up(session, now_ms, epoch=fact.epoch))
        return Decision(_to(session, state, session.reason, now_ms, epoch=fact.epoch, in_flight=True))
    newest = replace(session, epoch=max(session.epoch, fact.epoch), in_flight=held >= Level.DIALING)
    if (
        session.state is State.RECONNECTING
        and session.retry_at_ms is not None
        and session.retry_at_ms > now_ms
    ):
        return Decision(newest)
    return _connect(newest, session.reason, now_ms, state=state)


def attach_unwanted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """An engine is there and the session wants no connection: whatever it holds is ended."""
    assert isinstance(fact, EngineAttached)
    newest = replace(session, epoch=max(session.epoch, fact.epoch))
    if fact.level is Level.PAIRING:
        return Decision(newest, (CancelPairing(),))
    if fact.level is not None and fact.level >= Level.DIALING:
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
    return Decision(_to(session, state, reason, now_ms))


def engine_lost_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The code on the screen is worthless now."""
    return Decision(_unpaired(session, Reason.PAIRING_INTERRUPTED, now_ms))


def retry(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The wait is over."""
    if session.retry_at_ms is None or now_ms < session.retry_at_ms or session.wish is Wish.DOWN:
        return Decision(session, heard=False)
    return _connect(session, session.reason, now_ms, state=State.RECONNECTING)


def give_up_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """No code within the outer limit, or nobody scanned one."""
    if session.deadline_ms is None or now_ms < session.deadline_ms:
        return Decision(session, heard=False)
    shown = session.deadline_ms - session.since_ms > policy.first_code_within_s * 1000
    reason = Reason.PAIRING_TIMED_OUT if shown else Reason.PAIRING_UNREACHABLE
    return Decision(_unpaired(session, reason, now_ms), (CancelPairing(),))


def refused(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The attempt could not even begin."""
    assert isinstance(fact, ConnectRefused)
    return _ended(session, fact, now_ms, roll, policy)


def refused_pairing(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Pairing could not even begin."""
    assert isinstance(fact, ConnectRefused)
    return Decision(_unpaired(session, Reason.PAIRING_UNREACHABLE, now_ms, fact.detail))


def link_up(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Logged in. The attempt counter stays: only a stable connection resets it."""
    return Decision(_up(session, now_ms))


def link_lost(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The connection ended."""
    assert isinstance(fact, LinkDisconnected)
    return _ended(session, fact, now_ms, roll, policy)


def link_lost_again(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """While reconnecting: the attempt ended, or a worse reason for the old end came late."""
    assert isinstance(fact, LinkDisconnected)
    if session.in_flight:
        return _ended(session, fact, now_ms, roll, policy)
    if MEANINGS[fact.reason].weight <= MEANINGS[session.reason].weight:
        return Decision(session, heard=False)
    return _ended(replace(session, attempt=max(0, session.attempt - 1)), fact, now_ms, roll, policy)


def level_up_or_lost(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Levels overrule events: what the engine holds is the truth."""
    assert isinstance(fact, LevelReported)
    if not session.in_flight:
        return Decision(session, heard=False)
    if fact.level.up:
        return Decision(_up(session, now_ms, missed_probes=fact.missed_probes))
    if fact.level is Level.CLOSED:
        lost = LinkDisconnected(session.epoch, Reason.NETWORK, "the engine holds no connection")
        return _ended(session, lost, now_ms, roll, policy)
    if session.state.up:
        return Decision(_to(session, State.RECONNECTING, Reason.NETWORK, now_ms, in_flight=True))
    return Decision(session, heard=False)


def show_code(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """A code is there: from now on it is the phone's turn."""
    deadline = session.since_ms + round(policy.pairing_gives_up_after_s * 1000)
    return Decision(replace(session, deadline_ms=deadline))


def paired(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The phone has scanned. Credentials exist, they only have to be put in their place."""
    linked = _to(session, State.CONNECTING, Reason.LINKED, now_ms, attempt=0)
    return Decision(linked, (AdoptCredentials(),))


def pairing_failed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """Back to rest; a human may ask again. Also when the new link turned out to belong to another session."""
    assert isinstance(fact, PairingFailed)
    if session.credentials is Credentials.VALID:
        return Decision(session, heard=False)
    return Decision(_unpaired(session, fact.reason, now_ms, fact.detail))


def adopted(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """New credentials lie in their place. Whatever the session was doing, it now connects with them."""
    linked = replace(session, credentials=Credentials.VALID, attempt=0)
    if session.wish is Wish.DOWN:
        return Decision(_to(linked, State.STOPPED, Reason.STOPPED_BY_OWNER, now_ms))
    return _connect(linked, Reason.LINKED, now_ms)


def missed(session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy) -> Decision:
    """The folder is not on the disk: connecting cannot work, and nothing is made up in its place."""
    if session.credentials is not Credentials.VALID or session.in_flight:
        return Decision(session, heard=False)
    return Decision(_to(session, State.FAILED, Reason.FOLDER_MISSING, now_ms))
