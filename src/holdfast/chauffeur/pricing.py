"""What a ride costs: one function from tariff, trip and distance to a quote. Pure, exact.

Each line is rounded to the cent by itself, so that their sum is the total. The fare of a way (base, distance
and duration, at least the minimum; or a fixed price) carries the surcharges; fees are added after them, then
the voucher, the rounding and the tax.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from holdfast.chauffeur.money import EXACT, ZERO, percent, to_cent, to_step
from holdfast.chauffeur.quote import Line, LineCode, Quote, TripNotPriceable
from holdfast.chauffeur.surcharges import surcharges_at
from holdfast.chauffeur.tariff import AirportFees, Combine, FixedRoute, Tariff, VehicleClass
from holdfast.chauffeur.trip import Place, PlaceKind, Route, Trip


@dataclass(frozen=True, slots=True)
class _Way:
    """One direction of a trip."""

    origin: Place
    destination: Place
    at: datetime
    route: Route
    back: bool


def quote(tariff: Tariff, trip: Trip, route: Route, *, version: int, back: Route | None = None) -> Quote:
    """The price of a trip over this route, and over `back` when it has a way back.

    Raises TripNotPriceable for a vehicle class that is unknown or too small, for a voucher that does not
    count, and for a way back that begins before the arrival.
    """
    with localcontext(EXACT):
        vehicle = _vehicle(tariff, trip)
        routes = [route] if back is None or trip.return_at is None else [route, back]
        if trip.return_at is not None and trip.return_at < trip.at + timedelta(seconds=route.duration_s):
            raise TripNotPriceable("return_at", "The way back begins before the arrival")
        lines = [it for way in _ways(trip, routes) for it in _way_lines(tariff, trip, vehicle, way)]
        lines += _voucher(tariff, trip, sum_of(lines))
        total, vat, closing = _close(tariff, sum_of(lines))
        return Quote(
            currency=tariff.currency,
            total=total,
            lines=(*lines, *closing),
            vat=vat,
            vat_percent=tariff.vat.percent,
            distance_m=sum(it.distance_m for it in routes),
            duration_s=sum(it.duration_s for it in routes),
            source=route.source,
            fallback=any(it.fallback for it in routes),
            version=version,
            back_duration_s=sum(it.duration_s for it in routes[1:]),
        )


def sum_of(lines: Iterable[Line]) -> Decimal:
    """What these lines come to."""
    with localcontext(EXACT):
        return sum((it.amount for it in lines), start=ZERO)


def _vehicle(tariff: Tariff, trip: Trip) -> VehicleClass:
    vehicle = tariff.vehicle_class(trip.vehicle_class)
    if vehicle is None:
        raise TripNotPriceable("vehicle_class", f"There is no vehicle class {trip.vehicle_class!r}")
    if trip.passengers > vehicle.seats:
        raise TripNotPriceable(
            "passengers", f"{vehicle.name} takes {vehicle.seats} passengers", vehicle.seats
        )
    if trip.luggage > vehicle.luggage:
        raise TripNotPriceable("luggage", f"{vehicle.name} takes {vehicle.luggage} pieces", vehicle.luggage)
    return vehicle


def _ways(trip: Trip, routes: list[Route]) -> Iterator[_Way]:
    yield _Way(trip.pickup, trip.destination, trip.at, routes[0], back=False)
    if len(routes) > 1 and trip.return_at is not None:
        yield _Way(trip.destination, trip.pickup, trip.return_at, routes[1], back=True)


def _way_lines(tariff: Tariff, trip: Trip, vehicle: VehicleClass, way: _Way) -> list[Line]:
    lines = _fare(tariff, trip, vehicle, way)
    lines += _surcharges(tariff, way, sum_of(lines))
    if way.back and tariff.return_discount_percent:
        rate = tariff.return_discount_percent
        less = -to_cent(percent(sum_of(lines), rate), tariff.currency)
        lines.append(Line(LineCode.RETURN_DISCOUNT, less, quantity=rate, back=True))
    return [*lines, *(it for it in _fees(tariff, trip, vehicle, way) if it.amount)]


def _fare(tariff: Tariff, trip: Trip, vehicle: VehicleClass, way: _Way) -> list[Line]:
    fixed = _fixed_route(tariff, trip, vehicle, way)
    if fixed is not None:
        price = to_cent(fixed.prices[vehicle.code], tariff.currency)
        return [Line(LineCode.FIXED_ROUTE, price, fixed.name, back=way.back)]
    km = Decimal(way.route.distance_m) / 1000
    minutes = Decimal(way.route.duration_s) / 60
    paid_km = max(ZERO, km - vehicle.included_km)
    lines = [
        Line(LineCode.BASE, to_cent(vehicle.base, tariff.currency), vehicle.name, back=way.back),
        Line(
            LineCode.DISTANCE,
            to_cent(paid_km * vehicle.per_km, tariff.currency),
            quantity=paid_km,
            back=way.back,
        ),
        Line(
            LineCode.DURATION,
            to_cent(minutes * vehicle.per_min, tariff.currency),
            quantity=minutes.quantize(Decimal("0.1")),
            back=way.back,
        ),
    ]
    lines = [it for it in lines if it.amount or it.code is LineCode.BASE]
    missing = to_cent(vehicle.minimum, tariff.currency) - sum_of(lines)
    if missing > 0:
        lines.append(Line(LineCode.MINIMUM, missing, back=way.back))
    return lines


def _fixed_route(tariff: Tariff, trip: Trip, vehicle: VehicleClass, way: _Way) -> FixedRoute | None:
    zones = {it.code: it for it in tariff.zones}
    for route in tariff.fixed_routes:
        if vehicle.code not in route.prices or (trip.stops and not route.with_stops):
            continue
        a, b = zones[route.origin], zones[route.destination]
        if a.contains(way.origin) and b.contains(way.destination):
            return route
        if route.both_ways and b.contains(way.origin) and a.contains(way.destination):
            return route
    return None


def _surcharges(tariff: Tariff, way: _Way, fare: Decimal) -> list[Line]:
    lines = [
        Line(
            LineCode.SURCHARGE,
            to_cent(percent(fare, it.percent) + it.amount, tariff.currency),
            it.name,
            quantity=it.percent or None,
            back=way.back,
        )
        for it in surcharges_at(tariff, way.at)
    ]
    if tariff.combine is Combine.HIGHEST and lines:
        return [max(lines, key=lambda it: it.amount)]
    return lines


def _fees(tariff: Tariff, trip: Trip, vehicle: VehicleClass, way: _Way) -> Iterator[Line]:
    def line(code: LineCode, amount: Decimal, quantity: int | None = None, name: str = "") -> Line:
        many = None if quantity is None else Decimal(quantity)
        return Line(code, to_cent(amount, tariff.currency), name, many, way.back)

    yield line(LineCode.AIRPORT_PICKUP, _airport_fees(tariff, way.origin).pickup, name=way.origin.name)
    yield line(
        LineCode.AIRPORT_DROPOFF, _airport_fees(tariff, way.destination).dropoff, name=way.destination.name
    )
    yield line(LineCode.STOPS, tariff.extra_stop * len(trip.stops), len(trip.stops))
    yield line(LineCode.CHILD_SEATS, tariff.child_seat * trip.child_seats, trip.child_seats)
    if not way.back:
        at_airport = way.origin.kind is PlaceKind.AIRPORT
        free = tariff.waiting.airport_free_min if at_airport else tariff.waiting.free_min
        paid = max(0, trip.waiting_min - free)
        yield line(LineCode.WAITING, vehicle.waiting_per_min * paid, paid)


def _airport_fees(tariff: Tariff, place: Place) -> AirportFees:
    if place.kind is not PlaceKind.AIRPORT:
        return AirportFees()
    return tariff.airports.get(place.place_id) or tariff.airports.get("*") or AirportFees()


def _voucher(tariff: Tariff, trip: Trip, so_far: Decimal) -> list[Line]:
    if not trip.voucher:
        return []
    voucher = tariff.voucher(trip.voucher)
    day = trip.at.astimezone(ZoneInfo(tariff.time_zone)).date()
    if (
        voucher is None
        or (voucher.first_day is not None and day < voucher.first_day)
        or (voucher.last_day is not None and day > voucher.last_day)
        or (voucher.classes and trip.vehicle_class not in voucher.classes)
    ):
        raise TripNotPriceable("voucher", f"The voucher {trip.voucher!r} does not count for this ride")
    less = to_cent(percent(so_far, voucher.percent) + voucher.amount, tariff.currency)
    return [Line(LineCode.VOUCHER, -min(less, so_far), voucher.code, voucher.percent or None)]


def _close(tariff: Tariff, net_or_gross: Decimal) -> tuple[Decimal, Decimal, list[Line]]:
    """The total, the tax in it, and the lines that lead from the sum so far to that total."""
    rate, included = tariff.vat.percent, tariff.vat.included
    gross = net_or_gross if included else net_or_gross + percent(net_or_gross, rate)
    step = tariff.rounding.step
    stepped = to_step(gross, step, tariff.rounding.way) if step else gross
    total = to_cent(stepped, tariff.currency)
    vat = to_cent(total * rate / (100 + rate), tariff.currency)
    rounding = total - net_or_gross - (ZERO if included else vat)
    lines = [Line(LineCode.ROUNDING, rounding)] if rounding else []
    if not included and vat:
        lines.append(Line(LineCode.VAT, vat, quantity=rate))
    return total, vat, lines
