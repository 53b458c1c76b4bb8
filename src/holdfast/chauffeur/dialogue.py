"""The booking dialogue: from a state and what comes in to a state, what is said and what is to be done. Pure.

It books nothing that the customer has not confirmed by a word, and no price that it was not given.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.chauffeur.checking import Objection, check, moment_objection, questions
from holdfast.chauffeur.conversation import (
    Book,
    Change,
    Found,
    HandOver,
    Input,
    NotPriced,
    Outcome,
    Pinned,
    Price,
    Priced,
    Refused,
    Said,
    Setting,
    Stage,
    State,
    Unreadable,
)
from holdfast.chauffeur.existing import Existing
from holdfast.chauffeur.form import Field, fitting, missing
from holdfast.chauffeur.hearing import completed
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.reading import Around, Reading, language_of, read
from holdfast.chauffeur.speaking import breakdown, classes, money, numbered, summary, tax
from holdfast.chauffeur.trip import Place
from holdfast.chauffeur.vocabulary import Intent
from holdfast.chauffeur.words import Say

LONGEST: Final = 1000
_MOST_STOPS: Final = 5
_ASKS: Final[Mapping[Field, Say]] = {
    Field.PICKUP: Say.ASK_PICKUP,
    Field.DESTINATION: Say.ASK_DESTINATION,
    Field.DATE: Say.ASK_DATE,
    Field.TIME: Say.ASK_TIME,
    Field.RETURN_DATE: Say.ASK_RETURN_DATE,
    Field.RETURN_TIME: Say.ASK_RETURN_TIME,
    Field.PASSENGERS: Say.ASK_PASSENGERS,
    Field.LUGGAGE: Say.ASK_LUGGAGE,
    Field.VEHICLE_CLASS: Say.ASK_CLASS,
    Field.FLIGHT: Say.ASK_FLIGHT,
    Field.NAME: Say.ASK_NAME,
}


def step(state: State, given: Input, now: datetime, setting: Setting) -> Outcome:
    """One step. `now` is aware. The same arguments give the same outcome."""
    return _Step(state, now, setting).take(given)


def around_of(state: State, now: datetime, setting: Setting) -> Around:
    """What a message is read in."""
    return Around(
        state.language,
        state.asked,
        state.form.pickup is not None,
        state.form.destination is not None,
        setting.atlas,
        setting.tariff,
        state.offered,
        now.astimezone(ZoneInfo(setting.service.time_zone)),
    )


def reference_of(key: str) -> str:
    """A booking's reference: six characters that can be told by telephone, made from the message's name."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(letters[it % 32] for it in hashlib.sha256(key.encode()).digest()[:6])


class _Step(Existing):
    def take(self, given: Input) -> Outcome:
        match given:
            case Said():
                return self._said(given)
            case Pinned():
                return self._pinned(given)
            case Unreadable():
                return self.reply(Say.ONLY_TEXT)
            case Priced(quote=quote):
                return self._priced(quote)
            case NotPriced(field=field):
                return self._not_priced(field)
            case Found(bookings=bookings):
                return self.found(bookings)
            case Refused():
                return self._refused()

    # -- what comes in

    def _said(self, said: Said) -> Outcome:
        if len(said.text) > LONGEST:
            return self.reply(Say.TOO_LONG)
        self.state = replace(self.state, language=language_of(said.text, self.state.language))
        self._learn_name(said.name)
        chosen = self._chosen(said.text)
        if chosen is not None:
            return chosen
        around = self._around()
        reading = read(said.text, around)
        if said.heard is not None and reading.intent is None:
            reading = completed(reading, said.heard, around)
        handler = self._steering().get(reading.intent) if reading.intent else None
        if handler is not None:
            outcome = handler(said)
            if outcome is not None:
                return outcome
        return self._fill(reading)

    def _pinned(self, pin: Pinned) -> Outcome:
        self._learn_name(pin.name)
        is_destination = self.state.asked[:1] == (Field.DESTINATION,)
        return self._fill(Reading(changes={"destination" if is_destination else "pickup": pin.place}))

    def _learn_name(self, name: str) -> None:
        clean = " ".join(name.split())[:60]
        if self.state.form.name is None and sum(it.isalpha() for it in clean) >= 2:
            self.state = replace(self.state, form=replace(self.state.form, name=clean))

    def _around(self) -> Around:
        return around_of(self.state, self.now, self.setting)

    def _chosen(self, text: str) -> Outcome | None:
        """A number, when places or bookings were offered."""
        word = text.strip(" .)#")
        if not word.isdecimal():
            return None
        number = int(word) if len(word) < 4 else 0
        state = self.state
        if state.options and 1 <= number <= len(state.options):
            place, role = state.options[number - 1], state.option_field
            self.state = replace(state, options=(), option_field="")
            return self._fill(_placed(role, place))
        if state.stage is Stage.CHOOSING and state.wanted and 1 <= number <= len(state.choices):
            return self.picked(state.wanted, state.choices[number - 1])
        return None

    # -- words that steer

    def _steering(self) -> Mapping[Intent, Callable[[Said], Outcome | None]]:
        return {
            Intent.HUMAN: lambda _: self.reply(Say.HANDED_OVER, HandOver()),
            Intent.HELP: lambda _: self.reply(Say.HELP),
            Intent.NEW: lambda _: self._begin_again(),
            Intent.LIST: lambda _: self.look_up(Intent.LIST),
            Intent.CANCEL: lambda _: self.wants_to_cancel(),
            Intent.CHANGE: lambda _: self.wants_to_change(),
            Intent.YES: self._agrees,
            Intent.NO: lambda _: self._refuses(),
        }

    def _begin_again(self) -> Outcome:
        self.rest()
        return self._fill(Reading())

    def _agrees(self, said: Said) -> Outcome | None:
        state = self.state
        if state.options and len(state.options) == 1:
            place, role = state.options[0], state.option_field
            self.state = replace(state, options=(), option_field="")
            return self._fill(_placed(role, place))
        if state.stage is Stage.CANCELLING and state.held is not None:
            return self.cancelled(state.held)
        if state.stage is Stage.QUOTED and state.quote is not None:
            return self._confirmed(said, state.quote)
        return None

    def _refuses(self) -> Outcome | None:
        if self.state.stage is Stage.CANCELLING:
            self.rest()
            return self.reply(Say.KEPT)
        return self.reply(Say.WHAT_TO_CHANGE) if self.state.stage is Stage.QUOTED else None

    # -- the form

    def _fill(self, reading: Reading) -> Outcome:
        """Take over what was understood, object to what cannot be, ask for what is missing, or price it."""
        parts = self._welcome()
        before = self.state.form
        changes: dict[str, Any] = dict(reading.changes)
        if reading.stops:
            changes["stops"] = tuple(reading.stops[:_MOST_STOPS])
        if "date" in changes and before.return_date is not None and before.return_date == before.date:
            # There and back on one day stays so on another one.
            changes.setdefault("return_date", changes["date"])
        form, objections = check(replace(before, **changes), self.setting, self.state.language, self.now)
        stage = self.state.stage if self.has_draft() else Stage.COLLECTING
        self.state = replace(self.state, form=form, stage=stage, options=(), option_field="")
        objections = (*self._about_words(reading), *objections)
        if reading.empty and not parts and not objections:
            objections = (Objection(self.say(Say.NOT_UNDERSTOOD)),)
            if stage is Stage.QUOTED:
                return self.reply(Say.NOT_UNDERSTOOD)
        parts += [it.text for it in objections]
        asks = tuple(field for it in objections for field in it.asks)
        open_fields = questions(form, missing(form))
        if self.state.options or self.state.option_field:
            return self._asked(parts, self.state.asked, ask=False)
        if asks:
            return self._asked(parts, asks[:2], ask=False)
        if open_fields:
            return self._asked(parts, open_fields, ask=True)
        if self.state.held is not None and form == self.state.held.form:
            return self._asked([*parts, self.say(Say.WHAT_TO_CHANGE)], (), ask=False)
        self.state = replace(self.state, asked=(), offered=())
        said = ("\n".join(parts),) if parts else ()
        return Outcome(self.state, said, (Price(form.trip(self.zone)),))

    def _welcome(self) -> list[str]:
        if self.state.greeted:
            return []
        self.state = replace(self.state, greeted=True)
        return [self.say(Say.WELCOME, name=self.setting.service.name)]

    def _about_words(self, reading: Reading) -> tuple[Objection, ...]:
        """What was said and cannot be taken over as it is."""
        found: list[Objection] = []
        if reading.impossible:
            found.append(Objection(self.say(Say.IMPOSSIBLE)))
        if reading.unknown_voucher:
            found.append(Objection(self.say(Say.UNKNOWN_VOUCHER, code=reading.unknown_voucher)))
        if reading.options:
            said = self.say(Say.WHICH_PLACE, options=numbered(it.name for it in reading.options))
            found.append(Objection(said))
        elif reading.unknown_place:
            found.append(Objection(self.say(Say.UNKNOWN_PLACE, said=reading.unknown_place)))
        if reading.option_field:
            asked = tuple(it for it in (Field.PICKUP, Field.DESTINATION) if it == reading.option_field)
            self.state = replace(
                self.state, options=reading.options, option_field=reading.option_field, asked=asked
            )
        return tuple(found)

    def _asked(self, parts: list[str], fields: tuple[Field, ...], *, ask: bool) -> Outcome:
        fit = fitting(self.state.form, self.setting.tariff)
        offered = tuple(it.code for it in fit) if Field.VEHICLE_CLASS in fields else ()
        if ask:
            parts = [*parts, *(self.say(_ASKS[it], classes=classes(fit)) for it in fields)]
        stage = Stage.COLLECTING
        self.state = replace(self.state, asked=fields, offered=offered, stage=stage, quote=None)
        return Outcome(self.state, ("\n".join(parts),))

    # -- the price

    def _priced(self, quote: Quote) -> Outcome:
        self.state = replace(self.state, stage=Stage.QUOTED, quote=quote, asked=())
        language, form = self.state.language, self.state.form
        values = {
            "summary": summary(language, form, self.setting.tariff, self.zone),
            "breakdown": breakdown(language, quote),
            "total": money(language, quote.total, quote.currency),
            "tax": tax(language, quote),
        }
        held = self.state.held
        if held is None:
            return self.reply(Say.QUOTE, **values)
        return self.reply(
            Say.QUOTE_CHANGE,
            **values,
            reference=held.reference,
            fee=self.money(self.change_fee(held), held),
        )

    def _not_priced(self, field: str) -> Outcome:
        form = self.state.form
        if field == "voucher" and form.voucher:
            self.state = replace(self.state, form=replace(form, voucher=""))
            again = Price(self.state.form.trip(self.zone))
            return self.reply(Say.VOUCHER_DOES_NOT_COUNT, again, code=form.voucher)
        if field == "return_at":
            self.state = replace(self.state, form=replace(form, return_date=None, return_time=None))
            both = (Field.RETURN_DATE, Field.RETURN_TIME)
            return self._asked([self.say(Say.RETURN_BEFORE)], both, ask=False)
        return self.reply(Say.NO_PRICE, HandOver())

    def _confirmed(self, said: Said, quote: Quote) -> Outcome:
        form = self.state.form
        objection = moment_objection(form, self.setting, self.state.language, self.now)
        if objection is not None:
            return self._fill(Reading(changes={"time": form.time}))
        if self.now.timestamp() * 1000 > quote.valid_until_ms:
            return self.reply(Say.QUOTE_EXPIRED, Price(form.trip(self.zone)))
        held = self.state.held
        if held is not None:
            effect = Change(held.booking_id, held.reference, form, quote, self.change_fee(held))
            self.rest()
            return self.reply(Say.CHANGED, effect, reference=held.reference)
        reference = reference_of(said.key)
        self.rest()
        return self.reply(Say.BOOKED, Book(reference, form, quote), reference=reference)

    def _refused(self) -> Outcome:
        """Somebody was faster: a booking that is no more as it was is a person's, a price is made again."""
        held = self.state.held
        if held is not None:
            self.rest()
            return self.reply(Say.NOT_CHANGEABLE, reference=held.reference)
        return self.reply(Say.QUOTE_EXPIRED, Price(self.state.form.trip(self.zone)))


def _placed(role: str, place: Place) -> Reading:
    return Reading(stops=[place]) if role == "stops" else Reading(changes={role: place})
