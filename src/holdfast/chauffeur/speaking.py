"""Puts values into sentences: dates, money, the form, a quote. Pure; the machine's locale does not matter."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.chauffeur.conversation import Held
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.quote import Line, Quote
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.tariff import Tariff, VehicleClass
from holdfast.chauffeur.words import CATALOGUES, Say

_WEEKDAYS: Final[Mapping[Language, str]] = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "de": "Mo. Di. Mi. Do. Fr. Sa. So.",
    "pt": "seg. ter. qua. qui. sex. sáb. dom.",
    "es": "lun. mar. mié. jue. vie. sáb. dom.",
}
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def say(language: Language, key: Say, **values: object) -> str:
    """A sentence of the catalogue."""
    return CATALOGUES[language][key].format(**values)


def decimal(language: Language, amount: Decimal) -> str:
    """A number as this language writes it."""
    plain = f"{amount:f}"
    return plain if language == "en" else plain.replace(".", ",")


def money(language: Language, amount: Decimal, currency: str) -> str:
    """An amount with its currency."""
    return f"{decimal(language, amount)} {currency}"


def moment(language: Language, at: datetime, time_zone: str) -> str:
    """A local date and time, with the day of the week."""
    local = at.astimezone(ZoneInfo(time_zone))
    weekday = _WEEKDAYS[language].split()[local.weekday()]
    if language == "en":
        day = f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    else:
        between = "." if language == "de" else "/"
        day = between.join((f"{local.day:02}", f"{local.month:02}", f"{local.year}"))
    return f"{weekday} {day}, {local:%H:%M}"


def summary(language: Language, form: Form, tariff: Tariff, time_zone: str) -> str:
    """The whole form, line by line, so that the customer sees what is booked."""
    at, back = form.at(time_zone), form.return_at(time_zone)
    vehicle = tariff.vehicle_class(form.vehicle_class or "")
    lines = [
        way(form),
        say(language, Say.VIA, places=", ".join(it.name for it in form.stops)) if form.stops else "",
        f"{moment(language, at, time_zone)} ({time_zone})" if at else "",
        say(language, Say.WAY_BACK, when=moment(language, back, time_zone)) if back else "",
        say(language, Say.PEOPLE, passengers=form.passengers, luggage=form.luggage or 0),
        say(language, Say.LINE_CHILD_SEATS, quantity=form.child_seats) if form.child_seats else "",
        say(language, Say.LINE_WAITING, quantity=form.waiting_min) if form.waiting_min else "",
        vehicle.name if vehicle else "",
        say(language, Say.FLIGHT, flight=form.flight) if form.flight else "",
        say(language, Say.FOR_NAME, name=form.name) if form.name else "",
        form.contact,
        form.remarks,
    ]
    return "\n".join(it for it in lines if it)


def breakdown(language: Language, quote: Quote) -> str:
    """Every line of a quote."""
    return "\n".join(
        f"{_line(language, it)}: {money(language, it.amount, quote.currency)}" for it in quote.lines
    )


def _line(language: Language, line: Line) -> str:
    quantity = "" if line.quantity is None else decimal(language, _short(line.quantity))
    said = say(language, Say(f"line_{line.code}"), name=line.name, quantity=quantity)
    return f"{said} ↩" if line.back else said


def _short(quantity: Decimal) -> Decimal:
    """At most one digit after the point, none where it is a whole number."""
    short = quantity.quantize(Decimal("0.1"))
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def tax(language: Language, quote: Quote) -> str:
    """The tax that the total contains, where it is no line of its own."""
    if not quote.vat or any(it.code == "vat" for it in quote.lines):
        return ""
    percent = decimal(language, _short(quote.vat_percent))
    return say(language, Say.TAX, percent=percent, vat=money(language, quote.vat, quote.currency))


def classes(offered: Iterable[VehicleClass]) -> str:
    """Vehicle classes to choose from, by number."""
    return " ".join(f"{number}. {it.name}" for number, it in enumerate(offered, start=1))


def numbered(names: Iterable[str]) -> str:
    """A list to choose from, by number."""
    return "\n".join(f"{number}. {it}" for number, it in enumerate(names, start=1))


def short(language: Language, held: Held, time_zone: str) -> str:
    """A booking in one line."""
    back = "" if held.back_at is None else f" ↩ {moment(language, held.back_at, time_zone)}"
    return f"{moment(language, held.at, time_zone)}, {way(held.form)}{back}"


def way(form: Form) -> str:
    """From where to where."""
    return f"{form.pickup.name if form.pickup else ''} → {form.destination.name if form.destination else ''}"
