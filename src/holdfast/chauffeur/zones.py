"""Areas on the map: a circle, a polygon, or places by name. Pure."""

from math import asin, cos, radians, sin, sqrt
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.chauffeur.trip import Latitude, Longitude, Place

_EARTH_M: Final = 6_371_008.8


def great_circle_m(a: Place, b: Place) -> float:
    """Metres between two points as a bird flies, by the haversine formula."""
    lat_a, lat_b = radians(a.latitude), radians(b.latitude)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(b.longitude - a.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(chord)))


class Zone(BaseModel):
    """An area. A place is in it when one of the three ways says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name: str = Field(default="", max_length=80)
    places: tuple[str, ...] = Field(default=(), description="ids of places")
    center: tuple[Latitude, Longitude] | None = None
    radius_km: float = Field(default=0, ge=0, le=2000)
    polygon: tuple[tuple[Latitude, Longitude], ...] = Field(default=(), max_length=500)

    @model_validator(mode="after")
    def _is_an_area(self) -> Self:
        if self.polygon and len(self.polygon) < 3:
            raise ValueError("a polygon has at least three corners")
        if (self.center is not None) != (self.radius_km > 0):
            raise ValueError("a circle needs both center and radius_km")
        if not (self.places or self.polygon or self.center):
            raise ValueError("name places, a circle or a polygon")
        return self

    def contains(self, place: Place) -> bool:
        """True when the place lies in this area."""
        if place.place_id and place.place_id in self.places:
            return True
        if self.center is not None:
            center = Place("", *self.center)
            if great_circle_m(center, place) <= self.radius_km * 1000:
                return True
        return bool(self.polygon) and _inside(place, self.polygon)


def _inside(place: Place, corners: tuple[tuple[float, float], ...]) -> bool:
    """Count how many edges a line from the point to the east crosses: an odd number means inside.

    Polygons are small (a city), so that the earth is flat for them; none may cross the date line.
    """
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (lat_a > place.latitude) != (lat_b > place.latitude):
            crossing = lon_a + (place.latitude - lat_a) * (lon_b - lon_a) / (lat_b - lat_a)
            inside ^= place.longitude < crossing
    return inside
