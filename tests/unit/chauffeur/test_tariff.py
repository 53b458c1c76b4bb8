"""What a pricing configuration may say, and how it is told that it may not."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Place
from holdfast.chauffeur.zones import Zone, great_circle_m

CITY = json.loads((Path(__file__).parent / "tariffs.json").read_text())["city"]


def _set(document: Any, path: str, value: object) -> None:
    *way, last = path.split(".")
    for step in way:
        document = document[int(step) if step.isdigit() else step]
    document[int(last) if last.isdigit() else last] = value


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("classes", [], "classes", "at least 1"),
        ("classes.0.base", "-1", "classes.0.base", "greater than or equal to 0"),
        ("classes.0.per_km", "NaN", "classes.0.per_km", "finite"),
        ("classes.0.per_km", "Infinity", "classes.0.per_km", "finite"),
        ("classes.0.per_km", "a lot", "classes.0.per_km", "valid decimal"),
        ("classes.0.seats", 0, "classes.0.seats", "greater than or equal to 1"),
        ("classes.0.tires", 4, "classes.0.tires", "not permitted"),
        ("classes.1.code", "sedan", "", "two of one code: vehicle class sedan"),
        ("zones.1.code", "center", "", "two of one code: zone center"),
        ("currency", "euro", "currency", "pattern"),
        ("time_zone", "Europe/Munich", "time_zone", "no such time zone"),
        ("fixed_routes.0.origin", "moon", "", "there is no zone moon"),
        ("fixed_routes.0.prices", {"rocket": "1"}, "", "there is no vehicle class rocket"),
        ("vouchers.3.classes", ["rocket"], "", "there is no vehicle class rocket"),
        ("vouchers.0.percent", "101", "vouchers.0.percent", "less than or equal to 100"),
        ("return_discount_percent", "120", "return_discount_percent", "less than or equal to 100"),
        ("surcharges.0.until_time", None, "surcharges.0", "needs both"),
        ("surcharges.0.until_time", "22:00", "surcharges.0", "are the same"),
        ("surcharges.0.percent", "0", "surcharges.0", "a percent or an amount"),
        ("surcharges.1.days", ["someday"], "surcharges.1.days.0", "'monday'"),
        ("calendar.country", "XX", "calendar", "no holidays are known"),
        ("calendar.subdivision", "TX", "calendar", "no subdivision TX"),
        ("zones.0.radius_km", 0, "zones.0", "both center and radius_km"),
        ("zones.2.polygon", [[1, 1], [2, 2]], "zones.2", "at least three corners"),
        ("zones.1.places", [], "zones.1", "name places, a circle or a polygon"),
        ("rounding", {"step": "-1"}, "rounding.step", "greater than or equal to 0"),
        ("vat.percent", "-19", "vat.percent", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_named(path: str, value: object, where: str, says: str) -> None:
    document = copy.deepcopy(CITY)
    _set(document, path, value)
    with pytest.raises(ValidationError) as refused:
        Tariff.model_validate(document)
    [error] = refused.value.errors()
    assert ".".join(str(it) for it in error["loc"]) == where
    assert says in error["msg"]


def test_a_missing_value_is_named() -> None:
    document = copy.deepcopy(CITY)
    del document["classes"][0]["base"]
    with pytest.raises(ValidationError) as refused:
        Tariff.model_validate(document)
    assert [it["loc"] for it in refused.value.errors()] == [("classes", 0, "base")]


def test_it_survives_being_stored() -> None:
    tariff = Tariff.model_validate(CITY)
    assert Tariff.model_validate_json(tariff.model_dump_json()) == tariff


def test_its_schema_describes_each_field() -> None:
    schema = Tariff.model_json_schema()
    assert set(schema["properties"]) == set(Tariff.model_fields)


def test_points_inside_and_outside() -> None:
    square = Zone(code="it", polygon=((0, 0), (0, 2), (2, 2), (2, 0)))
    notched = Zone(code="it", polygon=((0, 0), (0, 4), (4, 4), (2, 2), (4, 0)))
    assert square.contains(Place("in", 1, 1))
    assert not square.contains(Place("out", 1, 3))
    assert not square.contains(Place("out", 3, 1))
    assert notched.contains(Place("in", 1, 2))
    assert not notched.contains(Place("in the notch", 3.5, 2))


def test_the_great_circle() -> None:
    paris, berlin = Place("Paris", 48.8566, 2.3522), Place("Berlin", 52.5200, 13.4050)
    assert great_circle_m(paris, berlin) == pytest.approx(877_500, rel=0.002)
    assert great_circle_m(paris, paris) == 0
    assert great_circle_m(Place("", 0, 0), Place("", 0, 180)) == pytest.approx(20_015_114, rel=0.001)
