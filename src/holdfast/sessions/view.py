"""A session as everybody outside sees it, and the event that tells of its change. Pure."""

from dataclasses import dataclass

from holdfast.model.actions import Action
from holdfast.model.events import SessionStateChanged
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import ConnectionStatus, Desired, State, connection_status
from holdfast.model.warnings import WarningCode
from holdfast.sessions.facts import Session
from holdfast.sessions.offers import offered
from holdfast.sessions.runtime import Runtime, ShownCode


@dataclass(frozen=True, slots=True)
class View:
    """One session at one moment."""

    id: str
    tenant_id: str
    name: str
    phone: str | None
    push_name: str | None
    state: State
    reason: Reason
    #: WhatsApp's own number for the reason, where it gave one.
    code: int | None
    detail: str
    since_ms: int
    desired: Desired
    epoch: int
    attempt: int
    last_connected_ms: int | None
    last_heartbeat_ms: int | None
    #: When the phone itself sent something last; 0: not known.
    phone_seen_ms: int
    retry_at_ms: int | None
    banned_until_ms: int | None
    requires_auth: bool
    restoring: bool
    qr: ShownCode | None
    #: What its owner can do with it now.
    actions: tuple[Action, ...]
    #: Warnings that stand, and since when, oldest first.
    warnings: tuple[tuple[WarningCode, int], ...]

    @property
    def connection_status(self) -> ConnectionStatus:
        """The old systems' word."""
        return connection_status(self.state)


def view(runtime: Runtime, shift_ms: int, *, restoring: bool) -> View:
    """The session as it is now, in the wall clock's time, which is ahead by `shift_ms`."""
    record, session = runtime.record, runtime.session.moved(shift_ms)
    shown = runtime.pairing.code if runtime.pairing is not None else None
    return View(
        id=record.id,
        tenant_id=record.tenant_id,
        name=record.name,
        phone=phone_text(record.phone),
        push_name=record.push_name,
        state=session.state,
        reason=session.reason,
        code=session.code,
        detail=session.detail,
        since_ms=session.since_ms,
        desired=session.desired,
        epoch=session.epoch,
        attempt=session.attempt,
        last_connected_ms=runtime.last_connected_ms,
        last_heartbeat_ms=runtime.last_heartbeat_ms,
        phone_seen_ms=runtime.phone_seen_ms,
        retry_at_ms=session.retry_at_ms,
        banned_until_ms=session.banned_until_ms,
        requires_auth=session.requires_auth,
        restoring=restoring,
        qr=shown.moved(shift_ms) if shown is not None and session.state is State.PAIRING else None,
        actions=offered(runtime.session),
        warnings=tuple(sorted(runtime.warnings.items(), key=lambda it: it[1])),
    )


def phone_text(phone: str | None) -> str | None:
    """`+4915…`: the number as people write it; stored are the digits of the JID, verbatim."""
    return f"+{phone}" if phone else None


def state_event(runtime: Runtime, session: Session, previous: State) -> SessionStateChanged:
    """The event that tells of the session's change from `previous`."""
    return SessionStateChanged(
        state=session.state,
        previous=previous,
        reason=session.reason.value,
        phone=phone_text(runtime.record.phone),
        detail=session.detail,
        since_ms=session.since_ms,
        retry_at_ms=session.retry_at_ms,
        banned_until_ms=session.banned_until_ms,
        requires_auth=session.requires_auth,
        code=session.code,
        notice=MEANINGS[session.reason].notice,
    )
