"""What the rules of the session machine are made of. Pure.

Every change of state goes through `to`; every end of a connection through `ended`, which does what the table
of reasons says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from holdfast.model.policy import Policy
from holdfast.model.reasons import MEANINGS, End, Fate, Reason, Retry
from holdfast.model.states import Desired, State
from holdfast.sessions.commands import (
    AskForCode,
    Command,
    ConnectSession,
    DisconnectSession,
    QuarantineCredentials,
    StartPairing,
)
from holdfast.sessions.facts import ConnectRefused, Credentials, Fact, LinkDisconnected, Session


@dataclass(frozen=True, slots=True)
class Decision:
    """What the machine decided."""

    session: Session
    commands: tuple[Command, ...] = ()
    #: False: the fact was stale, or nothing in this state reacts to it.
    heard: bool = True


Rule = Callable[[Session, Fact, int, float, Policy], Decision]


def to(
    session: Session, reason: Reason, now_ms: int, *, state: State | None = None, **changes: object
) -> Session:
    """The one setter: state, reason and time change together, and what belonged to the old state goes.

    The reason says the state; `state` is given where a reason of before goes on in another one.
    """
    state = state or MEANINGS[reason].state or unlinked(session)
    same = session.state is state and session.reason is reason
    clean: dict[str, object] = {
        "retry_at_ms": None,
        "deadline_ms": None,
        "banned_until_ms": None,
        "up_since_ms": None,
        "stable_at_ms": None,
        "in_flight": False,
        "detail": "",
        "code": None,
        "since_ms": session.since_ms if same else now_ms,
    }
    return replace(session, state=state, reason=reason, **{**clean, **changes})  # type: ignore[arg-type]


def unlinked(session: Session) -> State:
    """Where a session without credentials rests."""
    return State.LOGGED_OUT if session.credentials is Credentials.LOST else State.NEW


def dial(session: Session, reason: Reason, now_ms: int, *, state: State = State.CONNECTING) -> Decision:
    """Connect with a new epoch; a connection that may still be there is ended first."""
    epoch = session.epoch + 1
    before: tuple[Command, ...] = (DisconnectSession(),) if session.in_flight else ()
    going = to(session, reason, now_ms, state=state, epoch=epoch, in_flight=True)
    return Decision(going, (*before, ConnectSession(epoch)))


def begin_pairing(
    session: Session,
    now_ms: int,
    policy: Policy,
    *,
    replace_number: bool = False,
    phone: str | None = None,
) -> Decision:
    """Ask for codes with a new epoch."""
    epoch = session.epoch + 1
    deadline = now_ms + round(policy.first_code_within_s * 1000)
    pairing = to(
        session,
        Reason.PAIRING_ASKED,
        now_ms,
        desired=Desired.UP,
        epoch=epoch,
        deadline_ms=deadline,
        attempt=0,
        replace_number=replace_number,
    )
    code: tuple[Command, ...] = (AskForCode(epoch, phone),) if phone is not None else ()
    return Decision(pairing, (StartPairing(epoch), *code))


def code_was_shown(session: Session, policy: Policy) -> bool:
    """The pairing that runs came so far that a person could act: its deadline is the longer one."""
    if session.reason is not Reason.PAIRING_ASKED:
        return True
    first_ms = round(policy.first_code_within_s * 1000)
    return session.deadline_ms is not None and session.deadline_ms - session.since_ms > first_ms


def timed_out(session: Session) -> Reason:
    """What a person did not do in time."""
    asked_for_passkey = session.reason in {Reason.PAIRING_PASSKEY, Reason.PAIRING_COMPARE}
    return Reason.PAIRING_PASSKEY_NEEDED if asked_for_passkey else Reason.PAIRING_TIMED_OUT


def up(
    session: Session, now_ms: int, policy: Policy, *, missed_probes: int = 0, epoch: int | None = None
) -> Session:
    """Logged in, in this epoch. Attempts count on until the connection has proved stable."""
    since = session.up_since_ms if session.up_since_ms is not None else now_ms
    stable_at = since + round(policy.stable_after_s * 1000) if session.attempt else None
    return to(
        session,
        Reason.PROBE_MISSED if missed_probes else Reason.LOGGED_IN,
        now_ms,
        epoch=session.epoch if epoch is None else epoch,
        in_flight=True,
        up_since_ms=since,
        stable_at_ms=stable_at,
    )


# ---- ends --------------------------------------------------------------------------------------------------


def ended(
    session: Session, fact: LinkDisconnected | ConnectRefused, now_ms: int, roll: float, policy: Policy
) -> Decision:
    """A connection, or the attempt to make one, is over. The table of reasons says what follows."""
    end = MEANINGS[fact.reason].end
    if end is None:  # no reason for an end: an engine that talks nonsense costs a reconnect, no more
        return ended(session, replace(fact, reason=Reason.NETWORK), now_ms, roll, policy)
    lost = end.credentials is Fate.QUARANTINE
    banned_until = _banned_until(fact, end)
    if _lived_s(session, now_ms) >= policy.conflict_forgotten_after_s:
        session = replace(session, conflicts=0)
    wait = _wait(session, end.retry, now_ms, roll, policy, banned_until_ms=banned_until)
    after = to(
        session,
        fact.reason,
        now_ms,
        credentials=Credentials.LOST if lost else session.credentials,
        attempt=wait.attempt,
        conflicts=wait.conflicts,
        retry_at_ms=wait.until_ms,
        banned_until_ms=banned_until,
        detail=fact.detail,
        code=fact.code,
    )
    return Decision(after, (QuarantineCredentials(),) if lost else ())


def weight(reason: Reason) -> int:
    """How bad an end of a connection for this reason is; 0 for what is none."""
    end = MEANINGS[reason].end
    return 0 if end is None else end.weight


@dataclass(frozen=True, slots=True)
class _Wait:
    attempt: int
    conflicts: int
    until_ms: int | None = None


def _wait(
    session: Session, retry: Retry, now_ms: int, roll: float, policy: Policy, *, banned_until_ms: int | None
) -> _Wait:
    """Until when the session waits for its next attempt, and the how manieth that will be."""
    match retry:
        case Retry.NO | Retry.WHEN_ENGINE:
            return _Wait(session.attempt, session.conflicts)
        case Retry.AFTER_BAN:
            return _Wait(session.attempt, session.conflicts, after_ban(banned_until_ms, roll, policy))
        case Retry.CONFLICT:
            return _after_conflict(session, now_ms, roll, policy)
    attempt = 0 if _lived_s(session, now_ms) >= policy.stable_after_s else session.attempt
    until_ms = now_ms + round(policy.wait_s(retry, attempt, roll) * 1000)
    return _Wait(attempt + 1, session.conflicts, until_ms)


def _after_conflict(session: Session, now_ms: int, roll: float, policy: Policy) -> _Wait:
    """Nobody fights: by itself it is tried again only as often as that was set, with growing waits."""
    if session.conflicts >= policy.conflict_retries or session.desired is Desired.DOWN:
        return _Wait(session.attempt, session.conflicts)
    wait_s = policy.wait_s(Retry.CONFLICT, session.conflicts, roll)
    return _Wait(session.attempt, session.conflicts + 1, now_ms + round(wait_s * 1000))


def _lived_s(session: Session, now_ms: int) -> float:
    """How long the connection was up; 0 where it was not."""
    return 0.0 if session.up_since_ms is None else (now_ms - session.up_since_ms) / 1000


def _banned_until(fact: LinkDisconnected | ConnectRefused, end: End) -> int | None:
    if end.retry is not Retry.AFTER_BAN or isinstance(fact, ConnectRefused):
        return None
    return fact.banned_until_ms


def after_ban(until_ms: int | None, roll: float, policy: Policy) -> int | None:
    """When to try again after a ban. None: its end is not known, or there is none."""
    return None if until_ms is None else until_ms + round(roll * policy.ban_spread_s * 1000)
