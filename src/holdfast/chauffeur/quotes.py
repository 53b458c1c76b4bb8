"""Prices that were named, as the gateway keeps them: what somebody agrees to is what stands here.

For units of work. A quote never changes; it is forgotten some days after it has run out.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter

from holdfast.chauffeur import statements
from holdfast.chauffeur.booking import BookingRefused
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.trip import Trip
from holdfast.kit.ids import new_id
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, WriteUnit

#: A yes that was written in time may be handled much later, when a bot was off for days.
_KEPT_MS: Final = timedelta(days=30) // timedelta(milliseconds=1)
_TRIP: Final = TypeAdapter(Trip)
_QUOTE: Final = TypeAdapter(Quote)


class UnknownQuote(BookingRefused):
    """No quote has this id, or it is for another trip, or it has run out."""


def keep(
    unit: WriteUnit, tenant_id: TenantId, trip: Trip, made: Quote, *, now_ms: int, valid_ms: int
) -> Quote:
    """Store a price under an id of its own; the quote with that id."""
    unit.run(statements.FORGET_QUOTES, before_ms=now_ms - _KEPT_MS)
    kept = replace(made, quote_id=new_id("quo"), valid_until_ms=now_ms + valid_ms)
    unit.run(
        statements.ADD_QUOTE,
        tenant_id=tenant_id,
        id=kept.quote_id,
        trip_json=_TRIP.dump_json(trip).decode(),
        quote_json=_QUOTE.dump_json(kept).decode(),
        valid_until_ms=kept.valid_until_ms,
    )
    return kept


def find(unit: ReadUnit, tenant_id: TenantId, quote_id: str) -> tuple[Trip, Quote]:
    """The trip and its price. Raises UnknownQuote."""
    row = unit.first(statements.QUOTE, tenant_id=tenant_id, id=quote_id)
    if row is None:
        raise UnknownQuote(f"there is no quote {quote_id}")
    return _TRIP.validate_json(row[0]), _QUOTE.validate_json(row[1])


def agreed(unit: ReadUnit, tenant_id: TenantId, quote_id: str, trip: Trip) -> Quote:
    """The price that was named for exactly this trip. Raises UnknownQuote.

    Whether it has run out is for the caller to say: what counts is when somebody agreed.
    """
    priced, kept = find(unit, tenant_id, quote_id)
    if priced != trip:
        raise UnknownQuote(f"the quote {quote_id} is for another ride")
    return kept
