"""What a conversation is between two messages, what comes in and what should be done. Pure values."""

import datetime as dt
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter

from holdfast.chauffeur.form import Field, Form
from holdfast.chauffeur.hearing import Heard
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Language, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Place, Trip
from holdfast.chauffeur.vocabulary import Intent


class Stage(StrEnum):
    """Where a conversation is."""

    IDLE = "idle"
    COLLECTING = "collecting"
    QUOTED = "quoted"
    CHOOSING = "choosing"
    CANCELLING = "cancelling"


@dataclass(frozen=True, slots=True)
class Held:
    """A booking of this chat."""

    booking_id: str
    reference: str
    form: Form
    at: datetime
    total: Decimal
    currency: str
    #: When the way back begins; None without one.
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of a chat."""

    language: Language
    stage: Stage = Stage.IDLE
    greeted: bool = False
    form: Form = field(default_factory=Form)
    #: What the last message asked for.
    asked: tuple[Field, ...] = ()
    #: Vehicle classes that it offered, in order.
    offered: tuple[str, ...] = ()
    #: Places that it offered, and the field that they are for.
    options: tuple[Place, ...] = ()
    option_field: str = ""
    quote: Quote | None = None
    #: The booking that is changed or cancelled.
    held: Held | None = None
    #: Bookings that it offered, in order, and what is to be done with one of them.
    choices: tuple[Held, ...] = ()
    wanted: Intent | None = None
    #: How many messages a model has read, and on which day.
    readings: int = 0
    readings_on: dt.date | None = None


_JSON: Final = TypeAdapter(State)


def to_json(state: State) -> dict[str, Any]:
    """The state as JSON values."""
    written: dict[str, Any] = _JSON.dump_python(state, mode="json")
    return written


def from_json(written: Any) -> State:
    """The state again. Raises ValidationError for what another version has written."""
    return _JSON.validate_python(written)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the owner has configured, at the versions that this conversation uses."""

    service: Service
    tariff: Tariff
    atlas: Atlas


# -- what comes in


@dataclass(frozen=True, slots=True)
class Said:
    """A text. `key` names the message, the same however often it is handled."""

    text: str
    key: str
    name: str = ""
    #: What a model has heard in it, where one was asked.
    heard: Heard | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A location."""

    place: Place
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A voice note, a photo, anything but text and locations."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The price that was asked for."""

    quote: Quote


@dataclass(frozen=True, slots=True)
class NotPriced:
    """There is none, because of this part of the trip."""

    field: str


@dataclass(frozen=True, slots=True)
class Found:
    """The chat's bookings that are still ahead, the next first."""

    bookings: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway has refused what the last step was to do: nothing of it is done."""


Input = Said | Pinned | Unreadable | Priced | NotPriced | Found | Refused


# -- what should be done


@dataclass(frozen=True, slots=True)
class Price:
    """Find the price, and step again with Priced or NotPriced."""

    trip: Trip


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find the chat's bookings, and step again with Found."""


@dataclass(frozen=True, slots=True)
class Book:
    """Store a booking under this reference."""

    reference: str
    form: Form
    quote: Quote


@dataclass(frozen=True, slots=True)
class Change:
    """Change a booking; the customer has agreed to the fee."""

    booking_id: str
    reference: str
    form: Form
    quote: Quote
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a booking; the customer has agreed to the fee."""

    booking_id: str
    reference: str
    fee: Decimal


@dataclass(frozen=True, slots=True)
class HandOver:
    """A human takes over."""


Effect = Price | LookUp | Book | Change | Cancel | HandOver


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step comes to."""

    state: State
    replies: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
