"""Holds what was understood against the calendar, the vehicles and common sense. Pure.

A value that cannot be is taken out of the form again, with the sentence that says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from holdfast.chauffeur.conversation import Setting
from holdfast.chauffeur.form import Field, Form, fitting
from holdfast.chauffeur.moments import exists
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.speaking import classes, say
from holdfast.chauffeur.words import Say
from holdfast.chauffeur.zones import great_circle_m

_SAME_PLACE_M = 50


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a value cannot be. `asks` are the fields that its sentence asks for."""

    text: str
    asks: tuple[Field, ...] = ()


def check(
    form: Form, setting: Setting, language: Language, now: datetime
) -> tuple[Form, tuple[Objection, ...]]:
    """The form without what cannot be, and why."""
    objections: list[Objection] = []
    for rule in (_people, _luggage, _vehicle, _way, _moment, _return):
        form, found = rule(form, setting, language, now)
        objections += found
    return form, tuple(objections)


Checked = tuple[Form, list[Objection]]


def moment_objection(form: Form, setting: Setting, language: Language, now: datetime) -> Objection | None:
    """Why there is no pick-up at the form's date and time, if there is none."""
    return next(iter(_moment(form, setting, language, now)[1]), None)


def _people(form: Form, setting: Setting, language: Language, _now: datetime) -> Checked:
    limit = max(it.seats for it in setting.tariff.classes)
    if form.passengers is not None and form.passengers < 1:
        said = say(language, Say.TOO_FEW)
        return replace(form, passengers=None), [Objection(said, (Field.PASSENGERS,))]
    if form.passengers is not None and form.passengers > limit:
        return replace(form, passengers=None), [Objection(say(language, Say.TOO_MANY, limit=limit))]
    if form.child_seats > (form.passengers or limit):
        return replace(form, child_seats=0), [Objection(say(language, Say.TOO_MANY_SEATS))]
    return form, []


def _luggage(form: Form, setting: Setting, language: Language, _now: datetime) -> Checked:
    if form.luggage is None or fitting(form, setting.tariff):
        return form, []
    limit = max(it.luggage for it in fitting(replace(form, luggage=0), setting.tariff))
    said = say(language, Say.TOO_MUCH_LUGGAGE, passengers=form.passengers or 1, limit=limit)
    return replace(form, luggage=None), [Objection(said)]


def _vehicle(form: Form, setting: Setting, language: Language, _now: datetime) -> Checked:
    fit = fitting(form, setting.tariff)
    if form.vehicle_class is None:
        if len(fit) == 1 and form.passengers is not None and form.luggage is not None:
            return replace(form, vehicle_class=fit[0].code), []
        return form, []
    if form.vehicle_class in {it.code for it in fit}:
        return form, []
    chosen = setting.tariff.vehicle_class(form.vehicle_class)
    without = replace(form, vehicle_class=None)
    if chosen is None:  # the owner has taken it out since
        return without, []
    if len(fit) == 1:
        without = replace(form, vehicle_class=fit[0].code)
    said = say(language, Say.TOO_SMALL, vehicle=chosen.name, classes=classes(fit))
    return without, [Objection(said, () if len(fit) == 1 else (Field.VEHICLE_CLASS,))]


def _way(form: Form, _setting: Setting, language: Language, _now: datetime) -> Checked:
    if form.pickup is None or form.destination is None or form.stops:
        return form, []
    if great_circle_m(form.pickup, form.destination) > _SAME_PLACE_M:
        return form, []
    said = say(language, Say.SAME_PLACE)
    return replace(form, destination=None), [Objection(said, (Field.DESTINATION,))]


def _moment(form: Form, setting: Setting, language: Language, now: datetime) -> Checked:
    service = setting.service
    local = now.astimezone(ZoneInfo(service.time_zone))
    both = (Field.DATE, Field.TIME)
    if form.date is not None:
        if form.date < local.date():
            return replace(form, date=None), [Objection(say(language, Say.PAST), both)]
        if form.date > local.date() + timedelta(days=service.horizon_days):
            said = say(language, Say.TOO_FAR, days=service.horizon_days)
            return replace(form, date=None), [Objection(said)]
    at = form.at(service.time_zone)
    if at is None:
        return form, []
    if not exists(at):
        said = say(language, Say.CLOCKS_CHANGE, time=f"{at:%H:%M}")
        return replace(form, time=None), [Objection(said, (Field.TIME,))]
    if at.timestamp() < now.timestamp():
        return replace(form, time=None), [Objection(say(language, Say.PAST), both)]
    if at.timestamp() < now.timestamp() + service.lead_min * 60:
        said = say(language, Say.TOO_SOON, minutes=service.lead_min)
        return replace(form, time=None), [Objection(said)]
    return form, []


def _return(form: Form, setting: Setting, language: Language, now: datetime) -> Checked:
    """A way back without a day is on the day of the way there, or in the night after it."""
    service, both = setting.service, (Field.RETURN_DATE, Field.RETURN_TIME)
    form = replace(form, with_return=form.with_return or bool(form.return_date or form.return_time))
    at, without = form.at(service.time_zone), replace(form, return_date=None, return_time=None)
    if at is None or not form.with_return or form.return_time is None:
        return form, []
    if form.return_date is None:
        later = at.date() if form.return_time > at.time() else at.date() + timedelta(days=1)
        form = replace(form, return_date=later)
    back = form.return_at(service.time_zone)
    assert back is not None
    if not exists(back):
        said = say(language, Say.CLOCKS_CHANGE, time=f"{back:%H:%M}")
        return replace(form, return_time=None), [Objection(said, (Field.RETURN_TIME,))]
    if back.timestamp() <= at.timestamp():
        return without, [Objection(say(language, Say.RETURN_BEFORE), both)]
    if back.timestamp() > now.timestamp() + timedelta(days=service.horizon_days).total_seconds():
        return without, [Objection(say(language, Say.TOO_FAR, days=service.horizon_days))]
    return form, []


def questions(form: Form, open_fields: Iterator[Field]) -> tuple[Field, ...]:
    """What to ask next: the first open field, and its sibling when that is open too. Never more than two."""
    open_now = tuple(open_fields)
    for group in (
        (Field.PICKUP, Field.DESTINATION),
        (Field.DATE, Field.TIME),
        (Field.RETURN_DATE, Field.RETURN_TIME),
        (Field.PASSENGERS, Field.LUGGAGE),
    ):
        wanted = tuple(it for it in group if it in open_now)
        if wanted:
            return wanted
    return open_now[:1]
