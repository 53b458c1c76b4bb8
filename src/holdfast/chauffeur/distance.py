"""How far it is: the seam, and the ways that need no network. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal, Protocol, Self

from pydantic import Field, model_validator

from holdfast.chauffeur.tariff import Part
from holdfast.chauffeur.trip import Place, Route
from holdfast.chauffeur.zones import great_circle_m

_LONGEST_M: Final = 20_040_000


class DistanceUnknown(Exception):
    """This way of measuring has no answer for these places; another one may."""


class Distance(Protocol):
    """Tells how far it is along some points, in their order."""

    async def measure(self, points: Sequence[Place]) -> Route:
        """The way from the first point over all others to the last. Raises DistanceUnknown."""
        ...


class TableEntry(Part):
    """A distance that the owner has measured."""

    origin: str = Field(min_length=1, description="a place's id")
    destination: str = Field(min_length=1, description="a place's id")
    km: float = Field(ge=0, le=20_040)
    minutes: float = Field(ge=0, le=100_000)
    both_ways: bool = True


Factor = Annotated[float, Field(ge=1, le=5)]
Speed = Annotated[float, Field(ge=5, le=200)]


class DistanceSettings(Part):
    """How distances are found. The owner's table is asked first, then the source, then the great circle."""

    source: Literal["great_circle", "osrm", "openrouteservice"] = "great_circle"
    url: str = Field(default="", pattern=r"^(https?://\S+)?$", description="of the routing service")
    factor: Factor = Field(default=1.3, description="how much longer roads are than the great circle")
    speed_kmh: Speed = Field(default=50, description="assumed where only the great circle is known")
    timeout_s: float = Field(default=4, gt=0, le=30)
    table: tuple[TableEntry, ...] = Field(default=(), max_length=5000)

    @model_validator(mode="after")
    def _has_its_service(self) -> Self:
        if self.source != "great_circle" and not self.url:
            raise ValueError(f"{self.source} needs a url")
        return self


class FixedTable:
    """Distances that the owner has measured, between places of the list."""

    def __init__(self, entries: Sequence[TableEntry]) -> None:
        self._known = {(it.destination, it.origin): it for it in entries if it.both_ways}
        self._known |= {(it.origin, it.destination): it for it in entries}

    async def measure(self, points: Sequence[Place]) -> Route:
        """The sum of the table's entries. Raises DistanceUnknown when one is missing."""
        km = minutes = 0.0
        for a, b in pairwise(points):
            entry = self._known.get((a.place_id, b.place_id))
            if entry is None:
                raise DistanceUnknown(f"no entry from {a.name} to {b.name}")
            km, minutes = km + entry.km, minutes + entry.minutes
        return Route(round(km * 1000), round(minutes * 60), "table")


class GreatCircle:
    """As a bird flies, times a factor, at an average speed. Always has an answer."""

    def __init__(self, factor: float, speed_kmh: float) -> None:
        self._factor, self._speed_kmh = factor, speed_kmh

    async def measure(self, points: Sequence[Place]) -> Route:
        """An estimate for roads."""
        metres = sum(great_circle_m(a, b) for a, b in pairwise(points)) * self._factor
        return Route(round(metres), round(metres / 1000 / self._speed_kmh * 3600), "great_circle")


def checked(distance_m: float, duration_s: float, source: str) -> Route:
    """A service's answer as a route. Raises DistanceUnknown for one that no ride on earth has."""
    if not (0 <= distance_m <= _LONGEST_M and 0 <= duration_s <= _LONGEST_M):
        raise DistanceUnknown(f"{source} says {distance_m} m in {duration_s} s")
    return Route(round(distance_m), round(duration_s), source)
