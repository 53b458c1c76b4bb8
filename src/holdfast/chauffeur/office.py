"""The room's door: prices and bookings over the database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from holdfast.chauffeur import quotes
from holdfast.chauffeur.booking import Booking, Owner
from holdfast.chauffeur.bookings import Bookings, Order, Told, Wanted
from holdfast.chauffeur.documents import Papers, Shelf
from holdfast.chauffeur.fleet import Span
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.quotes import UnknownQuote
from holdfast.chauffeur.routing import Measured, measured
from holdfast.chauffeur.trip import Trip
from holdfast.journal import Journal
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Store, WriteUnit

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Office:
    """Everything that the API and the steps of bots may ask of the room."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        told: Told,
        *,
        http: "Callable[[], httpx.AsyncClient]",
        routing_key: str,
        clock: Clock = now_ms,
    ) -> None:
        self._store, self._shelf, self._clock = store, Shelf(), clock
        self._http, self._routing_key = http, routing_key
        self._measured: tuple[object, Measured] | None = None
        self.bookings = Bookings(
            journal, lambda unit, tenant: self._shelf.papers(unit, tenant).setting, told, clock
        )

    def now(self) -> datetime:
        """By the gateway's clock, in UTC."""
        return datetime.fromtimestamp(self._clock() / 1000, UTC)

    async def papers(self, tenant_id: TenantId) -> Papers:
        """The documents as they are now."""
        return await self._store.read(lambda unit: self._shelf.papers(unit, tenant_id))

    async def read(self, look: Callable[[ReadUnit], T]) -> T:
        """One look at the bookings."""
        return await self._store.read(look)

    # -- prices

    async def _price(self, found: Papers, trip: Trip) -> Quote:
        distance = self._distance(found)
        route = await distance.measure(trip.points)
        back = None if trip.return_at is None else await distance.measure(tuple(reversed(trip.points)))
        return quote(found.setting.tariff, trip, route, version=found.pricing, back=back)

    async def quote(self, tenant_id: TenantId, trip: Trip) -> Quote:
        """What a trip costs now, kept under an id: whoever agrees in time gets this price.

        Raises TripNotPriceable.
        """
        found = await self.papers(tenant_id)
        made = await self._price(found, trip)
        valid_ms = found.setting.service.quote_valid_min * 60_000
        now = self._clock()

        def keep(unit: WriteUnit) -> Quote:
            return quotes.keep(unit, tenant_id, trip, made, now_ms=now, valid_ms=valid_ms)

        return await self._store.write(keep)

    async def price_trip(self, tenant_id: TenantId, trip: Trip) -> Quote:
        """What a trip costs now, kept nowhere. Raises TripNotPriceable."""
        return await self._price(await self.papers(tenant_id), trip)

    async def quoted(self, tenant_id: TenantId, quote_id: str) -> tuple[Trip, Quote]:
        """A quote and the trip that it is for. Raises UnknownQuote."""
        return await self._store.read(lambda unit: quotes.find(unit, tenant_id, quote_id))

    async def price_agreed(self, tenant_id: TenantId, form: Form, quote_id: str) -> Quote:
        """The price of this quote, where one is named, else what the form costs now.

        Raises TripNotPriceable, and UnknownQuote for one that is for another ride or has run out.
        """
        if not quote_id:
            return await self.price_form(tenant_id, form)
        made = await self._store.read(lambda unit: self.bookings.agreed(unit, tenant_id, form, quote_id))
        if made.valid_until_ms < self._clock():
            raise UnknownQuote(f"the quote {quote_id} has run out")
        return made

    async def price_form(self, tenant_id: TenantId, form: Form) -> Quote:
        """What a complete form costs now. Raises TripNotPriceable."""
        found = await self.papers(tenant_id)
        return await self._price(found, form.trip(found.setting.service.time_zone))

    async def has_free_vehicle(self, tenant_id: TenantId, trip: Trip, made: Quote) -> bool:
        """False when every vehicle of the class is taken or promised at that time, or on the way back."""
        there_s = made.duration_s - made.back_duration_s
        rides = [_ride(trip.at, there_s)]
        if trip.return_at is not None:
            rides.append(_ride(trip.return_at, made.back_duration_s))
        return await self._store.read(
            lambda unit: self.bookings.is_free(unit, tenant_id, trip.vehicle_class, rides)
        )

    async def every(self, tenant_id: TenantId, wanted: Wanted) -> Sequence[Booking]:
        """Every booking of a list, page by page."""
        found: list[Booking] = []
        while page := await self._store.read(partial(self.bookings.list, tenant_id=tenant_id, wanted=wanted)):
            found += page
            wanted = replace(wanted, after_ms=page[-1].at_ms, after_id=page[-1].booking_id)
        return found

    def _distance(self, found: Papers) -> Measured:
        """What measures; made again, without what it knew, when its settings have changed."""
        wanted = found.setting.service.distance
        if self._measured is None or self._measured[0] != wanted:
            self._measured = (wanted, measured(wanted, self._http(), self._routing_key))
        return self._measured[1]

    # -- bookings, each change in one unit of work

    async def book(self, owner: Owner, order: Order) -> Booking:
        """Store a booking once per key. Raises BookingRefused."""
        return await self._store.write(lambda unit: self.bookings.book(unit, owner, order))

    async def find(self, tenant_id: TenantId, ref: str) -> Booking:
        """The booking with this id or reference. Raises UnknownBooking."""
        return await self._store.read(lambda unit: self.bookings.find(unit, tenant_id, ref))

    async def alter(
        self, tenant_id: TenantId, ref: str, change: Callable[[WriteUnit, Booking], Booking]
    ) -> Booking:
        """Change a booking by one of the methods of `bookings`. Raises BookingRefused."""

        def do(unit: WriteUnit) -> Booking:
            return change(unit, self.bookings.find(unit, tenant_id, ref))

        return await self._store.write(do)

    async def write(self, act: Callable[[WriteUnit], T]) -> T:
        """Another change of the room's tables."""
        return await self._store.write(act)


def _ride(at: datetime, duration_s: int) -> Span:
    begin = round(at.timestamp() * 1000)
    return Span(begin, begin + duration_s * 1000)
