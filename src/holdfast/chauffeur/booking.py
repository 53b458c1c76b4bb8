"""A booking: what was ordered, at which price, and how it stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypedDict

from pydantic import TypeAdapter

from holdfast.chauffeur.conversation import Held
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Language
from holdfast.model.ids import SessionId, TenantId


class Status(StrEnum):
    """How a booking stands. `requested` waits for the operator."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


ALIVE: Final = frozenset({Status.REQUESTED, Status.CONFIRMED})


class BookingRefused(Exception):
    """This cannot be done to the booking; the message is a sentence for a person."""


class UnknownBooking(BookingRefused):
    """No booking has this id or reference."""


class TimeTaken(BookingRefused):
    """The vehicle or the driver is taken at that time."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a booking is: a chat of a number. Another number of the session does not inherit it."""

    tenant_id: TenantId
    session_id: SessionId
    phone: str
    chat: str


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking."""

    booking_id: str
    owner: Owner
    key: str
    reference: str
    status: Status
    at_ms: int
    #: When the vehicle and the driver are free again, the way there and back not counted.
    until_ms: int
    form: Form
    quote: Quote
    #: What cancelling and changing has cost so far.
    fee: Decimal
    language: Language
    note: str
    vehicle_id: str | None
    driver_id: str | None
    revision: int
    created_at_ms: int
    changed_at_ms: int
    #: The way back; None without one.
    back_at_ms: int | None = None
    back_until_ms: int | None = None

    @property
    def at(self) -> datetime:
        """The pick-up."""
        return _moment(self.at_ms)

    @property
    def back_at(self) -> datetime | None:
        """The pick-up of the way back."""
        return None if self.back_at_ms is None else _moment(self.back_at_ms)

    @property
    def held(self) -> Held:
        """As the dialogue sees it."""
        total, currency = self.quote.total, self.quote.currency
        return Held(self.booking_id, self.reference, self.form, self.at, total, currency, self.back_at)


_FORM: Final = TypeAdapter(Form)
_QUOTE: Final = TypeAdapter(Quote)


def form_to_json(form: Form) -> dict[str, Any]:
    """A form as JSON values."""
    written: dict[str, Any] = _FORM.dump_python(form, mode="json")
    return written


class Times(TypedDict):
    """When a booking is under way, in milliseconds; the way back is None where there is none."""

    at_ms: int
    until_ms: int
    back_at_ms: int | None
    back_until_ms: int | None


def times(form: Form, quote: Quote, time_zone: str) -> Times:
    """When a ride begins and ends, and its way back. Raises BookingRefused without a date or a time."""
    at, back_at = form.at(time_zone), form.return_at(time_zone)
    if at is None:
        raise BookingRefused("the booking has no date or no time")
    at_ms, back_at_ms = _ms(at), None if back_at is None else _ms(back_at)
    back_s = quote.back_duration_s
    return Times(
        at_ms=at_ms,
        until_ms=at_ms + (quote.duration_s - back_s) * 1000,
        back_at_ms=back_at_ms,
        back_until_ms=None if back_at_ms is None else back_at_ms + back_s * 1000,
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def to_row(booking: Booking) -> dict[str, object]:
    """The booking's columns."""
    it, owner = booking, booking.owner
    return {
        "id": it.booking_id,
        "tenant_id": owner.tenant_id,
        "session_id": owner.session_id,
        "phone": owner.phone,
        "chat": owner.chat,
        "key": it.key,
        "reference": it.reference,
        "status": it.status.value,
        "at_ms": it.at_ms,
        "until_ms": it.until_ms,
        "form_json": _FORM.dump_json(it.form).decode(),
        "quote_json": _QUOTE.dump_json(it.quote).decode(),
        "total": f"{it.quote.total:f}",
        "currency": it.quote.currency,
        "fee": f"{it.fee:f}",
        "language": it.language,
        "note": it.note,
        "vehicle_class": it.form.vehicle_class or "",
        "vehicle_id": it.vehicle_id,
        "driver_id": it.driver_id,
        "revision": it.revision,
        "created_at_ms": it.created_at_ms,
        "changed_at_ms": it.changed_at_ms,
        "back_at_ms": it.back_at_ms,
        "back_until_ms": it.back_until_ms,
    }


def from_row(row: Sequence[Any]) -> Booking:
    """The booking that these columns hold."""
    (id_, tenant, session, phone, chat, key, reference, status, at, until, form, quote) = row[:12]
    (_total, _currency, fee, language, note, _class, vehicle, driver, revision, created, changed) = row[12:23]
    back_at, back_until = row[23:]
    return Booking(
        id_,
        Owner(tenant, session, phone, chat),
        key,
        reference,
        Status(status),
        at,
        until,
        _FORM.validate_json(form),
        _QUOTE.validate_json(quote),
        Decimal(fee),
        language,
        note,
        vehicle,
        driver,
        revision,
        created,
        changed,
        back_at,
        back_until,
    )
