"""What a price is made of. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class LineCode(StrEnum):
    """What a line of a breakdown stands for."""

    BASE = "base"
    DISTANCE = "distance"
    DURATION = "duration"
    MINIMUM = "minimum"
    FIXED_ROUTE = "fixed_route"
    SURCHARGE = "surcharge"
    RETURN_DISCOUNT = "return_discount"
    STOPS = "stops"
    WAITING = "waiting"
    CHILD_SEATS = "child_seats"
    AIRPORT_PICKUP = "airport_pickup"
    AIRPORT_DROPOFF = "airport_dropoff"
    VOUCHER = "voucher"
    ROUNDING = "rounding"
    VAT = "vat"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown; discounts are negative."""

    code: LineCode
    amount: Decimal
    #: The owner's own name for it: of a surcharge, a route, a voucher, a place.
    name: str = ""
    #: How much of it: kilometres, minutes, stops, seats, percent.
    quantity: Decimal | None = None
    #: It belongs to the way back.
    back: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A price, every line of it, and what it was made from. The lines' sum is the total, to the cent."""

    currency: str
    total: Decimal
    lines: tuple[Line, ...]
    #: The tax that the total contains.
    vat: Decimal
    vat_percent: Decimal
    distance_m: int
    duration_s: int
    #: Who said how far it is.
    source: str
    #: The configured source did not say: the operator should look at the distance.
    fallback: bool
    #: The version of the pricing configuration.
    version: int
    #: Its name at the gateway, once it is kept there, and until when somebody may agree to it.
    quote_id: str = ""
    valid_until_ms: int = 0
    #: How much of the duration is the way back's.
    back_duration_s: int = 0


class TripNotPriceable(ValueError):
    """The tariff has no price for this trip.

    `field` is the part of the trip that does not fit, `limit` the most that would.
    """

    def __init__(self, field: str, message: str, limit: int | None = None) -> None:
        self.field, self.limit = field, limit
        super().__init__(message)
