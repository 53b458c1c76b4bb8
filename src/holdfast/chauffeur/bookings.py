"""Bookings in the gateway's database: each change with its event, in one commit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from holdfast.chauffeur import fleet, quotes, statements
from holdfast.chauffeur.booking import (
    ALIVE,
    Booking,
    BookingRefused,
    Owner,
    Status,
    UnknownBooking,
    from_row,
    times,
    to_row,
)
from holdfast.chauffeur.conversation import Setting
from holdfast.chauffeur.fleet import Kind, Span
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.pricing import sum_of
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.reminding import each_way, next_reminder
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.words import Say
from holdfast.journal import Draft, Journal
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.events import ApplicationEvent
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, WriteUnit


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be booked. The same key twice is one booking."""

    key: str
    reference: str
    form: Form
    quote: Quote
    language: Language
    #: False: an operator enters it, so nobody is told of it.
    by_customer: bool = True
    confirmed: bool = False
    #: A word of the operator's to the customer.
    note: str = ""


class Told(Protocol):
    """Tells people of a booking over WhatsApp, in the same unit of work."""

    def customer(self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say) -> None:
        """What the operator has decided; the booking's note with it."""
        ...

    def operators(
        self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say, *, is_free: bool
    ) -> None:
        """What the customer has done."""
        ...

    def remind(self, unit: WriteUnit, owner: Owner, at: datetime | None, now: datetime) -> None:
        """Have the customer reminded of the next ride at this time; None: not any more."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bookings of a list. Empty values do not filter."""

    from_ms: int = 0
    until_ms: int = 1 << 60
    status: str = ""
    session_id: str = ""
    driver_id: str = ""
    after_ms: int = -1
    after_id: str = ""
    limit: int = 100


class Bookings:
    """Every change of a booking. All methods belong to units of work."""

    def __init__(
        self,
        journal: Journal,
        setting: Callable[[ReadUnit, TenantId], Setting],
        told: Told,
        clock: Clock = now_ms,
    ) -> None:
        self._journal, self._setting, self._told, self._clock = journal, setting, told, clock

    # -- looking

    def find(self, unit: ReadUnit, tenant_id: TenantId, ref: str) -> Booking:
        """The booking with this id or reference. Raises UnknownBooking."""
        row = unit.first(statements.BY_REF, tenant_id=tenant_id, ref=ref)
        if row is None:
            raise UnknownBooking(f"there is no booking {ref}")
        return from_row(row)

    def list(self, unit: ReadUnit, tenant_id: TenantId, wanted: Wanted) -> Sequence[Booking]:
        """Bookings by their pick-up."""
        values = {name: getattr(wanted, name) for name in Wanted.__slots__}
        return [from_row(it) for it in unit.all(statements.LIST, tenant_id=tenant_id, **values)]

    def ahead(self, unit: ReadUnit, owner: Owner) -> Sequence[Booking]:
        """A chat's bookings that are still to come, the next first."""
        rows = unit.all(
            statements.OF_CHAT,
            tenant_id=owner.tenant_id,
            phone=owner.phone,
            chat=owner.chat,
            now_ms=self._clock(),
        )
        return [from_row(it) for it in rows]

    def is_free(self, unit: ReadUnit, tenant_id: TenantId, vehicle_class: str, rides: Sequence[Span]) -> bool:
        """False when every vehicle of a class is taken or promised at one of these times.

        True for an owner who has entered no vehicles: he knows himself.
        """
        vehicles = fleet.every(unit, tenant_id, Kind.VEHICLE)
        if not any(it.active and it.vehicle_class == vehicle_class for it in vehicles):
            return True
        return fleet.free_vehicles(unit, tenant_id, vehicle_class, self._buffered(unit, tenant_id, rides)) > 0

    def agreed(self, unit: ReadUnit, tenant_id: TenantId, form: Form, quote_id: str) -> Quote:
        """The price that was named for this complete form. Raises UnknownQuote."""
        zone = self._setting(unit, tenant_id).service.time_zone
        return quotes.agreed(unit, tenant_id, quote_id, form.trip(zone))

    def made_under(self, unit: ReadUnit, tenant_id: TenantId, key: str) -> Booking | None:
        """The booking that was made under this key, if one was."""
        row = unit.first(statements.BY_KEY, tenant_id=tenant_id, key=key)
        return None if row is None else from_row(row)

    # -- changing

    def book(self, unit: WriteUnit, owner: Owner, order: Order) -> Booking:
        """Store a booking once per key. Raises BookingRefused."""
        self._prove(order.quote)
        setting = self._setting(unit, owner.tenant_id)
        now = self._clock()
        booking = Booking(
            booking_id=new_id("bkg"),
            owner=owner,
            key=order.key,
            reference=order.reference,
            status=Status.CONFIRMED if order.confirmed else Status.REQUESTED,
            **times(order.form, order.quote, setting.service.time_zone),
            form=order.form,
            quote=order.quote,
            fee=Decimal(0),
            language=order.language,
            note=order.note,
            vehicle_id=None,
            driver_id=None,
            revision=1,
            created_at_ms=now,
            changed_at_ms=now,
        )
        if not unit.run(statements.ADD, **to_row(booking)):
            [row] = unit.all(statements.BY_KEY, tenant_id=owner.tenant_id, key=order.key)
            return from_row(row)
        self._tell(unit, booking, "booking.created")
        if order.by_customer:
            self._tell_operators(unit, booking, Say.OPERATOR_NEW)
        else:
            self._remind(unit, owner)
        return booking

    def change(self, unit: WriteUnit, booking: Booking, order: Order, fee: Decimal) -> Booking:
        """Another ride under the same booking: the operator decides again. Raises BookingRefused.

        An operator's change tells the customer; the same one again is none, so it is told once.
        """
        form, quote = order.form, order.quote
        if not order.by_customer and (form, quote.total) == (booking.form, booking.quote.total):
            return booking
        self._prove(quote)
        self._alive(booking)
        zone = self._setting(unit, booking.owner.tenant_id).service.time_zone
        fleet.release(unit, booking.owner.tenant_id, booking.booking_id)
        changed = replace(
            booking,
            form=form,
            quote=quote,
            **times(form, quote, zone),
            fee=booking.fee + fee,
            status=Status.REQUESTED,
            note=order.note,
            vehicle_id=None,
            driver_id=None,
        )
        stored = self._store(unit, changed, "booking.changed")
        if order.by_customer:
            self._tell_operators(unit, stored, Say.OPERATOR_CHANGED)
        else:
            self._tell_customer(unit, stored, Say.CHANGED_BY_US)
            self._remind(unit, stored.owner)
        return stored

    def cancel(self, unit: WriteUnit, booking: Booking, fee: Decimal) -> Booking:
        """The customer does not want it any more. Twice is once. Raises BookingRefused."""
        if booking.status is Status.CANCELLED:
            return booking
        ended = self._cancelled(unit, booking, fee)
        self._tell_operators(unit, ended, Say.OPERATOR_CANCELLED)
        return ended

    def call_off(self, unit: WriteUnit, booking: Booking, fee: Decimal, note: str) -> Booking:
        """The operator cancels it, and the customer is told. Twice is once. Raises BookingRefused."""
        if booking.status is Status.CANCELLED:
            return booking
        ended = self._cancelled(unit, replace(booking, note=note), fee)
        self._tell_customer(unit, ended, Say.CANCELLED_BY_US)
        return ended

    def decline(self, unit: WriteUnit, booking: Booking, note: str) -> Booking:
        """The operator does not drive it. Twice is once. Raises BookingRefused."""
        if booking.status is Status.DECLINED:
            return booking
        self._alive(booking)
        ended = self._end(unit, replace(booking, status=Status.DECLINED, note=note))
        self._tell_customer(unit, ended, Say.DECLINED)
        return ended

    def accept(self, unit: WriteUnit, booking: Booking) -> Booking:
        """The operator drives it. Twice is once. Raises BookingRefused."""
        if booking.status is Status.CONFIRMED:
            return booking
        self._alive(booking)
        stored = self._store(unit, replace(booking, status=Status.CONFIRMED), "booking.confirmed")
        self._tell_customer(unit, stored, Say.ACCEPTED)
        return stored

    def propose(self, unit: WriteUnit, booking: Booking, note: str) -> Booking:
        """The operator proposes something else; the customer decides. Raises BookingRefused."""
        self._alive(booking)
        stored = self._store(unit, replace(booking, note=note), "booking.proposed")
        self._tell_customer(unit, stored, Say.PROPOSED)
        return stored

    def assign(
        self, unit: WriteUnit, booking: Booking, vehicle_id: str | None, driver_id: str | None
    ) -> Booking:
        """Give it a vehicle and a driver; None takes the one that it had away.

        Raises TimeTaken: the database lets nobody be in two places.
        """
        self._alive(booking)
        tenant_id = booking.owner.tenant_id
        fleet.release(unit, tenant_id, booking.booking_id)
        spans = self._buffered(unit, tenant_id, _rides(booking))
        for kind, resource_id in ((Kind.VEHICLE, vehicle_id), (Kind.DRIVER, driver_id)):
            if resource_id is not None:
                fleet.find(unit, tenant_id, kind, resource_id)
                fleet.take(unit, tenant_id, resource_id, spans, booking.booking_id)
        assigned = replace(booking, vehicle_id=vehicle_id, driver_id=driver_id)
        return self._store(unit, assigned, "booking.assigned")

    # -- inside

    def _cancelled(self, unit: WriteUnit, booking: Booking, fee: Decimal) -> Booking:
        self._alive(booking)
        return self._end(unit, replace(booking, status=Status.CANCELLED, fee=booking.fee + fee))

    def _end(self, unit: WriteUnit, booking: Booking) -> Booking:
        fleet.release(unit, booking.owner.tenant_id, booking.booking_id)
        return self._store(unit, booking, f"booking.{booking.status}")

    def _store(self, unit: WriteUnit, booking: Booking, told: str) -> Booking:
        stored = replace(booking, revision=booking.revision + 1, changed_at_ms=self._clock())
        if not unit.run(statements.CHANGE, **to_row(stored)):
            raise BookingRefused("somebody else has changed the booking in the meantime")
        self._tell(unit, stored, told)
        return stored

    def _buffered(self, unit: ReadUnit, tenant_id: TenantId, rides: Iterable[Span]) -> Sequence[Span]:
        buffer_ms = self._setting(unit, tenant_id).service.buffer_min * 60_000
        return [Span(it.from_ms - buffer_ms, it.until_ms + buffer_ms) for it in rides]

    def _remind(self, unit: WriteUnit, owner: Owner) -> None:
        """What an operator enters or moves is reminded of like what the bot has booked."""
        hours = self._setting(unit, owner.tenant_id).service.reminders_h
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        rides = each_way(it.held for it in self.ahead(unit, owner))
        self._told.remind(unit, owner, next_reminder(rides, hours, now), now)

    def _tell_customer(self, unit: WriteUnit, it: Booking, key: Say) -> None:
        self._told.customer(unit, it, self._setting(unit, it.owner.tenant_id), key)

    def _tell_operators(self, unit: WriteUnit, it: Booking, key: Say) -> None:
        tenant_id = it.owner.tenant_id
        # The booking itself is among those that are promised then.
        spans = self._buffered(unit, tenant_id, _rides(it))
        is_free = fleet.free_vehicles(unit, tenant_id, it.form.vehicle_class or "", spans) >= 0
        setting = self._setting(unit, tenant_id)
        owns_any = any(each.active for each in fleet.every(unit, tenant_id, Kind.VEHICLE))
        self._told.operators(unit, it, setting, key, is_free=is_free or not owns_any)

    @staticmethod
    def _alive(booking: Booking) -> None:
        if booking.status not in ALIVE:
            raise BookingRefused(f"booking {booking.reference} is {booking.status}")

    @staticmethod
    def _prove(quote: Quote) -> None:
        if sum_of(quote.lines) != quote.total or quote.total < 0:
            raise BookingRefused("the lines of the quote do not come to its total")

    def _tell(self, unit: WriteUnit, booking: Booking, name: str) -> None:
        body = {
            "reference": booking.reference,
            "status": booking.status.value,
            "at": iso(booking.at_ms),
            "back_at": iso_or_none(booking.back_at_ms),
            "total": f"{booking.quote.total:f}",
            "currency": booking.quote.currency,
            "estimated_distance": booking.quote.fallback,
            "vehicle": booking.vehicle_id,
            "driver": booking.driver_id,
            "note": booking.note,
        }
        event = ApplicationEvent("chauffeur", name, booking.booking_id, booking.owner.chat, body)
        owner = booking.owner
        self._journal.append_many(unit, [Draft(owner.session_id, owner.tenant_id, event)])


def _rides(it: Booking) -> list[Span]:
    """When its vehicle and driver are under way: there, and back."""
    there = Span(it.at_ms, it.until_ms)
    if it.back_at_ms is None or it.back_until_ms is None:
        return [there]
    return [there, Span(it.back_at_ms, it.back_until_ms)]
