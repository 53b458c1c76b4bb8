"""Prices: sixty worked examples, and what holds for every price."""

import decimal
import locale
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from priced import TARIFFS, Example, driven, examples, place, worked_out

from holdfast.chauffeur.money import cent
from holdfast.chauffeur.pricing import quote, sum_of
from holdfast.chauffeur.quote import LineCode, Quote, TripNotPriceable
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Route, Trip

EXAMPLES = examples()


def priced(it: Example) -> Quote:
    return quote(it.tariff, it.trip, it.route, version=7, back=it.back)


def test_there_are_sixty_examples() -> None:
    assert len(EXAMPLES) >= 60


@pytest.mark.parametrize("line", EXAMPLES)
def test_it_costs_what_a_person_would_calculate(line: str) -> None:
    example = EXAMPLES[line]
    made = priced(example)
    assert worked_out(example.worked, cent(made.currency)) == Decimal(example.total)
    assert str(made.total) == str(Decimal(example.total).quantize(cent(made.currency)))
    assert sum_of(made.lines) == made.total
    assert made.version == 7


def test_the_breakdown_names_each_part() -> None:
    line = next(it for it in EXAMPLES if "23:30" in it and "van" in it)
    parts = [(it.code, it.name, str(it.amount)) for it in priced(EXAMPLES[line]).lines]
    assert parts == [
        (LineCode.BASE, "Van", "8.00"),
        (LineCode.DISTANCE, "", "28.80"),
        (LineCode.DURATION, "", "10.00"),
        (LineCode.SURCHARGE, "Night", "11.70"),
        (LineCode.SURCHARGE, "Weekend", "4.68"),
        (LineCode.CHILD_SEATS, "", "6.00"),
        (LineCode.WAITING, "", "8.00"),
    ]


def test_the_tax_in_a_price_is_told() -> None:
    made = priced(EXAMPLES[next(it for it in EXAMPLES if it.endswith("| 83.00"))])
    assert (made.vat, made.vat_percent) == (Decimal("13.25"), Decimal(19))


# -- what holds for every price

moments = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=minutes)
)
places = st.sampled_from(["marienplatz", "schwabing", "pasing", "muc", "fra", "augsburg"])
tariffs = st.sampled_from(sorted(TARIFFS))
metres = st.integers(0, 20_000_000)
seconds = st.integers(0, 2_000_000)
ways = st.builds(Route, metres, seconds, st.just("table"))


@st.composite
def trips(draw: st.DrawFn, tariff: Tariff) -> Trip:
    vehicle = draw(st.sampled_from(tariff.classes))
    at = draw(moments)
    vouchers = [it.code for it in tariff.vouchers if it.first_day is None and not it.classes]
    return Trip(
        place(draw(places)),
        place(draw(places)),
        at,
        vehicle.code,
        tuple(place(it) for it in draw(st.lists(places, max_size=3))),
        passengers=draw(st.integers(1, vehicle.seats)),
        child_seats=draw(st.integers(0, 4)),
        waiting_min=draw(st.integers(0, 600)),
        return_at=draw(st.none() | st.just(at + timedelta(days=40))),
        voucher=draw(st.sampled_from(["", *vouchers])),
    )


@given(st.data(), tariffs, metres, seconds, metres)
def test_never_negative_and_the_lines_come_to_the_total(
    data: st.DataObject, name: str, far: int, long: int, back: int
) -> None:
    tariff = TARIFFS[name]
    trip = data.draw(trips(tariff))
    made = quote(tariff, trip, Route(far, long, "table"), version=1, back=Route(back, long, "table"))
    assert made.total >= 0
    assert sum_of(made.lines) == made.total
    for amount in (made.total, made.vat, *(it.amount for it in made.lines)):
        assert amount == amount.quantize(cent(tariff.currency))
    assert 0 <= made.vat <= made.total


@given(st.data(), tariffs, ways, ways)
def test_a_longer_way_never_costs_less(data: st.DataObject, name: str, near: Route, more: Route) -> None:
    tariff = TARIFFS[name]
    trip = replace(data.draw(trips(tariff)), return_at=None)
    far = Route(near.distance_m + more.distance_m, near.duration_s + more.duration_s, "table")
    totals = [quote(tariff, trip, it, version=1).total for it in (near, far)]
    assert totals == sorted(totals)


@given(st.data(), tariffs, metres)
def test_a_price_depends_on_nothing_around_it(data: st.DataObject, name: str, far: int) -> None:
    trip = data.draw(trips(TARIFFS[name]))
    route = Route(far, far // 12, "table")
    usual = quote(TARIFFS[name], trip, route, version=1, back=route)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert quote(TARIFFS[name], trip, route, version=1, back=route) == usual


def test_a_price_is_the_same_in_every_locale() -> None:
    line = next(iter(EXAMPLES))
    usual, before = priced(EXAMPLES[line]), locale.setlocale(locale.LC_ALL)
    try:
        for name in ("", "C", "C.UTF-8", "POSIX"):
            locale.setlocale(locale.LC_ALL, name)
            assert priced(EXAMPLES[line]) == usual
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_the_same_moment_costs_the_same_in_every_time_zone() -> None:
    at = datetime(2026, 12, 2, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    trip = Trip(place("schwabing"), place("pasing"), at, "sedan")
    there = replace(trip, at=at.astimezone(ZoneInfo("America/New_York")))
    a, b = (quote(TARIFFS["city"], it, driven("12", "20"), version=1) for it in (trip, there))
    assert a.total == b.total == Decimal("44.00")


@pytest.mark.parametrize(
    ("change", "field", "limit"),
    [
        ({"vehicle_class": "rocket"}, "vehicle_class", None),
        ({"passengers": 40}, "passengers", 3),
        ({"luggage": 4}, "luggage", 3),
        ({"voucher": "NOSUCH"}, "voucher", None),
        ({"voucher": "SPRING"}, "voucher", None),
        ({"voucher": "VANONLY"}, "voucher", None),
    ],
)
def test_a_trip_that_has_no_price(change: dict[str, object], field: str, limit: int | None) -> None:
    at = datetime(2026, 12, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    trip = replace(Trip(place("schwabing"), place("pasing"), at, "sedan"), **change)
    with pytest.raises(TripNotPriceable) as refused:
        quote(TARIFFS["city"], trip, driven("12", "20"), version=1)
    assert (refused.value.field, refused.value.limit) == (field, limit)


def test_an_estimate_says_so() -> None:
    at = datetime(2026, 12, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    trip = Trip(place("schwabing"), place("pasing"), at, "sedan", return_at=at + timedelta(hours=3))
    sure, guess = driven("12", "20"), replace(driven("12", "20"), fallback=True)
    assert not quote(TARIFFS["city"], trip, sure, version=1, back=sure).fallback
    assert quote(TARIFFS["city"], trip, sure, version=1, back=guess).fallback
