"""What customers and operators are told over WhatsApp, in the commit that makes it true."""

from datetime import datetime

from holdfast.chauffeur.booking import ALIVE, Booking, Owner
from holdfast.chauffeur.conversation import Setting
from holdfast.chauffeur.reminding import BOT, REMINDER
from holdfast.chauffeur.speaking import money, say, summary
from holdfast.chauffeur.words import Say
from holdfast.kit import logging
from holdfast.model.content import Text
from holdfast.model.errors import HoldfastError
from holdfast.model.seams import SessionDirectory
from holdfast.outbox import Outbox, SendRequest
from holdfast.steps import ChatRef, ReminderChange, Steps
from holdfast.store import WriteUnit

_log = logging.get("chauffeur")


class Notices:
    """Writes to people, from the number that a booking belongs to."""

    def __init__(self, outbox: Outbox, directory: SessionDirectory, steps: Steps) -> None:
        self._outbox, self._directory, self._reminders = outbox, directory, steps.reminders

    def customer(self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say) -> None:
        """Tell the customer what the operator has decided, in the customer's language."""
        it, language = booking, booking.language
        parts = {
            "reference": it.reference,
            "note": it.note,
            "summary": summary(language, it.form, setting.tariff, setting.service.time_zone),
            "total": money(language, it.quote.total, it.quote.currency),
            "fee": money(language, it.fee, it.quote.currency),
        }
        text = say(language, key, **parts).strip()
        self._write(unit, booking, booking.owner.chat, text, key)

    def operators(
        self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say, *, is_free: bool
    ) -> None:
        """Tell every operator of a booking that is new, changed or cancelled, and how to answer."""
        it, service = booking, setting.service
        language = service.language
        parts = {
            "reference": it.reference,
            "summary": summary(language, it.form, setting.tariff, service.time_zone),
            "total": money(language, it.quote.total, it.quote.currency),
            "fee": money(language, it.fee, it.quote.currency),
        }
        text = say(language, key, **parts)
        if it.quote.fallback:
            text += "\n" + say(language, Say.OPERATOR_ESTIMATE)
        if not is_free and it.status in ALIVE:
            text += "\n" + say(language, Say.OPERATOR_FULL)
        for phone in service.operators:
            self._write(unit, booking, phone, text, key)

    def remind(self, unit: WriteUnit, owner: Owner, at: datetime | None, now: datetime) -> None:
        """Have the bot remind the customer of the next ride at this time; None: not any more."""
        try:
            session = self._directory.resolve(owner.tenant_id, owner.session_id)
        except HoldfastError:
            return  # who is gone reminds nobody
        if session.phone != owner.phone:
            return
        due_ms = None if at is None else round(at.timestamp() * 1000)
        change = ReminderChange(REMINDER, due_ms, {"since": now.isoformat()})
        self._reminders.change(unit, ChatRef(session, owner.chat), BOT, [change])

    def _write(self, unit: WriteUnit, booking: Booking, to: str, text: str, key: Say) -> None:
        owner = booking.owner
        name = f"chauffeur:{booking.booking_id}:{booking.revision}:{key}:{to}"
        try:
            session = self._directory.resolve(owner.tenant_id, owner.session_id)
            if session.phone != owner.phone:
                return  # what belongs to a number is said by that number
            checked = self._outbox.checked([SendRequest(session, to, Text(text), name)])
            [answer] = self._outbox.take(unit, checked)
        except HoldfastError as refused:
            answer = refused
        # A booking is no less a booking because somebody cannot be written to.
        if isinstance(answer, HoldfastError):
            _log.warning("chauffeur.notice_refused", booking=booking.booking_id, code=answer.code)
