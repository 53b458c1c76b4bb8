"""A session as everybody outside sees it, and the event that tells of its change. Pure."""

from dataclasses import dataclass

from holdfast.model.actions import Action
from holdfast.model.events import SessionPairing, SessionStateChanged
from holdfast.model.pairing import PairingStep
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import ConnectionStatus, Desired, State, connection_status
from holdfast.model.warnings import WarningCode
from holdfast.sessions.facts import Session
from holdfast.sessions.offers import offered
from holdfast.sessions.runtime import Pairing, Runtime


@dataclass(frozen=True, slots=True)
class PairingView:
    """What a pairing waits for. The codes themselves are asked for one by one."""

    step: PairingStep
    #: The how manieth QR code of how many.
    index: int | None = None
    of: int | None = None
    valid_until_ms: int | None = None
    #: The phone on which the code is to be typed, digits.
    phone: str | None = None


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
    #: WhatsApp's code for the reason, where it gave one.
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
    pairing: PairingView | None
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
    pairs = runtime.pairing is not None and session.state is State.PAIRING
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
        pairing=pairing_view(runtime.pairing, shift_ms) if runtime.pairing is not None and pairs else None,
        actions=offered(runtime.session),
        warnings=tuple(sorted(runtime.warnings.items(), key=lambda it: it[1])),
    )


def pairing_view(pairing: Pairing, shift_ms: int) -> PairingView | None:
    """What the person has to do now, in the wall clock's time; None while there is nothing to do yet."""
    typed, qr, passkey = pairing.typed, pairing.code, pairing.passkey
    if pairing.accepted:
        return PairingView(PairingStep.ACCEPTED)
    if passkey is not None:
        step = PairingStep.COMPARE_CODES if passkey.code else PairingStep.USE_PASSKEY
        return PairingView(step, valid_until_ms=passkey.valid_until_ms + shift_ms)
    if typed is not None:
        until = typed.valid_until_ms + shift_ms
        return PairingView(PairingStep.TYPE_CODE, valid_until_ms=until, phone=typed.phone)
    if qr is None or pairing.phone is not None:
        return None
    return PairingView(PairingStep.SCAN, qr.index, qr.of, qr.valid_until_ms + shift_ms)


def pairing_event(view: PairingView) -> SessionPairing:
    """The event that tells of it."""
    return SessionPairing(view.index, view.of, view.valid_until_ms, step=view.step)


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
