"""The pricing configuration: what an owner edits, validated field by field. Pure.

Amounts are exact decimals; write them as text ("1.85") where a program writes the document.
"""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.chauffeur.money import ZERO, Rounding
from holdfast.chauffeur.zones import Zone
from holdfast.kit.timezones import known_time_zones

_EARTH_KM: Final = 20_040


def _known_zone(name: str) -> str:
    if name not in known_time_zones():
        raise ValueError("there is no such time zone; write one like Europe/Berlin")
    return name


Money = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=4)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=4)]
Share = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Part(BaseModel):
    """A part of the configuration: frozen, and strict about names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Day(StrEnum):
    """A day of the week, in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class VehicleClass(Part):
    """What a kind of vehicle carries and costs."""

    code: Code
    name: Name
    seats: int = Field(ge=1, le=60, description="passengers at most")
    luggage: int = Field(default=0, ge=0, le=200, description="pieces of luggage at most")
    base: Money = Field(description="for every ride")
    per_km: Money = ZERO
    per_min: Money = Field(default=ZERO, description="for every minute of driving")
    included_km: Decimal = Field(default=ZERO, ge=0, le=_EARTH_KM, description="covered by the base fare")
    minimum: Money = Field(default=ZERO, description="a ride costs at least this, before surcharges and fees")
    waiting_per_min: Money = ZERO


class FixedRoute(Part):
    """A price for a ride between two zones, whatever the distance. The first in the list that fits counts."""

    name: Name
    origin: Code = Field(description="a zone")
    destination: Code = Field(description="a zone")
    both_ways: bool = True
    with_stops: bool = Field(default=False, description="also for rides with stops on the way")
    prices: dict[Code, Money] = Field(min_length=1, description="by vehicle class")


class Surcharge(Part):
    """More, for some times of pick-up. Conditions that are left out do not count; all others must hold.

    A window that passes midnight (22:00 to 06:00) belongs to the day on which it begins.
    """

    name: Name
    days: tuple[Day, ...] = ()
    from_time: time | None = None
    until_time: time | None = None
    holidays: bool = Field(default=False, description="only on holidays")
    percent: Percent = Field(default=ZERO, description="of the fare")
    amount: Money = ZERO

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.from_time is None) != (self.until_time is None):
            raise ValueError("a window needs both from_time and until_time")
        if self.from_time is not None and self.from_time == self.until_time:
            raise ValueError("from_time and until_time are the same: leave both out for the whole day")
        if not self.percent and not self.amount:
            raise ValueError("give a percent or an amount")
        return self


class Combine(StrEnum):
    """What counts when several surcharges apply."""

    SUM = "sum"
    HIGHEST = "highest"


class Calendar(Part):
    """Which days are holidays."""

    country: str = Field(default="", pattern=r"^([A-Z]{2})?$", description="ISO 3166, as in DE; empty: none")
    subdivision: str = Field(default="", max_length=10, description="of the country, as in BY")
    extra: tuple[date, ...] = ()
    excluded: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        from holidays.utils import list_supported_countries

        known = list_supported_countries() if self.country else {}
        if self.country and self.country not in known:
            raise ValueError(f"no holidays are known for the country {self.country}")
        if self.subdivision and self.subdivision not in known.get(self.country, []):
            raise ValueError(f"{self.country or 'No country'} has no subdivision {self.subdivision}")
        return self


class AirportFees(Part):
    """What an airport costs, per ride that begins or ends there."""

    pickup: Money = ZERO
    dropoff: Money = ZERO


class Waiting(Part):
    """How long a driver waits without being paid for it."""

    free_min: int = Field(default=15, ge=0, le=1440)
    airport_free_min: int = Field(default=60, ge=0, le=1440, description="at pick-ups from an airport")


class Voucher(Part):
    """A discount for whoever knows the code. Case does not matter."""

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{1,29}$")
    percent: Share = ZERO
    amount: Money = ZERO
    first_day: date | None = Field(default=None, description="of pick-up")
    last_day: date | None = Field(default=None, description="of pick-up")
    classes: tuple[Code, ...] = Field(default=(), description="vehicle classes; none: all")


class Vat(Part):
    """Value-added tax."""

    percent: Share = ZERO
    included: bool = Field(default=True, description="the prices above contain it")


class TotalRounding(Part):
    """What totals are rounded to."""

    step: Decimal = Field(default=ZERO, ge=0, le=1000, decimal_places=4, description="0: to the cent")
    way: Rounding = Rounding.NEAREST


class Tariff(Part):
    """Everything that decides what a ride costs."""

    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    time_zone: TimeZone = Field(default="Europe/Berlin", description="whose nights and holidays count")
    classes: tuple[VehicleClass, ...] = Field(min_length=1)
    zones: tuple[Zone, ...] = ()
    fixed_routes: tuple[FixedRoute, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    combine: Combine = Combine.SUM
    calendar: Calendar = Calendar()
    airports: dict[str, AirportFees] = Field(
        default_factory=dict, description="by place id; * is every airport that is not named"
    )
    extra_stop: Money = ZERO
    child_seat: Money = ZERO
    waiting: Waiting = Waiting()
    return_discount_percent: Share = Field(default=ZERO, description="of the fare of the way back")
    vouchers: tuple[Voucher, ...] = ()
    vat: Vat = Vat()
    rounding: TotalRounding = TotalRounding()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        classes = [it.code for it in self.classes]
        zones = [it.code for it in self.zones]
        for what, codes in (
            ("vehicle class", classes),
            ("zone", zones),
            ("voucher", [it.code for it in self.vouchers]),
        ):
            if len(codes) != len(set(codes)):
                raise ValueError(f"two of one code: {what} {next(it for it in codes if codes.count(it) > 1)}")
        for route in self.fixed_routes:
            for zone in (route.origin, route.destination):
                if zone not in zones:
                    raise ValueError(f"fixed route {route.name}: there is no zone {zone}")
            for code in route.prices:
                if code not in classes:
                    raise ValueError(f"fixed route {route.name}: there is no vehicle class {code}")
        for voucher in self.vouchers:
            for code in voucher.classes:
                if code not in classes:
                    raise ValueError(f"voucher {voucher.code}: there is no vehicle class {code}")
        return self

    def vehicle_class(self, code: str) -> VehicleClass | None:
        """The vehicle class of this code."""
        return next((it for it in self.classes if it.code == code), None)

    def voucher(self, code: str) -> Voucher | None:
        """The voucher of this code."""
        return next((it for it in self.vouchers if it.code == code.strip().upper()), None)
