"""What the bot asks for inside of a step: stored together with its answer, or not at all."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.chauffeur.booking import Booking, BookingRefused, Owner
from holdfast.chauffeur.bookings import Bookings, Order
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.service import Language
from holdfast.model.content import Json
from holdfast.model.errors import RequestInvalid
from holdfast.steps import StepEvent, Steps
from holdfast.store import WriteUnit


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BookBody(_Body):
    """A booking that the customer has confirmed."""

    reference: str = Field(min_length=4, max_length=12)
    form: Form
    quote_id: str = Field(description="the price that the customer has agreed to")
    language: Language


class ChangeBody(_Body):
    """Another ride under a booking, and the fee that the customer has agreed to."""

    booking_id: str
    form: Form
    quote_id: str
    fee: Decimal = Field(ge=0)


class CancelBody(_Body):
    """The end of a booking, and the fee that the customer has agreed to."""

    booking_id: str
    fee: Decimal = Field(ge=0)


_Shape = TypeVar("_Shape", bound=BaseModel)


class DecideBody(_Body):
    """What an operator has decided."""

    reference: str
    decision: str = Field(pattern="^(accept|decline|propose)$")
    note: str = Field(default="", max_length=500)


def register(steps: Steps, bookings: Bookings) -> None:
    """Let steps ask for the room's acts."""
    acts = _Acts(bookings)
    steps.register("chauffeur.book", acts.book)
    steps.register("chauffeur.change", acts.change)
    steps.register("chauffeur.cancel", acts.cancel)
    steps.register("chauffeur.decide", acts.decide)


class _Acts:
    def __init__(self, bookings: Bookings) -> None:
        self._bookings = bookings

    def book(self, unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """The event is the key: handled again, it is the same booking."""
        wanted = _read(BookBody, body)
        owner = Owner(event.tenant_id, event.session_id, event.phone, event.chat)

        def book() -> Booking:
            made = self._bookings.agreed(unit, event.tenant_id, wanted.form, wanted.quote_id)
            order = Order(event.event_id, wanted.reference, wanted.form, made, wanted.language)
            return self._bookings.book(unit, owner, order)

        return _told(book)

    def change(self, unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        wanted = _read(ChangeBody, body)
        return _told(lambda: self._change(unit, self._own(unit, event, wanted.booking_id), wanted))

    def cancel(self, unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        wanted = _read(CancelBody, body)
        return _told(
            lambda: self._bookings.cancel(unit, self._own(unit, event, wanted.booking_id), wanted.fee)
        )

    def decide(self, unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """Of the number to which the operator has written, and of no other one."""
        wanted = _read(DecideBody, body)

        def decide() -> Booking:
            booking = self._bookings.find(unit, event.tenant_id, wanted.reference)
            if booking.owner.phone != event.phone:
                raise BookingRefused(f"there is no booking {wanted.reference}")
            match wanted.decision:
                case "accept":
                    return self._bookings.accept(unit, booking)
                case "decline":
                    return self._bookings.decline(unit, booking, wanted.note)
                case _:
                    return self._bookings.propose(unit, booking, wanted.note)

        return _told(decide)

    def _change(self, unit: WriteUnit, it: Booking, wanted: ChangeBody) -> Booking:
        made = self._bookings.agreed(unit, it.owner.tenant_id, wanted.form, wanted.quote_id)
        order = Order(it.key, it.reference, wanted.form, made, it.language)
        return self._bookings.change(unit, it, order, wanted.fee)

    def _own(self, unit: WriteUnit, event: StepEvent, booking_id: str) -> Booking:
        """A booking of this chat. Nobody changes another one's."""
        booking = self._bookings.find(unit, event.tenant_id, booking_id)
        if (booking.owner.phone, booking.owner.chat) != (event.phone, event.chat):
            raise BookingRefused(f"there is no booking {booking_id}")
        return booking


def _read(shape: type[_Shape], body: Mapping[str, Json]) -> _Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise RequestInvalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _told(act: Callable[[], Booking]) -> Mapping[str, Json]:
    try:
        booking = act()
    except BookingRefused as refused:
        raise RequestInvalid(str(refused).capitalize()) from None
    return {"booking_id": booking.booking_id, "reference": booking.reference, "status": booking.status.value}
