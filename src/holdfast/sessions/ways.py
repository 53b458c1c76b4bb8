"""The ways to link beside a QR code: a code that is typed on the phone, and a passkey that is relayed."""

from dataclasses import replace
from typing import Final

from holdfast.kit import logging
from holdfast.model.errors import (
    CommandRefused,
    EngineStorageFailed,
    EngineUnreachable,
    HoldfastError,
    NoPasskey,
    NotConnected,
    RateLimited,
    RequestInvalid,
)
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import facts as f
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine

log = logging.get("sessions")

_BY_ERROR: Final[tuple[tuple[type[HoldfastError], Reason], ...]] = (
    (EngineUnreachable, Reason.PAIRING_INTERRUPTED),
    (EngineStorageFailed, Reason.PAIRING_STORAGE_FAILED),
    (NotConnected, Reason.PAIRING_UNREACHABLE),
    (RateLimited, Reason.PAIRING_TOO_OFTEN),
)


def why_not(error: HoldfastError) -> Reason:
    """Why a pairing comes to nothing after this error of the engine."""
    return next((reason for kind, reason in _BY_ERROR if isinstance(error, kind)), Reason.PAIRING_FAILED_HERE)


class Ways:
    """Asks the engine for what a pairing needs beyond its QR codes. No call waits in the session's lane."""

    def __init__(self, roster: Roster, link: Engine) -> None:
        self._roster, self._link = roster, link

    # ---- a code to type ------------------------------------------------------------------------------------

    def code_wanted(self, runtime: Runtime, epoch: int, phone: str) -> bool:
        """From now on the code for this phone is shown, not the QR code. False: that pairing is over."""
        if runtime.pairing is None or not _pairs(runtime, epoch):
            return False
        runtime.pairing = replace(runtime.pairing, phone=phone, typed=None)
        return True

    async def ask_for_code(self, runtime: Runtime, epoch: int, phone: str) -> None:
        """Have the code made; a fact brings it. What refuses it ends the pairing, with its reason."""
        try:
            await self._link.pair_phone(runtime.id, phone)
        except EngineUnreachable:
            return  # the pairing ends with it
        except CommandRefused as exc:
            said_no = exc.error_code == "invalid_argument" or exc.whatsapp_code
            reason = Reason.PAIRING_NUMBER_REFUSED if said_no else Reason.PAIRING_FAILED_HERE
            self._refuse(runtime, epoch, reason, exc.message, exc.whatsapp_code)
        except HoldfastError as exc:
            self._refuse(runtime, epoch, why_not(exc), exc.message)
        except Exception:  # one session's trouble stays its own
            log.exception("session.code_failed", session=runtime.name)
            self._refuse(runtime, epoch, Reason.PAIRING_FAILED_HERE)

    # ---- a passkey -----------------------------------------------------------------------------------------

    async def answer_passkey(self, runtime: Runtime, response_json: bytes) -> None:
        """Hand on what the authenticator said. Refused by WhatsApp it ends the pairing.

        Raises NoPasskey, RequestInvalid when it is no such answer, EngineUnreachable.
        """
        epoch = _asked_for_passkey(runtime, compares=False)
        try:
            await self._link.passkey_response(runtime.id, response_json)
        except HoldfastError as exc:
            self._passkey_refused(runtime, epoch, exc)

    async def confirm_passkey(self, runtime: Runtime) -> None:
        """The person has seen the same code on both screens. Raises NoPasskey, EngineUnreachable."""
        epoch = _asked_for_passkey(runtime, compares=True)
        try:
            await self._link.passkey_confirm(runtime.id)
        except HoldfastError as exc:
            self._passkey_refused(runtime, epoch, exc)

    def _passkey_refused(self, runtime: Runtime, epoch: int, exc: HoldfastError) -> None:
        match exc:
            case EngineUnreachable():
                raise exc
            case NotConnected():
                raise NoPasskey() from exc
            case CommandRefused(error_code="invalid_argument"):
                raise RequestInvalid(
                    "This is not what an authenticator answers",
                    next_step="Run the helper again and paste everything that it prints.",
                ) from exc
            case CommandRefused():
                self._refuse(runtime, epoch, Reason.PAIRING_PASSKEY_REFUSED, exc.message, exc.whatsapp_code)
            case _:
                self._refuse(runtime, epoch, why_not(exc), exc.message)

    # ---- inside --------------------------------------------------------------------------------------------

    def _refuse(self, runtime: Runtime, epoch: int, reason: Reason, detail: str = "", code: int = 0) -> None:
        self._roster.tell(runtime, f.PairingRefused(epoch, reason, detail, code or None))


def _pairs(runtime: Runtime, epoch: int) -> bool:
    return runtime.session.state is State.PAIRING and runtime.session.epoch == epoch


def _asked_for_passkey(runtime: Runtime, *, compares: bool) -> int:
    passkey = runtime.pairing.passkey if runtime.pairing is not None else None
    if runtime.session.state is not State.PAIRING or passkey is None or bool(passkey.code) is not compares:
        raise NoPasskey()
    return runtime.session.epoch
