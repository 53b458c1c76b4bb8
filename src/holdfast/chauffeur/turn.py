"""One turn of the booking dialogue: its state, its moment, its setting, and how it replies. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdfast.chauffeur.conversation import Effect, Held, LookUp, Outcome, Setting, Stage, State
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.speaking import money, say
from holdfast.chauffeur.vocabulary import Intent
from holdfast.chauffeur.words import Say


@dataclass
class Turn:
    """One step of a conversation: `state` is changed until the outcome is made of it. `now` is aware."""

    state: State
    now: datetime
    setting: Setting

    @property
    def zone(self) -> str:
        """The time zone in which the service reads and names times."""
        return self.setting.service.time_zone

    def say(self, key: Say, **values: object) -> str:
        """Return a sentence in the customer's language."""
        return say(self.state.language, key, **values)

    def reply(self, key: Say, *effects: Effect, **values: object) -> Outcome:
        """Return an outcome that says one sentence."""
        return Outcome(self.state, (self.say(key, **values),), effects)

    def money(self, amount: Any, held: Held) -> str:
        """Return an amount in the currency of a booking, in words."""
        return money(self.state.language, amount, held.currency)

    def has_draft(self) -> bool:
        """Return True while a booking or a change of one is being made."""
        return self.state.stage in (Stage.COLLECTING, Stage.QUOTED)

    def rest(self) -> None:
        """Drop what is under way; keep who the customer is and the language they speak."""
        it = self.state
        self.state = State(
            it.language,
            greeted=True,
            form=Form(name=it.form.name),
            readings=it.readings,
            readings_on=it.readings_on,
        )

    def look_up(self, wanted: Intent) -> Outcome:
        """Ask for the customer's bookings; `wanted` says what for."""
        self.state = replace(self.state, wanted=wanted)
        return Outcome(self.state, (), (LookUp(),))
