"""Warnings that stand: told when they begin and when they are over, kept with the session's row."""

from holdfast.kit import logging
from holdfast.model.events import SessionWarning
from holdfast.model.warnings import WarningCode
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.signs import Sign
from holdfast.sessions.view import phone_text

log = logging.get("sessions")


class Warnings:
    """Tells each warning of a session once, and once that it is over."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def found(self, runtime: Runtime, code: WarningCode, sign: Sign | None) -> None:
        """A look found this sign, or (None) nothing of the kind."""
        since_ms = runtime.warnings.get(code)
        if sign is not None and since_ms is None:
            since_ms = self._roster.clock.wall_ms
            runtime.warnings[code] = since_ms
            self._tell(
                runtime, SessionWarning(code, True, since_ms, _phone(runtime), sign.measured, sign.limit)
            )
        elif sign is None and since_ms is not None:
            del runtime.warnings[code]
            self._tell(runtime, SessionWarning(code, False, since_ms, _phone(runtime)))

    def over(self, runtime: Runtime) -> None:
        """Nothing is to be expected of the session any more: its owner stopped it, or it rests."""
        for code in list(runtime.warnings):
            self.found(runtime, code, None)

    def _tell(self, runtime: Runtime, warning: SessionWarning) -> None:
        self._roster.remember(runtime, warning)
        self._roster.wake(runtime)
        log.log(
            30 if warning.active else 20,
            "session.warning" if warning.active else "session.warning_over",
            session=runtime.name,
            phone=runtime.record.phone,
            code=warning.code.value,
            measured=warning.measured or None,
            limit=warning.limit,
        )


def _phone(runtime: Runtime) -> str | None:
    return phone_text(runtime.record.phone)
