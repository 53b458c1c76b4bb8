"""HTTP: vehicles and drivers, and when they are taken."""

# ruff: noqa: PLR0917 - a path's parameters are its fields

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from holdfast.api.auth import Admin, Reader
from holdfast.api.bodies import ms
from holdfast.api.errors import refusals
from holdfast.chauffeur import fleet
from holdfast.chauffeur.booking import BookingRefused
from holdfast.chauffeur.door import AtOffice, refusals_told
from holdfast.chauffeur.fleet import Kind, Resource, Span
from holdfast.chauffeur.shapes import (
    AbsenceIn,
    CalendarOut,
    ResourceIn,
    ResourceOut,
    ResourcesOut,
    TakenOut,
)
from holdfast.kit.iso import iso
from holdfast.store import WriteUnit

router = APIRouter(prefix="/v1/chauffeur", tags=["chauffeur"])

Plural = Annotated[Literal["vehicles", "drivers"], Path()]
Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
AbsenceName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="your own name for it")]
_KINDS = {"vehicles": Kind.VEHICLE, "drivers": Kind.DRIVER}


@router.get("/{kind}", summary="Every vehicle, every driver", responses=refusals())
async def resources(office: AtOffice, caller: Reader, kind: Plural) -> ResourcesOut:
    """By name."""
    found = await office.read(lambda unit: fleet.every(unit, caller.tenant_id, _KINDS[kind]))
    return ResourcesOut(resources=[ResourceOut.of(it) for it in found])


@router.put("/{kind}/{id}", summary="A vehicle or driver, new or changed", responses=refusals(409, 422))
async def put(office: AtOffice, caller: Admin, kind: Plural, id: Id, body: ResourceIn) -> ResourceOut:
    """One that is not active is assigned no more; its calendar stays."""
    it = Resource(id, _KINDS[kind], body.name, body.vehicle_class, body.phone, body.active)
    with refusals_told():
        await office.write(lambda unit: fleet.put(unit, caller.tenant_id, it))
    return ResourceOut.of(it)


@router.get("/{kind}/{id}/calendar", summary="When it is taken", responses=refusals(409, 422))
async def calendar(
    office: AtOffice,
    caller: Reader,
    kind: Plural,
    id: Id,
    begin: Annotated[AwareDatetime, Query(alias="from")],
    end: Annotated[AwareDatetime, Query(alias="until")],
) -> CalendarOut:
    """Bookings with their buffers, and absences, in quarters of an hour."""
    span = Span(ms("from", begin), ms("until", end))
    with refusals_told():
        found = await office.read(lambda unit: fleet.calendar(unit, caller.tenant_id, id, span))
    return CalendarOut(
        taken=[TakenOut(by=it.by, begin=iso(it.from_ms), end=iso(it.until_ms)) for it in found]
    )


@router.put("/{kind}/{id}/absences/{name}", status_code=204, summary="Away", responses=refusals(409, 422))
async def absent(
    office: AtOffice, caller: Admin, kind: Plural, id: Id, name: AbsenceName, body: AbsenceIn
) -> None:
    """A holiday, a garage. 409 where it is taken at that time. The same name again: another time."""
    span = Span(ms("begin", body.begin), ms("end", body.end))

    def take(unit: WriteUnit) -> None:
        if span.until_ms <= span.from_ms:
            raise BookingRefused("the end is not after the beginning")
        fleet.find(unit, caller.tenant_id, _KINDS[kind], id)
        by = f"absence:{id}:{name}"
        fleet.release(unit, caller.tenant_id, by)
        fleet.take(unit, caller.tenant_id, id, [span], by)

    with refusals_told():
        await office.write(take)


@router.delete("/{kind}/{id}/absences/{name}", status_code=204, summary="Back", responses=refusals(422))
async def present(office: AtOffice, caller: Admin, kind: Plural, id: Id, name: AbsenceName) -> None:
    """The absence of this name is over, or was never there."""
    await office.write(lambda unit: fleet.release(unit, caller.tenant_id, f"absence:{id}:{name}"))
