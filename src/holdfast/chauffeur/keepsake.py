"""The calendar file that a customer gets. Pure."""

from datetime import datetime
from decimal import Decimal

from holdfast.chauffeur.booking import Booking, Owner, Status, times
from holdfast.chauffeur.export import to_ical
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Service
from holdfast.model.ids import SessionId, TenantId


def keepsake(reference: str, form: Form, quote: Quote, service: Service, now: datetime) -> bytes:
    """A calendar with this ride; the same reference again replaces it in the customer's calendar."""
    now_ms = round(now.timestamp() * 1000)
    booking = Booking(
        booking_id="",
        owner=Owner(TenantId(""), SessionId(""), "", ""),
        key="",
        reference=reference,
        status=Status.REQUESTED,
        **times(form, quote, service.time_zone),
        form=form,
        quote=quote,
        fee=Decimal(0),
        language=service.language,
        note="",
        vehicle_id=None,
        driver_id=None,
        # Calendars take the entry with the highest number: time rises with every change.
        revision=now_ms // 1000 % 1_000_000_000,
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )
    return to_ical([booking], service.name)
