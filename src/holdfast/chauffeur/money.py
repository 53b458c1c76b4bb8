"""Money: exact decimals, rounded to what a currency can be paid in. Pure."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Final

#: Every calculation uses this context, whatever the program around it has set.
EXACT: Final = Context(prec=40, rounding=ROUND_HALF_UP)
ZERO: Final = Decimal(0)
#: Digits after the point, by ISO 4217; every other currency has two.
_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class Rounding(StrEnum):
    """Which way a total is rounded."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


_MODES: Final[Mapping[Rounding, str]] = {
    Rounding.NEAREST: ROUND_HALF_UP,
    Rounding.UP: ROUND_CEILING,
    Rounding.DOWN: ROUND_FLOOR,
}


def cent(currency: str) -> Decimal:
    """The smallest amount of this currency."""
    return Decimal(1).scaleb(-_DIGITS.get(currency, 2))


def to_cent(amount: Decimal, currency: str) -> Decimal:
    """This amount, rounded half up to what can be paid."""
    return amount.quantize(cent(currency), context=EXACT)


def percent(amount: Decimal, rate: Decimal) -> Decimal:
    """So many percent of an amount, not rounded."""
    return EXACT.divide(EXACT.multiply(amount, rate), Decimal(100))


def to_step(amount: Decimal, step: Decimal, way: Rounding) -> Decimal:
    """The multiple of `step` at this amount; halves go up."""
    steps = EXACT.divide(amount, step).quantize(Decimal(1), rounding=_MODES[way], context=EXACT)
    return EXACT.multiply(steps, step)
