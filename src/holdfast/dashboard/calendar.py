"""Rides in a calendar's grid: a month or a week, day by day. Pure."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from holdfast.dashboard.figures import days, month
from holdfast.dashboard.language import N_
from holdfast.dashboard.rides import Ride

#: How the bookings can be looked at, and what each is called.
VIEWS: Final[Mapping[str, str]] = {"list": N_("List"), "week": N_("Week"), "month": N_("Month")}
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the grid."""

    day: date
    rides: tuple[Ride, ...]
    #: False: a day of the month before or after, which only fills its week.
    inside: bool
    today: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """Whole weeks, each from Monday to Sunday, and where the neighbours begin."""

    title: str
    weeks: tuple[tuple[Cell, ...], ...]
    before: date
    after: date


def view_of(asked: str) -> str:
    """The way to look that an address names; the list for anything else."""
    return asked if asked in VIEWS else "list"


def days_of(view: str, day: date) -> tuple[date, date]:
    """The first day of the grid that holds this day, and the first after it."""
    if view == "week":
        first = _monday(day)
        return first, first + _WEEK
    begin = day.replace(day=1)
    last = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
    return _monday(begin), _monday(last) + _WEEK


def grid(rides: Sequence[Ride], view: str, day: date, today: date) -> Grid:
    """The month or week that holds this day, with its rides by their time."""
    first, end = days_of(view, day)
    by_day: dict[date, list[Ride]] = {}
    for ride in sorted(rides, key=lambda it: it.at):
        by_day.setdefault(ride.day, []).append(ride)
    all_days = [first + timedelta(days=at) for at in range((end - first).days)]
    cells = [
        Cell(it, tuple(by_day.get(it, ())), view == "week" or it.month == day.month, it == today)
        for it in all_days
    ]
    weeks = tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))
    return Grid(_title(view, day, first), weeks, *_neighbours(view, day))


def _title(view: str, day: date, first: date) -> str:
    return month(day) if view == "month" else days(first, first + timedelta(days=6))


def _neighbours(view: str, day: date) -> tuple[date, date]:
    if view == "week":
        return _monday(day) - _WEEK, _monday(day) + _WEEK
    begin = day.replace(day=1)
    return (begin - timedelta(days=1)).replace(day=1), (begin + timedelta(days=32)).replace(day=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
