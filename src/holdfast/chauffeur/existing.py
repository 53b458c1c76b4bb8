"""The dialogue about bookings that exist: which one is meant, what changing or cancelling it costs. Pure."""

from dataclasses import replace
from typing import Any

from holdfast.chauffeur.conversation import Cancel, Held, Outcome, Stage
from holdfast.chauffeur.notice import fee
from holdfast.chauffeur.speaking import numbered, short
from holdfast.chauffeur.turn import Turn
from holdfast.chauffeur.vocabulary import Intent
from holdfast.chauffeur.words import Say


class Existing(Turn):
    """A step of the dialogue, as far as it is about bookings that were made before."""

    def wants_to_cancel(self) -> Outcome:
        """Drop the draft; without one, look for the booking that is to be cancelled."""
        if not self.has_draft():
            return self.look_up(Intent.CANCEL)
        said = Say.KEPT if self.state.held else Say.DROPPED
        self.rest()
        return self.reply(said)

    def wants_to_change(self) -> Outcome:
        """Ask what to change in the draft; without one, look for the booking that is to be changed."""
        return self.reply(Say.WHAT_TO_CHANGE) if self.has_draft() else self.look_up(Intent.CHANGE)

    def found(self, bookings: tuple[Held, ...]) -> Outcome:
        """Go on with the bookings that were looked for: name them, or let the customer choose one."""
        wanted = self.state.wanted
        self.state = replace(self.state, wanted=None)
        if not bookings or wanted is None:
            return self.reply(Say.NO_BOOKING)
        options = numbered(f"{short(self.state.language, it, self.zone)} ({it.reference})" for it in bookings)
        if wanted is Intent.LIST:
            return self.reply(Say.YOUR_BOOKINGS, options=options)
        if len(bookings) == 1:
            return self.picked(wanted, bookings[0])
        self.state = replace(self.state, stage=Stage.CHOOSING, choices=bookings, wanted=wanted)
        return self.reply(Say.WHICH_BOOKING, options=options)

    def picked(self, wanted: Intent, held: Held) -> Outcome:
        """Ask whether this booking is to be cancelled, or what to change in it."""
        self.state = replace(self.state, choices=(), wanted=None)
        if held.at <= self.now:
            self.rest()
            return self.reply(Say.NOT_CHANGEABLE, reference=held.reference)
        if wanted is Intent.CANCEL:
            self.state = replace(self.state, stage=Stage.CANCELLING, held=held)
            return self.reply(
                Say.CONFIRM_CANCEL,
                reference=held.reference,
                summary=short(self.state.language, held, self.zone),
                fee=self.money(self._cancel_fee(held), held),
            )
        self.state = replace(self.state, stage=Stage.COLLECTING, held=held, form=held.form, asked=())
        return self.reply(Say.WHAT_TO_CHANGE)

    def cancelled(self, held: Held) -> Outcome:
        """Cancel this booking: the customer has confirmed it."""
        cost = self._cancel_fee(held)
        said = self.money(cost, held)
        self.rest()
        effect = Cancel(held.booking_id, held.reference, cost)
        return self.reply(Say.CANCELLED, effect, reference=held.reference, fee=said)

    def _cancel_fee(self, held: Held) -> Any:
        return self._fee(self.setting.service.cancel_notice, held)

    def change_fee(self, held: Held) -> Any:
        """Return what a change of this booking costs now."""
        return self._fee(self.setting.service.change_notice, held)

    def _fee(self, notices: Any, held: Held) -> Any:
        return fee(notices, at=held.at, now=self.now, total=held.total, currency=held.currency)
