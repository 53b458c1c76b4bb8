"""HTTP: prices and bookings. Vehicles and drivers: `api_fleet`."""

# ruff: noqa: PLR0917 - a filter's parameters are its fields

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import AwareDatetime
from starlette.exceptions import HTTPException

from holdfast.api.auth import Operator, Reader, TheNote, TheRooms
from holdfast.api.bodies import ms
from holdfast.api.errors import refusals
from holdfast.chauffeur.booking import Booking, BookingRefused, Owner, Status
from holdfast.chauffeur.bookings import Order, Wanted
from holdfast.chauffeur.checking import check
from holdfast.chauffeur.dialogue import reference_of
from holdfast.chauffeur.door import AtOffice, Ref, refusals_told
from holdfast.chauffeur.export import to_csv, to_ical
from holdfast.chauffeur.form import Field, Form, missing
from holdfast.chauffeur.notice import fee
from holdfast.chauffeur.office import Office
from holdfast.chauffeur.quote import TripNotPriceable
from holdfast.chauffeur.quotes import UnknownQuote
from holdfast.chauffeur.rehearsal import rehearse
from holdfast.chauffeur.service import Notice
from holdfast.chauffeur.shapes import (
    AssignmentIn,
    BookingIn,
    BookingOut,
    BookingsOut,
    CancelIn,
    ChangeIn,
    HeldOut,
    NoteIn,
    QuoteIn,
    QuoteOut,
    RehearsalIn,
    RehearsalOut,
    SettingOut,
    TurnOut,
)
from holdfast.kit.ids import new_id
from holdfast.model.address import parse_recipient
from holdfast.model.errors import RecipientInvalid
from holdfast.model.ids import TenantId
from holdfast.store import WriteUnit

_MOST: Final = 500


Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]

router = APIRouter(prefix="/v1/chauffeur", tags=["chauffeur"])


@router.get("/setting", summary="The documents as they are now", responses=refusals())
async def setting(office: AtOffice, caller: Reader) -> SettingOut:
    """Tariff, places and service, of one moment."""
    found = await office.papers(caller.tenant_id)
    it = found.setting
    return SettingOut(
        pricing_version=found.pricing, tariff=it.tariff, places=it.atlas.places, service=it.service
    )


@router.post("/quotes", summary="What a ride costs", responses=refusals(422))
async def make_quote(office: AtOffice, caller: Reader, body: QuoteIn) -> QuoteOut:
    """Kept under `quote_id` until `valid_until_ms`, so that it can be booked at this price whatever changes.

    A trip without a price is answered with the part that does not fit.
    """
    try:
        made = await office.quote(caller.tenant_id, body.trip)
    except TripNotPriceable as refused:
        return QuoteOut(quote=None, refused=refused.field, why=str(refused), free=True)
    is_free = await office.has_free_vehicle(caller.tenant_id, body.trip, made)
    return QuoteOut(quote=made, refused="", why="", free=is_free)


@router.get("/quotes/{quote_id}", summary="A price that was named", responses=refusals(404))
async def show_quote(
    office: AtOffice, caller: Reader, quote_id: Annotated[str, Path(max_length=64)]
) -> QuoteOut:
    """As it was named, with the version of the prices that it was made from; also once it has run out."""
    try:
        trip, made = await office.quoted(caller.tenant_id, quote_id)
    except UnknownQuote as refused:
        raise HTTPException(404, str(refused)) from None
    is_free = await office.has_free_vehicle(caller.tenant_id, trip, made)
    return QuoteOut(quote=made, refused="", why="", free=is_free)


@router.post("/rehearsals", summary="What would the bot say?", responses=refusals(422))
async def rehearse_conversation(office: AtOffice, caller: Reader, body: RehearsalIn) -> RehearsalOut:
    """A conversation with the dialogue, texts and prices of now. Nothing is kept, sent or booked."""
    setting = (await office.papers(caller.tenant_id)).setting
    turns = await rehearse(
        body.texts, body.name, setting, office.now(), partial(office.price_trip, caller.tenant_id)
    )
    told = [TurnOut(text=it.text, replies=list(it.replies), done=list(it.done)) for it in turns]
    return RehearsalOut(turns=told)


@router.get("/bookings", summary="Bookings by their pick-up", responses=refusals(400, 422))
async def bookings(
    office: AtOffice,
    caller: Reader,
    begin: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="until")] = None,
    status: Status | None = None,
    session: Annotated[str, Query(max_length=128)] = "",
    driver: Annotated[str, Query(max_length=40)] = "",
    after: Annotated[str, Query(max_length=80, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> BookingsOut:
    """Filtered by time of pick-up, status, session id and driver."""
    wanted = _wanted(begin, end, status, session, driver, after, limit)
    found = await office.read(lambda unit: office.bookings.list(unit, caller.tenant_id, wanted))
    last = found[-1] if len(found) == limit else None
    following = None if last is None else f"{last.at_ms}-{last.booking_id}"
    return BookingsOut(bookings=[BookingOut.of(it) for it in found], next=following)


@router.get("/bookings.csv", summary="The same as a table", responses=refusals(422))
async def as_table(
    office: AtOffice,
    caller: Reader,
    begin: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="until")] = None,
    status: Status | None = None,
) -> Response:
    """CSV with a head; times are local."""
    found = await office.every(caller.tenant_id, _wanted(begin, end, status))
    zone = (await office.papers(caller.tenant_id)).setting.service.time_zone
    return Response(to_csv(found, zone), media_type="text/csv")


@router.get("/bookings.ics", summary="The same as a calendar", responses=refusals(422))
async def as_calendar(
    office: AtOffice,
    caller: Reader,
    begin: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="until")] = None,
    status: Status | None = None,
) -> Response:
    """iCalendar, one entry per booking."""
    found = await office.every(caller.tenant_id, _wanted(begin, end, status))
    name = (await office.papers(caller.tenant_id)).setting.service.name
    return Response(to_ical(found, name), media_type="text/calendar")


@router.get("/bookings/{ref}", summary="One booking", responses=refusals(404))
async def show(office: AtOffice, caller: Reader, ref: Ref) -> BookingOut:
    """By its id or reference."""
    with refusals_told():
        return BookingOut.of(await office.find(caller.tenant_id, ref))


@router.get("/chats/{session}/{chat}/bookings", summary="A chat's next rides", responses=refusals(404))
async def of_chat(
    office: AtOffice,
    rooms: TheRooms,
    caller: Reader,
    session: Annotated[str, Path(max_length=128)],
    chat: Annotated[str, Path(max_length=128)],
) -> HeldOut:
    """What a customer may still change or cancel, the next first."""
    found = rooms.directory.resolve(caller.tenant_id, session)
    owner = Owner(caller.tenant_id, found.session_id, found.phone, chat)
    ahead = await office.read(lambda unit: office.bookings.ahead(unit, owner))
    return HeldOut(bookings=[it.held for it in ahead])


@router.post("/bookings", status_code=201, summary="Enter a booking", responses=refusals(404, 409, 422))
async def create(
    office: AtOffice, rooms: TheRooms, caller: Operator, note: TheNote, body: BookingIn, key: Key = None
) -> BookingOut:
    """The same Idempotency-Key again gives the same booking. The customer is not written to."""
    session = rooms.directory.resolve(caller.tenant_id, body.session)
    name = f"api:{key or new_id('key')}"
    done = await office.read(lambda unit: office.bookings.made_under(unit, caller.tenant_id, name))
    if done is not None:
        note.target = done.reference
        return BookingOut.of(done)
    with refusals_told():
        form = await _complete(office, caller.tenant_id, body.form)
        made = await office.price_agreed(caller.tenant_id, form, body.quote_id)
        order = Order(
            name, reference_of(name), form, made, body.language, by_customer=False, confirmed=body.confirmed
        )
        chat = parse_recipient(body.to)
        if chat is None:
            raise RecipientInvalid
        owner = Owner(caller.tenant_id, session.session_id, session.phone, chat)
        note.target = order.reference
        return BookingOut.of(await office.book(owner, order))


@router.patch("/bookings/{ref}", summary="Change a ride", responses=refusals(404, 409, 422))
async def change(office: AtOffice, caller: Operator, ref: Ref, body: ChangeIn) -> BookingOut:
    """Priced again; vehicle and driver are free again, and it waits to be accepted. The customer is told.

    Again: nothing happens.
    """
    with refusals_told():
        before = await office.find(caller.tenant_id, ref)
        form = await _complete(office, caller.tenant_id, body.form)
        made = await office.price_agreed(caller.tenant_id, form, body.quote_id)
        service = (await office.papers(caller.tenant_id)).setting.service
        cost = _fee(service.change_notice, before, office.now()) if body.fee is None else body.fee

        def act(unit: WriteUnit, booking: Booking) -> Booking:
            order = Order(
                booking.key,
                booking.reference,
                form,
                made,
                booking.language,
                by_customer=False,
                note=body.note,
            )
            return office.bookings.change(unit, booking, order, cost)

        return BookingOut.of(await office.alter(caller.tenant_id, ref, act))


@router.post("/bookings/{ref}/cancel", summary="Cancel a ride", responses=refusals(404, 409, 422))
async def cancel(office: AtOffice, caller: Operator, ref: Ref, body: CancelIn) -> BookingOut:
    """With the fee that the notice periods say, or another one. The customer is told.

    Again: nothing happens.
    """
    with refusals_told():
        before = await office.find(caller.tenant_id, ref)
        service = (await office.papers(caller.tenant_id)).setting.service
        cost = _fee(service.cancel_notice, before, office.now()) if body.fee is None else body.fee

        def act(unit: WriteUnit, booking: Booking) -> Booking:
            return office.bookings.call_off(unit, booking, cost, body.note)

        return BookingOut.of(await office.alter(caller.tenant_id, ref, act))


@router.post("/bookings/{ref}/accept", summary="Drive it", responses=refusals(404, 409))
async def accept(office: AtOffice, caller: Operator, ref: Ref) -> BookingOut:
    """The customer is told. Again: nothing happens."""
    with refusals_told():
        return BookingOut.of(await office.alter(caller.tenant_id, ref, office.bookings.accept))


@router.post("/bookings/{ref}/decline", summary="Do not drive it", responses=refusals(404, 409, 422))
async def decline(office: AtOffice, caller: Operator, ref: Ref, body: NoteIn) -> BookingOut:
    """The customer is told, with the note. Again: nothing happens."""
    with refusals_told():

        def act(unit: WriteUnit, booking: Booking) -> Booking:
            return office.bookings.decline(unit, booking, body.note)

        return BookingOut.of(await office.alter(caller.tenant_id, ref, act))


@router.post("/bookings/{ref}/propose", summary="Propose something else", responses=refusals(404, 409, 422))
async def propose(office: AtOffice, caller: Operator, ref: Ref, body: NoteIn) -> BookingOut:
    """The customer is told the note, and decides."""
    with refusals_told():

        def act(unit: WriteUnit, booking: Booking) -> Booking:
            return office.bookings.propose(unit, booking, body.note)

        return BookingOut.of(await office.alter(caller.tenant_id, ref, act))


@router.put("/bookings/{ref}/assignment", summary="Who drives what", responses=refusals(404, 409, 422))
async def assign(office: AtOffice, caller: Operator, ref: Ref, body: AssignmentIn) -> BookingOut:
    """409 where the vehicle or the driver is taken at that time: nothing is changed then."""
    with refusals_told():

        def act(unit: WriteUnit, booking: Booking) -> Booking:
            return office.bookings.assign(unit, booking, body.vehicle, body.driver)

        return BookingOut.of(await office.alter(caller.tenant_id, ref, act))


def _wanted(
    begin: datetime | None,
    end: datetime | None,
    status: Status | None,
    session: str = "",
    driver: str = "",
    after: str = "",
    limit: int = _MOST,
) -> Wanted:
    after_ms, _, after_id = after.partition("-")
    if after and not after_ms.isdecimal():
        raise HTTPException(400, "`after` is not the `next` of a page")
    return Wanted(
        from_ms=0 if begin is None else ms("from", begin),
        until_ms=1 << 60 if end is None else ms("until", end),
        status=status.value if status else "",
        session_id=session,
        driver_id=driver,
        after_ms=min(int(after_ms), 1 << 60) if after else -1,
        after_id=after_id,
        limit=limit,
    )


async def _complete(office: Office, tenant_id: TenantId, form: Form) -> Form:
    """A form in which nothing is missing and nothing is impossible. Raises BookingRefused."""
    setting = (await office.papers(tenant_id)).setting
    sure, objections = check(form, setting, "en", office.now())
    if objections:
        raise BookingRefused(objections[0].text)
    lacking = [it.value for it in missing(sure) if it is not Field.FLIGHT]
    if lacking:
        raise BookingRefused(f"the form lacks {', '.join(lacking)}")
    return sure


def _fee(notices: Iterable[Notice], it: Booking, now: datetime) -> Decimal:
    return fee(notices, at=it.at, now=now, total=it.quote.total, currency=it.quote.currency)
