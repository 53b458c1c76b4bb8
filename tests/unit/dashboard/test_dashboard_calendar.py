"""The calendar of bookings: whole weeks, every ride on its day in the service's time, and its neighbours."""

from datetime import date

import pytest
from test_dashboard_rides import BERLIN, booking

from holdfast.dashboard.calendar import VIEWS, days_of, grid, view_of
from holdfast.dashboard.rides import ride_of, ways_of

TODAY = date(2026, 11, 29)


def rides(*times: str) -> list:
    return [ride_of(booking(at), BERLIN) for at in times]


def test_a_month_is_whole_weeks_and_marks_what_is_not_of_it() -> None:
    found = grid([], "month", date(2026, 12, 24), TODAY)
    assert found.title == "December 2026"
    assert [len(week) for week in found.weeks] == [7] * 5
    first, last = found.weeks[0][0], found.weeks[-1][-1]
    assert (first.day, first.inside, first.today) == (date(2026, 11, 30), False, False)
    assert (last.day, last.inside) == (date(2027, 1, 3), False)
    assert (found.before, found.after) == (date(2026, 11, 1), date(2027, 1, 1))


def test_a_week_begins_on_monday_and_goes_over_the_end_of_a_year() -> None:
    found = grid([], "week", date(2026, 12, 31), date(2027, 1, 2))
    assert " ".join(found.title.split()) == "28 Dec 2026 – 3 Jan 2027"
    assert [it.day.day for it in found.weeks[0]] == [28, 29, 30, 31, 1, 2, 3]
    assert [it.today for it in found.weeks[0]] == [False] * 5 + [True, False]
    assert all(it.inside for it in found.weeks[0])
    assert (found.before, found.after) == (date(2026, 12, 21), date(2027, 1, 4))


def test_a_ride_stands_on_its_day_where_it_is_driven_and_in_the_order_of_time() -> None:
    found = grid(rides("2026-11-30T23:30:00Z", "2026-11-30T08:00:00Z"), "month", date(2026, 12, 1), TODAY)
    by_day = {it.day: [f"{ride.at:%H:%M}" for ride in it.rides] for week in found.weeks for it in week}
    # Half past eleven in Greenwich is half past midnight in Berlin.
    assert by_day[date(2026, 12, 1)] == ["00:30"]
    assert by_day[date(2026, 11, 30)] == ["09:00"]
    assert sum(map(len, by_day.values())) == 2


def test_a_way_back_has_a_place_of_its_own() -> None:
    both = ways_of(booking(back_at="2026-12-02T17:00:00Z", back_until="2026-12-02T18:00:00Z"), BERLIN)
    found = grid(both, "week", date(2026, 11, 30), TODAY)
    assert [len(it.rides) for it in found.weeks[0]] == [1, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize("view", ["week", "month"])
@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_a_grid_holds_its_day_and_its_neighbours_touch_it(view: str, day: date) -> None:
    first, end = days_of(view, day)
    assert first <= day < end
    assert (first.weekday(), (end - first).days % 7) == (0, 0)
    found = grid([], view, day, TODAY)
    assert days_of(view, found.before)[1] >= first
    assert days_of(view, found.after)[0] <= end


def test_what_nobody_knows_is_a_list() -> None:
    assert [view_of(it) for it in (*VIEWS, "", "year", "<b>")] == [*VIEWS, "list", "list", "list"]
