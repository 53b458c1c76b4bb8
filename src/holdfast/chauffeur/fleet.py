"""Vehicles and drivers, and when each is taken. For units of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from holdfast.chauffeur import statements
from holdfast.chauffeur.booking import BookingRefused, TimeTaken
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, WriteUnit

#: A calendar is made of quarters of an hour: each can be taken once, and the database sees to it.
_SLOT_MS: Final = 15 * 60 * 1000
#: Absences of more than a year are a mistake.
_MOST_SLOTS: Final = 366 * 96


class Kind(StrEnum):
    """What can be assigned."""

    VEHICLE = "vehicle"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Resource:
    """A vehicle or a driver."""

    resource_id: str
    kind: Kind
    name: str
    vehicle_class: str = ""
    phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """A time that something has taken: a booking by its id, an absence by its own."""

    by: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """From this moment up to that one, in milliseconds."""

    from_ms: int
    until_ms: int

    @property
    def slots(self) -> range:
        """The quarters of an hour that it touches; at least one. Raises BookingRefused."""
        first, last = self.from_ms // _SLOT_MS, max(self.until_ms - 1, self.from_ms) // _SLOT_MS
        if last - first >= _MOST_SLOTS:
            raise BookingRefused("that is longer than a year")
        return range(first, last + 1)


def put(unit: WriteUnit, tenant_id: TenantId, resource: Resource) -> None:
    """A vehicle or a driver, new or changed. Raises BookingRefused when the id is of the other kind."""
    done = unit.run(
        statements.PUT_RESOURCE,
        tenant_id=tenant_id,
        id=resource.resource_id,
        kind=resource.kind.value,
        name=resource.name,
        vehicle_class=resource.vehicle_class,
        phone=resource.phone,
        active=int(resource.active),
    )
    if not done:
        raise BookingRefused(f"{resource.resource_id} is not a {resource.kind}")


def every(unit: ReadUnit, tenant_id: TenantId, kind: Kind) -> Sequence[Resource]:
    """All of a kind, by name."""
    rows = unit.all(statements.RESOURCES, tenant_id=tenant_id, kind=kind.value)
    return [
        Resource(id_, Kind(of), name, vehicle, phone, bool(active))
        for id_, of, name, vehicle, phone, active in rows
    ]


def find(unit: ReadUnit, tenant_id: TenantId, kind: Kind, resource_id: str) -> Resource:
    """One that may be assigned. Raises BookingRefused."""
    row = unit.first(statements.RESOURCE, tenant_id=tenant_id, id=resource_id)
    if row is None or row[1] != kind.value:
        raise BookingRefused(f"there is no {kind} {resource_id}")
    if not row[5]:
        raise BookingRefused(f"the {kind} {resource_id} is not in use")
    return Resource(row[0], Kind(row[1]), row[2], row[3], row[4], bool(row[5]))


def take(unit: WriteUnit, tenant_id: TenantId, resource_id: str, spans: Sequence[Span], by: str) -> None:
    """Take these times. All of them or nothing: the caller's unit fails with TimeTaken."""
    # The way back may begin in the quarter of an hour in which the way there ends.
    slots = sorted({slot for span in spans for slot in span.slots})
    rows = [{"tenant_id": tenant_id, "resource_id": resource_id, "slot": it, "taken_by": by} for it in slots]
    if unit.run_many(statements.TAKE, rows) == len(rows):
        return
    others = [
        it
        for span in spans
        for (it,) in unit.all(
            statements.TAKEN_BY,
            tenant_id=tenant_id,
            resource_id=resource_id,
            first=span.slots[0],
            last=span.slots[-1],
            except_for=by,
        )
    ]
    raise TimeTaken(f"{resource_id} is taken at that time by {', '.join(dict.fromkeys(others))}")


def release(unit: WriteUnit, tenant_id: TenantId, by: str) -> int:
    """Give back what was taken for this booking or absence; how much it was."""
    return unit.run(statements.RELEASE, tenant_id=tenant_id, taken_by=by)


def free_vehicles(unit: ReadUnit, tenant_id: TenantId, vehicle_class: str, spans: Sequence[Span]) -> int:
    """How many vehicles of a class nothing has taken or been promised at these times."""
    return min(_free_then(unit, tenant_id, vehicle_class, it) for it in spans)


def _free_then(unit: ReadUnit, tenant_id: TenantId, vehicle_class: str, span: Span) -> int:
    slots = span.slots
    free = unit.all(
        statements.FREE,
        tenant_id=tenant_id,
        vehicle_class=vehicle_class,
        first=slots[0],
        last=slots[-1],
    )
    promised = unit.scalar(
        statements.OPEN_OF_CLASS,
        tenant_id=tenant_id,
        vehicle_class=vehicle_class,
        at_ms=span.from_ms,
        until_ms=span.until_ms,
    )
    return len(free) - int(promised)


def calendar(unit: ReadUnit, tenant_id: TenantId, resource_id: str, span: Span) -> Sequence[Taken]:
    """When a vehicle or driver is taken."""
    slots = span.slots
    rows = unit.all(
        statements.BUSY, tenant_id=tenant_id, resource_id=resource_id, first=slots[0], last=slots[-1]
    )
    found: list[Taken] = []
    for by, slot in rows:
        begin = slot * _SLOT_MS
        if found and (found[-1].by, found[-1].until_ms) == (by, begin):
            found[-1] = Taken(by, found[-1].from_ms, begin + _SLOT_MS)
        else:
            found.append(Taken(by, begin, begin + _SLOT_MS))
    return found
