"""Bookings in both kinds of database: once per key, each change with its event, nobody in two places."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from talk import PLACES, SETTING

from holdfast.chauffeur import acts, fleet, quotes
from holdfast.chauffeur.booking import (
    Booking,
    BookingRefused,
    Owner,
    Status,
    TimeTaken,
    UnknownBooking,
    form_to_json,
)
from holdfast.chauffeur.bookings import Bookings, Order, Wanted
from holdfast.chauffeur.conversation import Setting
from holdfast.chauffeur.export import to_csv, to_ical
from holdfast.chauffeur.fleet import Kind, Resource, Span
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.quotes import UnknownQuote
from holdfast.chauffeur.trip import Route
from holdfast.chauffeur.words import Say
from holdfast.journal import Filter, Journal
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.steps import Act, StepEvent
from holdfast.store import Store, WriteUnit

TENANT = DEFAULT_TENANT
OWNER = Owner(TENANT, SessionId("ses_1"), "4915100000001", "491700000001@s.whatsapp.net")
HOUR = 3_600_000
NOW_MS = 1_796_000_000_000
muc, marienplatz = PLACES.by_id("muc"), PLACES.by_id("marienplatz")
FORM = Form(
    pickup=muc,
    destination=marienplatz,
    date=date(2026, 12, 24),
    time=time(18),
    passengers=2,
    luggage=1,
    vehicle_class="sedan",
    flight="LH123",
    name="Ann Lee",
)


def order(key: str = "evt_1", form: Form = FORM) -> Order:
    route = Route(40_000, 2400, "table")
    made = quote(SETTING.tariff, form.trip("Europe/Berlin"), route, version=3, back=route)
    return Order(key, "ABC234", form, made, "en")


class Heard:
    """Notes what the customer is told."""

    def __init__(self) -> None:
        self.customers: list[Say] = []
        self.reminders: list[datetime | None] = []

    def customer(self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say) -> None:
        self.customers.append(key)

    def operators(
        self, unit: WriteUnit, booking: Booking, setting: Setting, key: Say, *, is_free: bool
    ) -> None:
        pass

    def remind(self, unit: WriteUnit, owner: Owner, at: datetime | None, now: datetime) -> None:
        self.reminders.append(at)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def bookings(journal: Journal, heard: Heard) -> Bookings:
    return Bookings(journal, lambda unit, tenant_id: SETTING, heard, lambda: NOW_MS)


async def told(journal: Journal) -> list[str]:
    page = await journal.read(0, 100, Filter(TENANT))
    return [it.data["name"] for it in page.events]


async def made(store: Store, bookings: Bookings, wanted: Order | None = None) -> Booking:
    return await store.write(partial(bookings.book, owner=OWNER, order=wanted or order()))


async def test_a_key_makes_one_booking(store: Store, journal: Journal, bookings: Bookings) -> None:
    first = await made(store, bookings)
    assert await made(store, bookings) == first
    assert await store.read(lambda unit: bookings.find(unit, TENANT, "ABC234")) == first
    assert first.quote.total == Decimal("126.50")
    assert await told(journal) == ["booking.created"]


async def test_its_life(store: Store, journal: Journal, bookings: Bookings) -> None:
    it = await made(store, bookings)
    for _ in range(2):
        it = await store.write(partial(bookings.accept, booking=it))
    assert it.status is Status.CONFIRMED
    later = order(form=replace(FORM, time=time(20)))
    it = await store.write(lambda unit: bookings.change(unit, it, later, Decimal(5)))
    assert (it.status, it.fee, it.at.hour) == (Status.REQUESTED, Decimal(5), 19)
    for _ in range(2):
        it = await store.write(partial(bookings.cancel, booking=it, fee=Decimal(10)))
    assert (it.status, it.fee) == (Status.CANCELLED, Decimal(15))
    with pytest.raises(BookingRefused, match="is cancelled"):
        await store.write(lambda unit: bookings.accept(unit, it))
    assert await told(journal) == [
        "booking.created",
        "booking.confirmed",
        "booking.changed",
        "booking.cancelled",
    ]


async def test_what_an_operator_changes_the_customer_is_told_once(
    store: Store, journal: Journal, bookings: Bookings, heard: Heard
) -> None:
    it = await made(store, bookings)
    later = replace(order(form=replace(FORM, time=time(20))), by_customer=False, note="The road is closed.")
    for _ in range(2):
        it = await store.write(partial(bookings.change, booking=it, order=later, fee=Decimal(5)))
    assert (it.at.hour, it.fee, it.note, it.revision) == (19, Decimal(5), "The road is closed.", 2)
    for _ in range(2):
        it = await store.write(partial(bookings.call_off, booking=it, fee=Decimal(0), note="Snow."))
    assert (it.status, it.note) == (Status.CANCELLED, "Snow.")
    assert heard.customers == [Say.CHANGED_BY_US, Say.CANCELLED_BY_US]
    assert await told(journal) == ["booking.created", "booking.changed", "booking.cancelled"]


# -- prices that were named


async def named(store: Store, form: Form = FORM, now_ms: int = NOW_MS) -> Quote:
    trip, price = form.trip("Europe/Berlin"), order(form=form).quote
    return await store.write(
        lambda unit: quotes.keep(unit, TENANT, trip, price, now_ms=now_ms, valid_ms=24 * HOUR)
    )


def acts_of(bookings: Bookings) -> Mapping[str, Act]:
    """What the steps of bots may ask for."""

    class Collected:
        def __init__(self) -> None:
            self.acts: dict[str, Act] = {}

        def register(self, name: str, act: Act) -> None:
            self.acts[name] = act

    found = Collected()
    acts.register(found, bookings)  # type: ignore[arg-type]
    return found.acts


EVENT = StepEvent(TENANT, OWNER.session_id, OWNER.phone, OWNER.chat, "evt_9", "chauffeur")


async def test_what_is_booked_is_the_price_that_was_named(store: Store, bookings: Bookings) -> None:
    price, book = await named(store), acts_of(bookings)["chauffeur.book"]
    assert (price.version, price.valid_until_ms) == (3, NOW_MS + 24 * HOUR)
    body = {
        "reference": "ABC234",
        "form": form_to_json(FORM),
        "language": "en",
        "quote_id": price.quote_id,
    }
    for _ in range(2):
        done = await store.write(partial(book, event=EVENT, body=body))
    [booking] = await store.read(lambda unit: bookings.list(unit, TENANT, Wanted()))
    assert (booking.booking_id, booking.quote) == (done["booking_id"], price)


@pytest.mark.parametrize("wrong", ["another id", "another ride", "a price of one's own"])
async def test_no_other_price_is_booked(store: Store, bookings: Bookings, wrong: str) -> None:
    price, book = await named(store), acts_of(bookings)["chauffeur.book"]
    body: dict[str, Any] = {"reference": "ABC234", "form": form_to_json(FORM), "language": "en"}
    body["quote_id"] = "quo_unknown" if wrong == "another id" else price.quote_id
    if wrong == "another ride":
        body["form"] |= {"destination": body["form"]["pickup"]}
    if wrong == "a price of one's own":
        body["quote"] = {"total": "1.00"}
    with pytest.raises(RequestInvalid):
        await store.write(partial(book, event=EVENT, body=body))
    assert await store.read(lambda unit: bookings.list(unit, TENANT, Wanted())) == []


async def test_quotes_are_forgotten_long_after_they_ran_out(store: Store) -> None:
    old = await named(store)
    await named(store, now_ms=NOW_MS + 31 * 24 * HOUR)
    assert await store.read(lambda unit: quotes.find(unit, TENANT, old.quote_id))
    await named(store, now_ms=NOW_MS + 32 * 24 * HOUR)
    with pytest.raises(UnknownQuote):
        await store.read(lambda unit: quotes.find(unit, TENANT, old.quote_id))


async def test_who_is_booked_or_moved_by_an_operator_is_reminded_too(
    store: Store, bookings: Bookings, heard: Heard
) -> None:
    it = await made(store, bookings, replace(order(), by_customer=False))
    sooner = replace(order(form=replace(FORM, date=date(2026, 12, 23))), by_customer=False)
    await store.write(lambda unit: bookings.change(unit, it, sooner, Decimal(0)))
    assert heard.reminders == [
        datetime(2026, 12, 23, 17, tzinfo=UTC),
        datetime(2026, 12, 22, 17, tzinfo=UTC),
    ]


async def test_who_saw_an_older_one_does_not_overwrite(store: Store, bookings: Bookings) -> None:
    it = await made(store, bookings)
    await store.write(lambda unit: bookings.accept(unit, it))
    with pytest.raises(BookingRefused, match="somebody else"):
        await store.write(lambda unit: bookings.decline(unit, it, ""))


async def test_a_quote_whose_lines_do_not_add_up_is_refused(store: Store, bookings: Bookings) -> None:
    wrong = order()
    wrong = replace(wrong, quote=replace(wrong.quote, total=Decimal(1)))
    with pytest.raises(BookingRefused, match="do not come to its total"):
        await made(store, bookings, wrong)


async def test_another_number_of_the_session_inherits_no_booking(store: Store, bookings: Bookings) -> None:
    it = await made(store, bookings)
    assert await store.read(lambda unit: bookings.ahead(unit, OWNER)) == [it]
    for stranger in (replace(OWNER, phone="4915100000002"), replace(OWNER, chat="1@lid")):
        assert await store.read(lambda unit, who=stranger: bookings.ahead(unit, who)) == []


async def test_the_list_is_filtered_and_paged(store: Store, bookings: Bookings) -> None:
    for number, hour in enumerate((18, 9, 12)):
        await made(store, bookings, order(f"evt_{number}", replace(FORM, time=time(hour))))

    async def hours(wanted: Wanted) -> list[int]:
        found = await store.read(lambda unit: bookings.list(unit, TENANT, wanted))
        return [it.at.hour for it in found]

    assert await hours(Wanted()) == [8, 11, 17]
    [first] = await store.read(lambda unit: bookings.list(unit, TENANT, Wanted(limit=1)))
    assert await hours(Wanted(after_ms=first.at_ms, after_id=first.booking_id)) == [11, 17]
    assert await hours(Wanted(from_ms=first.at_ms + 1, until_ms=first.at_ms + 4 * HOUR)) == [11]
    assert await hours(Wanted(status="confirmed")) == []
    assert await hours(Wanted(session_id="ses_1")) == [8, 11, 17]
    assert await hours(Wanted(driver_id="dan")) == []
    with pytest.raises(UnknownBooking):
        await store.read(lambda unit: bookings.find(unit, TENANT, "NOSUCH"))


# -- vehicles and drivers


async def hire(store: Store, *resources: Resource) -> None:
    def put(unit: WriteUnit) -> None:
        for it in resources:
            fleet.put(unit, TENANT, it)

    await store.write(put)


CAR = Resource("car-1", Kind.VEHICLE, "Car 1", "sedan")
DAN = Resource("dan", Kind.DRIVER, "Dan")


async def test_nobody_is_in_two_places(store: Store, bookings: Bookings) -> None:
    await hire(store, CAR, DAN)
    one = await made(store, bookings)
    two = await made(store, bookings, order("evt_2", replace(FORM, time=time(18, 30))))
    later = await made(store, bookings, order("evt_3", replace(FORM, time=time(21))))
    one = await store.write(lambda unit: bookings.assign(unit, one, "car-1", "dan"))
    for vehicle, driver in (("car-1", None), (None, "dan")):
        with pytest.raises(TimeTaken, match=one.booking_id):
            await store.write(lambda unit, v=vehicle, d=driver: bookings.assign(unit, two, v, d))
    assert (await store.read(lambda unit: bookings.find(unit, TENANT, two.booking_id))) == two
    await store.write(lambda unit: bookings.assign(unit, later, "car-1", "dan"))
    one = await store.write(lambda unit: bookings.cancel(unit, one, Decimal(0)))
    two = await store.write(lambda unit: bookings.assign(unit, two, "car-1", "dan"))
    assert (two.vehicle_id, two.driver_id) == ("car-1", "dan")


async def test_two_assignments_at_once(store: Store, bookings: Bookings) -> None:
    await hire(store, CAR)
    rides = [await made(store, bookings, order(f"evt_{it}")) for it in range(5)]
    outcomes = await asyncio.gather(
        *(
            store.write(partial(bookings.assign, booking=it, vehicle_id="car-1", driver_id=None))
            for it in rides
        ),
        return_exceptions=True,
    )
    assert sorted(type(it).__name__ for it in outcomes) == ["Booking", *["TimeTaken"] * 4]


async def test_an_assignment_is_taken_away_and_moved(store: Store, bookings: Bookings) -> None:
    await hire(store, CAR, DAN)
    it = await made(store, bookings)
    for driver in ("dan", None, "dan"):
        it = await store.write(partial(bookings.assign, booking=it, vehicle_id="car-1", driver_id=driver))
    assert it.driver_id == "dan"
    moved = order(form=replace(FORM, time=time(19)))
    it = await store.write(lambda unit: bookings.change(unit, it, moved, Decimal(0)))
    assert (it.vehicle_id, it.driver_id) == (None, None)
    day = Span(it.at_ms - 12 * HOUR, it.at_ms + 12 * HOUR)
    assert await store.read(lambda unit: fleet.calendar(unit, TENANT, "car-1", day)) == []


@pytest.mark.parametrize(
    ("vehicle", "says"), [("nobody", "no vehicle nobody"), ("dan", "no vehicle dan"), ("old", "not in use")]
)
async def test_what_cannot_be_assigned(store: Store, bookings: Bookings, vehicle: str, says: str) -> None:
    await hire(store, DAN, Resource("old", Kind.VEHICLE, "Old", "sedan", active=False))
    it = await made(store, bookings)
    with pytest.raises(BookingRefused, match=says):
        await store.write(lambda unit: bookings.assign(unit, it, vehicle, None))
    with pytest.raises(BookingRefused, match="is not a vehicle"):
        await hire(store, Resource("dan", Kind.VEHICLE, "Dan's car"))


BOTH = replace(FORM, with_return=True, return_date=date(2026, 12, 26), return_time=time(9))


async def test_a_way_back_takes_its_time_and_none_in_between(store: Store, bookings: Bookings) -> None:
    await hire(store, CAR, DAN)
    it = await made(store, bookings, order(form=BOTH))
    assert (it.until_ms - it.at_ms, it.back_at) == (2_400_000, datetime(2026, 12, 26, 8, tzinfo=UTC))
    it = await store.write(lambda unit: bookings.assign(unit, it, "car-1", "dan"))
    week = Span(it.at_ms - HOUR, it.at_ms + 100 * HOUR)
    taken = await store.read(lambda unit: fleet.calendar(unit, TENANT, "dan", week))
    assert [(each.from_ms, each.until_ms) for each in taken] == [
        (it.at_ms - HOUR // 4, it.until_ms + HOUR // 3),
        (it.back_at_ms - HOUR // 4, it.back_until_ms + HOUR // 3),  # type: ignore[operator]
    ]
    other = await made(store, bookings, order("evt_2", replace(FORM, date=date(2026, 12, 25))))
    await store.write(lambda unit: bookings.assign(unit, other, "car-1", "dan"))
    third = await made(store, bookings, order("evt_3", replace(FORM, date=date(2026, 12, 26), time=time(9))))
    with pytest.raises(TimeTaken, match=it.booking_id):
        await store.write(lambda unit: bookings.assign(unit, third, "car-1", None))


async def test_a_way_back_right_after_the_arrival_is_one_booking_in_nobodys_way(
    store: Store, bookings: Bookings
) -> None:
    await hire(store, CAR)
    soon = replace(FORM, with_return=True, return_date=date(2026, 12, 24), return_time=time(18, 41))
    it = await made(store, bookings, order(form=soon))
    it = await store.write(lambda unit: bookings.assign(unit, it, "car-1", None))
    assert it.vehicle_id == "car-1"
    again = await store.write(lambda unit: bookings.assign(unit, it, None, None))
    assert again.vehicle_id is None


async def test_a_way_back_stands_in_lists_and_is_still_to_come(store: Store, journal: Journal) -> None:
    now = [NOW_MS]
    bookings = Bookings(journal, lambda unit, tenant_id: SETTING, Heard(), lambda: now[0])
    it = await made(store, bookings, order(form=BOTH))
    assert it.back_at_ms is not None
    for begin, end, there in (
        (it.at_ms, it.at_ms + 1, True),
        (it.at_ms + 1, it.back_at_ms, False),
        (it.back_at_ms, it.back_at_ms + 1, True),
        (it.back_at_ms + 1, 1 << 60, False),
    ):
        wanted = Wanted(from_ms=begin, until_ms=end)
        found = await store.read(lambda unit, which=wanted: bookings.list(unit, TENANT, which))
        assert bool(found) is there, (begin, end)
    for at_ms, ahead in ((it.at_ms + 1, [it]), (it.back_at_ms, [])):
        now[0] = at_ms
        assert await store.read(lambda unit: bookings.ahead(unit, OWNER)) == ahead


async def test_a_vehicle_that_is_promised_for_a_way_back_is_not_free(
    store: Store, bookings: Bookings
) -> None:
    await hire(store, CAR)
    it = await made(store, bookings, order(form=BOTH))
    assert it.back_at_ms is not None
    noon = Span(it.at_ms + 18 * HOUR, it.at_ms + 19 * HOUR)
    back = Span(it.back_at_ms, it.back_at_ms + HOUR)
    for rides, free in (([noon], True), ([back], False), ([noon, back], False)):
        is_free = await store.read(lambda unit, spans=rides: bookings.is_free(unit, TENANT, "sedan", spans))
        assert is_free is free


async def test_an_absence_takes_time_too(store: Store, bookings: Bookings) -> None:
    await hire(store, CAR)
    it = await made(store, bookings)
    day = Span(it.at_ms - 2 * HOUR, it.at_ms + 2 * HOUR)
    await store.write(lambda unit: fleet.take(unit, TENANT, "car-1", [day], "absence:car-1:garage"))
    with pytest.raises(TimeTaken, match="garage"):
        await store.write(lambda unit: bookings.assign(unit, it, "car-1", None))
    [taken] = await store.read(lambda unit: fleet.calendar(unit, TENANT, "car-1", day))
    assert (taken.by, taken.from_ms, taken.until_ms) == ("absence:car-1:garage", day.from_ms, day.until_ms)
    with pytest.raises(BookingRefused, match="longer than a year"):
        await store.write(lambda unit: fleet.take(unit, TENANT, "car-1", [Span(0, 400 * 24 * HOUR)], "x"))


async def test_whether_a_vehicle_is_free(store: Store, bookings: Bookings) -> None:
    it = await made(store, bookings)
    ride = Span(it.at_ms, it.until_ms)

    async def free(span: Span) -> bool:
        return await store.read(lambda unit: bookings.is_free(unit, TENANT, "sedan", [span]))

    assert await free(ride)  # no vehicle was entered: the owner knows
    await hire(store, CAR)
    assert not await free(ride)  # the only one is promised to the booking
    assert await free(Span(it.at_ms + 12 * HOUR, it.until_ms + 12 * HOUR))
    await hire(store, replace(CAR, resource_id="car-2", name="Car 2"))
    assert await free(ride)
    await store.write(lambda unit: bookings.assign(unit, it, "car-1", None))
    assert await free(ride)


# -- exports


async def test_the_table_is_text_even_where_a_customer_wrote_a_formula(
    store: Store, bookings: Bookings
) -> None:
    it = await made(store, bookings, order(form=replace(FORM, name="=1+1", remarks='a "dog", really')))
    head, line = to_csv([it], "Europe/Berlin").splitlines()
    assert head.startswith("reference,status,pickup_at")
    assert "2026-12-24T18:00+01:00,Munich Airport,,Marienplatz,2,1,0,sedan,LH123,'=1+1" in line
    assert '"a ""dog"", really"' in line


async def test_the_calendar_is_read_by_others(store: Store, bookings: Bookings) -> None:
    from icalendar import Calendar

    it = await made(store, bookings)
    done = await store.write(lambda unit: bookings.cancel(unit, it, Decimal(0)))
    [entry] = Calendar.from_ical(to_ical([done], "Alpine Cars")).walk("VEVENT")
    assert entry["UID"] == "ABC234@holdfast"
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 1)
    assert entry["SUMMARY"] == "Alpine Cars: Munich Airport → Marienplatz"
    assert entry["DTSTART"].dt.isoformat() == "2026-12-24T17:00:00+00:00"


async def test_a_way_back_is_an_entry_of_its_own(store: Store, bookings: Bookings) -> None:
    from icalendar import Calendar

    it = await made(store, bookings, order(form=BOTH))
    there, back = Calendar.from_ical(to_ical([it], "Alpine Cars")).walk("VEVENT")
    assert (there["UID"], back["UID"]) == ("ABC234@holdfast", "ABC234-return@holdfast")
    assert back["SUMMARY"] == "Alpine Cars: Marienplatz → Munich Airport"
    assert back["DTSTART"].dt.isoformat() == "2026-12-26T08:00:00+00:00"
    head, line = to_csv([it], "Europe/Berlin").splitlines()
    assert dict(zip(head.split(","), line.split(","), strict=True))["return_at"] == "2026-12-26T09:00+01:00"
