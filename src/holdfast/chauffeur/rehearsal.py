"""What the bot would say: a conversation played through with the documents of the moment, and nothing kept.

It is the dialogue that customers have, and the prices that they would be told. What it would do is told
instead of done.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from holdfast.chauffeur.conversation import (
    Book,
    Effect,
    Found,
    HandOver,
    Input,
    LookUp,
    NotPriced,
    Price,
    Priced,
    Said,
    Setting,
    State,
)
from holdfast.chauffeur.dialogue import step
from holdfast.chauffeur.quote import Quote, TripNotPriceable
from holdfast.chauffeur.trip import Trip

#: A price that is named here is good for this conversation alone.
_QUOTE: Final = "rehearsal"
Pricing = Callable[[Trip], Awaitable[Quote]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a customer, what the bot says to it, and what it would have done."""

    text: str
    replies: tuple[str, ...]
    #: `booked`, `handed_over`.
    done: tuple[str, ...]


async def rehearse(
    texts: Sequence[str], name: str, setting: Setting, now: datetime, price: Pricing
) -> Sequence[Turn]:
    """Each message after the one before. A customer of no bookings; no model reads along."""
    state, turns = State(setting.service.language), []
    for number, text in enumerate(texts):
        todo: list[Input] = [Said(text, f"rehearsal {number}", name)]
        replies: list[str] = []
        done: list[str] = []
        while todo:
            outcome = step(state, todo.pop(0), now, setting)
            state = outcome.state
            replies += outcome.replies
            for effect in outcome.effects:
                done += [word for kind, word in _DONE.items() if isinstance(effect, kind)]
                todo += await _given(effect, setting, now, price)
        turns.append(Turn(text, tuple(replies), tuple(done)))
    return turns


_DONE: Final[dict[type, str]] = {Book: "booked", HandOver: "handed_over"}


async def _given(effect: Effect, setting: Setting, now: datetime, price: Pricing) -> Sequence[Input]:
    """What the dialogue hears of what it has asked for."""
    match effect:
        case Price(trip=trip):
            try:
                made = await price(trip)
            except TripNotPriceable as refused:
                return (NotPriced(refused.field),)
            until = now + timedelta(minutes=setting.service.quote_valid_min)
            valid_ms = round(until.timestamp() * 1000)
            return (Priced(replace(made, quote_id=_QUOTE, valid_until_ms=valid_ms)),)
        case LookUp():
            return (Found(()),)
    return ()
