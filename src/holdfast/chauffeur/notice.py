"""What it costs to cancel or change, by the time that is left. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.chauffeur.money import ZERO, percent, to_cent
from holdfast.chauffeur.service import Notice


def fee(notices: Iterable[Notice], *, at: datetime, now: datetime, total: Decimal, currency: str) -> Decimal:
    """The fee for doing it now: the notice with the fewest hours that still covers the time left decides."""
    left = at - now
    covering = [it for it in notices if left < timedelta(hours=it.under_hours)]
    if not covering:
        return to_cent(ZERO, currency)
    return to_cent(percent(total, min(covering, key=lambda it: it.under_hours).percent), currency)
