"""What an owner decides about the service itself: notice, operators, reminders, the list of places. Pure."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holdfast.chauffeur.distance import DistanceSettings
from holdfast.chauffeur.tariff import Part, TimeZone
from holdfast.chauffeur.trip import Latitude, Longitude, Place, PlaceKind

Language = Literal["en", "de", "pt", "es"]
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]


class KnownPlace(Part):
    """A place that customers may name."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    names: tuple[str, ...] = Field(min_length=1, max_length=30, description="the first is shown")
    latitude: Latitude
    longitude: Longitude
    kind: PlaceKind = PlaceKind.ADDRESS

    @property
    def place(self) -> Place:
        """As a point of a trip."""
        return Place(self.names[0], self.latitude, self.longitude, self.kind, self.id)


class Places(Part):
    """The list of places."""

    places: tuple[KnownPlace, ...] = Field(default=(), max_length=5000)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [it.id for it in self.places]
        if len(ids) != len(set(ids)):
            raise ValueError(f"two places with the id {next(it for it in ids if ids.count(it) > 1)}")
        return self

    def by_id(self, place_id: str) -> Place | None:
        """The place of this id."""
        return next((it.place for it in self.places if it.id == place_id), None)


class Notice(Part):
    """What it costs to cancel or change a booking with less than so many hours left."""

    under_hours: int = Field(ge=0, le=8760)
    percent: Decimal = Field(ge=0, le=100, description="of the price")


class Service(Part):
    """How the service behaves towards customers and operators."""

    name: str = Field(default="Chauffeur service", min_length=1, max_length=80)
    language: Language = Field(default="en", description="until a customer's own is recognised")
    time_zone: TimeZone = "Europe/Berlin"
    operators: tuple[Phone, ...] = Field(default=(), description="told of bookings over WhatsApp")
    lead_min: int = Field(default=120, ge=0, le=20_160, description="no pick-up sooner than that")
    horizon_days: int = Field(default=365, ge=1, le=730, description="no pick-up later than that")
    quote_valid_min: int = Field(default=1440, ge=5, le=20_160)
    cancel_notice: tuple[Notice, ...] = (
        Notice(under_hours=24, percent=Decimal(50)),
        Notice(under_hours=3, percent=Decimal(100)),
    )
    change_notice: tuple[Notice, ...] = (Notice(under_hours=3, percent=Decimal(25)),)
    reminders_h: tuple[int, ...] = Field(default=(24, 2), description="hours before the pick-up")
    #: A booking occupies its vehicle and driver for its duration and so much before and after it.
    buffer_min: int = Field(default=15, ge=0, le=240)
    ai_readings_per_day: int = Field(
        default=20, ge=0, le=1000, description="messages of a chat that a model reads, where one is set up"
    )
    distance: DistanceSettings = DistanceSettings()
    deposit_percent: Decimal = Field(default=Decimal(0), ge=0, le=100, description="of the price; 0: none")
    deposit_url: str = Field(
        default="",
        max_length=500,
        pattern=r"^(https://\S+)?$",
        description="where a deposit is paid; {reference}, {amount} and {currency} are filled in",
    )
