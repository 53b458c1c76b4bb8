"""The chauffeur's bot: carries messages to the dialogue, and what the dialogue wants into one step.

Whatever is killed, a step happens once: the answer, what is remembered and the booking stand in one
transaction at the gateway.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

import structlog
from pydantic import ValidationError

from holdfast.bots import UNHANDLED, Bot, Chat, Outcome, text
from holdfast.bots.endpoint import Endpoint
from holdfast.chauffeur.booking import form_to_json
from holdfast.chauffeur.conversation import (
    Book,
    Cancel,
    Change,
    Effect,
    Found,
    HandOver,
    Held,
    Input,
    LookUp,
    Pinned,
    Price,
    Refused,
    Said,
    Setting,
    Stage,
    State,
    Unreadable,
    from_json,
    to_json,
)
from holdfast.chauffeur.desk import Desk
from holdfast.chauffeur.dialogue import LONGEST, around_of, step
from holdfast.chauffeur.keepsake import keepsake
from holdfast.chauffeur.listening import listen, worth_asking
from holdfast.chauffeur.moments import read_moment
from holdfast.chauffeur.money import percent, to_cent
from holdfast.chauffeur.reading import intent_of, read
from holdfast.chauffeur.reminding import BOT, REMINDER, due_now, each_way, next_reminder
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.speaking import moment, money, say
from holdfast.chauffeur.trip import Place
from holdfast.chauffeur.words import CATALOGUES, Say
from holdfast.client import Client, GatewayUnreachable
from holdfast.model.content import Document, Location
from holdfast.model.errors import HoldfastError, StoreUnavailable
from holdfast.model.events import BotReminder, MessageReceived

_log = structlog.get_logger("holdfast.chauffeur")
bot: Final = Bot(BOT)
#: A model that may read along; None without one.
_ENDPOINT: Final = Endpoint.of_environment()


def make() -> Bot:
    """The bot, for those that run bots by name."""
    return bot


# Languages are loaded with the first date in words: a second that is the bot's start, not a customer's wait.
read_moment("24 December", "en", datetime.now(UTC))


#: A yes in these is what the gateway may refuse: the booking, or the price, is no more as it was.
_AGREEING: Final = frozenset({Stage.QUOTED, Stage.CANCELLING})
_UNDER_WAY: Final = frozenset({Stage.COLLECTING, Stage.QUOTED})
_DECISION: Final = r"(?s)^\s*/?(?P<what>accept|decline|propose)\s+#?(?P<ref>[A-Za-z0-9]{6})\b\s*(?P<note>.*)$"
_desks: WeakKeyDictionary[Client, Desk] = WeakKeyDictionary()


def desk_of(client: Client) -> Desk:
    """The desk behind this client; its documents are shared by all chats."""
    return _desks.setdefault(client, Desk(client))


@bot.on(text(_DECISION))
async def operator(chat: Chat, match: re.Match[str]) -> Outcome | None:
    """An operator's word about a booking: accept, decline or propose."""
    message = chat.event.data
    assert isinstance(message, MessageReceived)
    setting = await desk_of(chat.client).setting(chat)
    known = {it.lstrip("+") for it in setting.service.operators}
    if (message.sender_phone or "").lstrip("+") not in known:
        return UNHANDLED
    language = setting.service.language
    if chat.refused is not None:
        await chat.reply(say(language, Say.OPERATOR_REFUSED, why=chat.refused.message))
        return None
    what, reference = match["what"].lower(), match["ref"].upper()
    body = {"reference": reference, "decision": what, "note": match["note"].strip()[:500]}
    chat.act("chauffeur.decide", body)
    await chat.reply(say(language, Say.OPERATOR_DONE, reference=reference, status=_STATUS[what]))
    return None


_STATUS: Final = {"accept": "confirmed", "decline": "declined", "propose": "proposed"}


@bot.on()
async def converse(chat: Chat) -> None:
    """Everything that a customer says."""
    try:
        setting = await desk_of(chat.client).setting(chat)
        state = _remembered(chat, setting)
        state, given = await _heard(setting, state, _input(chat), chat.now)
        if chat.refused is not None:
            if state.stage not in _AGREEING:
                raise chat.refused
            given = Refused()
        await _Turn(chat, setting).take(state, given)
    except (GatewayUnreachable, StoreUnavailable):
        raise  # nobody's fault, and over by itself: the message is handled again
    except HoldfastError as failure:
        _log.warning("chauffeur.not_done", code=failure.code, event_id=chat.event.event_id)
        await chat.reply(say(_language(chat), Say.NOT_DONE))
        chat.hand_over(note=f"The chauffeur's bot could not go on: {failure.message}"[:300])


@bot.on(kinds={"edit"})
async def corrected(chat: Chat) -> Outcome | None:
    """What a customer edits is read again while a ride is talked about. No edit is a yes, or a no."""
    setting = await desk_of(chat.client).setting(chat)
    if _remembered(chat, setting).stage not in _UNDER_WAY or intent_of(chat.text) is not None:
        return UNHANDLED
    await converse(chat)
    return None


@bot.reminder(REMINDER)
async def remind(chat: Chat) -> None:
    """Remind of rides, by the bookings as they are now: one that was cancelled meanwhile is none."""
    desk = desk_of(chat.client)
    setting = await desk.setting(chat)
    state, due = _remembered(chat, setting), chat.event.data
    assert isinstance(due, BotReminder)
    # What is due is due, whatever a clock that was set back since says.
    now = max(chat.now, datetime.fromtimestamp(due.due_ms / 1000, UTC))
    bookings = each_way(await desk.bookings(chat.event.session_id, chat.event.chat))
    hours, zone = setting.service.reminders_h, setting.service.time_zone
    since = datetime.fromisoformat(str(chat.data["since"])) if "since" in chat.data else now
    for held in due_now(bookings, hours, since, now):
        await chat.reply(
            say(
                state.language,
                Say.REMINDER,
                when=moment(state.language, held.at, zone),
                pickup=held.form.pickup.name if held.form.pickup else "",
                reference=held.reference,
            )
        )
    following = next_reminder(bookings, hours, now)
    if following is not None:
        chat.remind(REMINDER, at=following, data={"since": now.isoformat()})


def _language(chat: Chat) -> Language:
    """The customer's, also where the documents cannot be had."""
    return next((it for it in CATALOGUES if it == chat.state.get("language")), "en")


def _remembered(chat: Chat, setting: Setting) -> State:
    if not chat.state:
        return State(setting.service.language)
    try:
        return from_json(dict(chat.state))
    except ValidationError:
        # Another version of the bot has written it: begin again, nothing was booked by it.
        return State(setting.service.language)


def _input(chat: Chat) -> Input:
    message = chat.event.data
    assert isinstance(message, MessageReceived)
    if isinstance(message.content, Location):
        it = message.content
        name = it.name or it.address or f"{it.latitude:.5f}, {it.longitude:.5f}"
        if -90 <= it.latitude <= 90 and -180 <= it.longitude <= 180:
            return Pinned(Place(name[:100], it.latitude, it.longitude), chat.event.event_id, chat.name)
    return Said(chat.text, chat.event.event_id, chat.name) if chat.text.strip() else Unreadable()


async def _heard(setting: Setting, state: State, given: Input, now: datetime) -> tuple[State, Input]:
    """With what a model hears in a text, where one is set up and the words alone leave something open."""
    if _ENDPOINT is None or not isinstance(given, Said) or len(given.text) > LONGEST:
        return state, given
    around, today = around_of(state, now, setting), now.date()
    before = state.readings if state.readings_on == today else 0
    if before >= setting.service.ai_readings_per_day or not worth_asking(
        given.text, read(given.text, around)
    ):
        return state, given
    heard = await listen(_ENDPOINT, given.text, around.now)
    return replace(state, readings=before + 1, readings_on=today), replace(given, heard=heard)


class _Turn:
    """One message: steps of the dialogue until it wants nothing more."""

    def __init__(self, chat: Chat, setting: Setting) -> None:
        self._chat, self._setting, self._desk = chat, setting, desk_of(chat.client)
        self._now = chat.now

    async def take(self, state: State, given: Input) -> None:
        todo: list[Input] = [given]
        while todo:
            outcome = step(state, todo.pop(0), self._now, self._setting)
            state = outcome.state
            for said in outcome.replies:
                await self._chat.reply(said)
            for effect in outcome.effects:
                todo += await self._do(state, effect)
        self._chat.state.clear()
        self._chat.state.update(to_json(state))

    async def _do(self, state: State, effect: Effect) -> list[Input]:
        """Have it done in this step; what the dialogue is to be given next."""
        match effect:
            case Price(trip=trip):
                return [await self._desk.price(trip)]
            case LookUp():
                return [Found(tuple(await self._bookings()))]
            case HandOver():
                await self._hand_over(state)
            case Book():
                await self._book(state, effect)
            case Change(booking_id=booking_id, form=form, quote=quote, fee=fee):
                told: dict[str, Any] = {"booking_id": booking_id, "fee": str(fee)}
                told |= {"form": form_to_json(form), "quote_id": quote.quote_id}
                self._chat.act("chauffeur.change", told)
                await self._after(state, Book(effect.reference, form, quote), instead_of=booking_id)
            case Cancel(booking_id=booking_id, fee=fee):
                self._chat.act("chauffeur.cancel", {"booking_id": booking_id, "fee": str(fee)})
        return []

    async def _bookings(self) -> list[Held]:
        return list(await self._desk.bookings(self._chat.event.session_id, self._chat.event.chat))

    async def _book(self, state: State, it: Book) -> None:
        body: dict[str, Any] = {"form": form_to_json(it.form), "quote_id": it.quote.quote_id}
        body |= {"reference": it.reference, "language": state.language}
        self._chat.act("chauffeur.book", body)
        await self._after(state, it)
        service = self._setting.service
        if service.deposit_percent and service.deposit_url:
            currency = it.quote.currency
            amount = to_cent(percent(it.quote.total, service.deposit_percent), currency)
            how = service.deposit_url.replace("{reference}", it.reference)
            how = how.replace("{amount}", f"{amount:f}").replace("{currency}", currency)
            asked = money(state.language, amount, currency)
            await self._chat.reply(say(state.language, Say.DEPOSIT, amount=asked, how=how))

    async def _after(self, state: State, it: Book, instead_of: str = "") -> None:
        """A calendar file, and the next reminder."""
        service = self._setting.service
        at = it.form.at(service.time_zone)
        assert at is not None
        try:
            made = keepsake(it.reference, it.form, it.quote, service, self._now)
            file = await self._chat.client.media.upload(made, file_name="ride.ics", mimetype="text/calendar")
        except HoldfastError as failure:
            if isinstance(failure, GatewayUnreachable | StoreUnavailable):
                raise
            _log.warning("chauffeur.no_calendar_file", code=failure.code)
        else:
            name = f"ride-{it.reference}.ics"
            await self._chat.reply(Document(media_id=file.media_id, file_name=name, mimetype="text/calendar"))
        back_at = it.form.return_at(service.time_zone)
        held = Held("", it.reference, it.form, at, it.quote.total, it.quote.currency, back_at)
        others = [each for each in await self._bookings() if each.booking_id != instead_of]
        following = next_reminder(each_way([held, *others]), service.reminders_h, self._now)
        if following is not None:
            self._chat.remind(REMINDER, at=following, data={"since": self._now.isoformat()})

    async def _hand_over(self, state: State) -> None:
        message = self._chat.event.data
        phone = message.sender_phone if isinstance(message, MessageReceived) else None
        service = self._setting.service
        said = say(service.language, Say.OPERATOR_HUMAN, name=self._chat.name or "?", phone=phone or "?")
        for each in service.operators:
            await self._chat.send(each, said)
        self._chat.hand_over(note="The customer asks for a person.")
