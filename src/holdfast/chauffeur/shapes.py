"""The JSON of the room's API."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from holdfast.chauffeur.booking import Booking, Status
from holdfast.chauffeur.conversation import Held
from holdfast.chauffeur.fleet import Kind, Resource
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Language, Places, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Trip
from holdfast.kit.iso import iso, iso_or_none


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QuoteIn(_In):
    """What is to be priced."""

    trip: Trip


class BookingIn(_In):
    """A booking that an operator enters. Its price is calculated, never given."""

    session: str = Field(description="the session whose number the booking belongs to", max_length=128)
    to: str = Field(description="the customer: a number, a JID or the `chat` of an event", max_length=128)
    form: Form
    language: Language = "en"
    confirmed: bool = Field(True, description="false: it waits to be accepted")
    quote_id: str = Field("", max_length=64, description="booked at the price of this quote; empty: of now")


class ChangeIn(_In):
    """Another ride under the booking; its price is calculated again."""

    form: Form
    fee: Decimal | None = Field(None, ge=0, description="instead of what the notice periods say")
    quote_id: str = Field("", max_length=64, description="at the price of this quote; empty: of now")
    note: str = Field("", max_length=500, description="a word to the customer")


class CancelIn(_In):
    """The end of a booking."""

    fee: Decimal | None = Field(None, ge=0, description="instead of what the notice periods say")
    note: str = Field("", max_length=500, description="a word to the customer")


class NoteIn(_In):
    """A word to the customer."""

    note: str = Field("", max_length=500)


class AssignmentIn(_In):
    """Who drives what. Null takes it away."""

    vehicle: str | None = Field(None, max_length=40)
    driver: str | None = Field(None, max_length=40)


class ResourceIn(_In):
    """A vehicle or a driver."""

    name: str = Field(min_length=1, max_length=80)
    vehicle_class: str = Field("", max_length=40, description="of a vehicle")
    phone: str = Field("", max_length=40)
    active: bool = True


class AbsenceIn(_In):
    """A time in which a vehicle or driver cannot be assigned."""

    begin: AwareDatetime
    end: AwareDatetime


class RehearsalIn(_In):
    """What a customer would write, one message after the other."""

    texts: list[Annotated[str, Field(min_length=1, max_length=1000)]] = Field(min_length=1, max_length=20)
    name: str = Field("Ann", max_length=80, description="what the customer calls themselves")


class TurnOut(BaseModel):
    """One message, and what the bot would say and do."""

    text: str
    replies: list[str]
    done: list[Literal["booked", "handed_over"]] = Field(description="what it would have done")


class RehearsalOut(BaseModel):
    """The whole conversation. Nothing of it is kept."""

    turns: list[TurnOut]


class QuoteOut(BaseModel):
    """A price and what it is made of."""

    quote: Quote | None = Field(description="null: there is no price for this trip")
    refused: str = Field(description="the part of the trip that has no price; empty when there is one")
    why: str = Field(description="what is wrong with it, in words")
    free: bool = Field(description="false: every vehicle of the class is taken or promised then")


class BookingOut(BaseModel):
    """A booking."""

    booking_id: str
    reference: str
    status: Status
    session_id: str
    phone: str = Field(description="the number that it belongs to")
    chat: str
    at: str
    until: str
    back_at: str | None = Field(description="the pick-up of the way back; null without one")
    back_until: str | None
    form: Form
    quote: Quote
    fee: Decimal
    language: Language
    note: str
    vehicle: str | None
    driver: str | None
    revision: int
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, it: Booking) -> "BookingOut":
        """As clients see it."""
        return cls(
            booking_id=it.booking_id,
            reference=it.reference,
            status=it.status,
            session_id=it.owner.session_id,
            phone=it.owner.phone,
            chat=it.owner.chat,
            at=iso(it.at_ms),
            until=iso(it.until_ms),
            back_at=iso_or_none(it.back_at_ms),
            back_until=iso_or_none(it.back_until_ms),
            form=it.form,
            quote=it.quote,
            fee=it.fee,
            language=it.language,
            note=it.note,
            vehicle=it.vehicle_id,
            driver=it.driver_id,
            revision=it.revision,
            created_at=iso(it.created_at_ms),
            changed_at=iso(it.changed_at_ms),
        )


class BookingsOut(BaseModel):
    """A page of bookings, by their pick-up. `next` goes into `after`; null at the end."""

    bookings: list[BookingOut]
    next: str | None


class HeldOut(BaseModel):
    """A chat's bookings that are still to come."""

    bookings: list[Held]


class SettingOut(BaseModel):
    """The documents as they are now."""

    pricing_version: int
    tariff: Tariff
    places: Places
    service: Service


class ResourceOut(BaseModel):
    """A vehicle or a driver."""

    id: str
    kind: Kind
    name: str
    vehicle_class: str
    phone: str
    active: bool

    @classmethod
    def of(cls, it: Resource) -> "ResourceOut":
        """As clients see it."""
        return cls(
            id=it.resource_id,
            kind=it.kind,
            name=it.name,
            vehicle_class=it.vehicle_class,
            phone=it.phone,
            active=it.active,
        )


class ResourcesOut(BaseModel):
    """All of a kind, by name."""

    resources: list[ResourceOut]


class TakenOut(BaseModel):
    """A time that something has taken: a booking, or an absence."""

    by: str
    begin: str
    end: str


class CalendarOut(BaseModel):
    """When a vehicle or driver is taken."""

    taken: list[TakenOut]
