"""Tariffs, places and the worked examples, read from their files."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Place, PlaceKind, Route, Trip

_HERE = Path(__file__).parent
TARIFFS = {
    name: Tariff.model_validate(it) for name, it in json.loads((_HERE / "tariffs.json").read_text()).items()
}
_WHERE = {
    "marienplatz": (48.1374, 11.5755),
    "schwabing": (48.1900, 11.5860),
    "pasing": (48.1498, 11.4613),
    "muc": (48.3538, 11.7861),
    "fra": (50.0379, 8.5622),
    "augsburg": (48.3705, 10.8978),
    "salzburg": (47.8095, 13.0550),
    "soho": (51.5137, -0.1349),
    "camden": (51.5390, -0.1426),
    "lhr": (51.4700, -0.4543),
    "bahnhof": (47.3779, 8.5403),
    "kloten": (47.4515, 8.5849),
    "ginza": (35.6717, 139.7650),
    "haneda": (35.5494, 139.7798),
    "salmiya": (29.3339, 48.0761),
    "city": (29.3759, 47.9774),
}


def place(name: str) -> Place:
    """A place that the examples name."""
    kind = PlaceKind.AIRPORT if name in {"muc", "fra", "lhr"} else PlaceKind.ADDRESS
    return Place(name, *_WHERE[name], kind=kind, place_id=name)


def driven(km: str, minutes: str) -> Route:
    return Route(round(Decimal(km) * 1000), round(Decimal(minutes) * 60), "table")


@dataclass(frozen=True)
class Example:
    tariff: Tariff
    trip: Trip
    route: Route
    back: Route | None
    worked: str
    total: str


def examples() -> Mapping[str, Example]:
    """The worked examples by their line."""
    lines = (_HERE / "prices.txt").read_text().splitlines()
    return {line: _read(line) for line in lines if line and not line.startswith("#")}


def _read(line: str) -> Example:
    who, way, when, km, minutes, more, worked, total = (it.strip() for it in line.split("|"))
    name, vehicle = who.split()
    tariff = TARIFFS[name]
    zone = ZoneInfo(tariff.time_zone)
    first, *stops, last = (place(it.strip()) for it in way.split(">"))
    back_text = ""
    if "back=" in more:
        more, _, back_text = more.partition("back=")
    options = dict(it.split("=") for it in more.split())
    return_at, back = None, None
    if back_text:
        at, back_km, back_min = back_text.split(",")
        return_at, back = datetime.fromisoformat(at).replace(tzinfo=zone), driven(back_km, back_min)
    trip = Trip(
        first,
        last,
        datetime.fromisoformat(when).replace(tzinfo=zone),
        vehicle,
        tuple(stops),
        child_seats=int(options.get("seats", 0)),
        waiting_min=int(options.get("wait", 0)),
        return_at=return_at,
        voucher=options.get("voucher", ""),
    )
    return Example(tariff, trip, driven(km, minutes), back, worked, total)


def worked_out(text: str, cent: Decimal) -> Decimal:
    """What a person's calculation comes to; knows nothing of how prices are made."""

    def stepped(amount: Decimal, step: Decimal, way: str) -> Decimal:
        return (amount / step).quantize(Decimal(1), rounding=way) * step

    def value(node: ast.expr) -> Decimal:
        match node:
            case ast.Constant():
                return Decimal(ast.get_source_segment(text, node) or "")
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return value(left) + value(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return value(left) - value(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return value(left) * value(right)
            case ast.Call(func=ast.Name(id="max"), args=args):
                return max(value(it) for it in args)
            case ast.Call(func=ast.Name(id="r"), args=[arg]):
                return stepped(value(arg), cent, ROUND_HALF_UP)
            case ast.Call(func=ast.Name(id=name), args=[arg, step]):
                ways = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "near": ROUND_HALF_UP}
                return stepped(value(arg), value(step), ways[name])
        raise AssertionError(ast.dump(node))

    return value(ast.parse(text, mode="eval").body)
