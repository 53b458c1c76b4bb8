"""The old systems' `pricingConfig`, as this configuration has it, and the way back. Pure.

It was one object: vehicles by code with their rates, and fees and surcharges beside them in camel case.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from holdfast.model.content import Json
from holdfast.model.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Old names of a vehicle's fields, and the new ones.
_VEHICLE: Final[Mapping[str, str]] = {
    "name": "name",
    "baseFare": "base",
    "perKm": "per_km",
    "perMinute": "per_min",
    "minimumFare": "minimum",
    "waitingPerMinute": "waiting_per_min",
    "includedKm": "included_km",
    "maxPassengers": "seats",
    "maxLuggage": "luggage",
}
_WHOLE: Final[Mapping[str, str]] = {
    "currency": "currency",
    "timezone": "time_zone",
    "extraStopFee": "extra_stop",
    "childSeatFee": "child_seat",
    "returnDiscountPercent": "return_discount_percent",
}
_SURCHARGES: Final[Mapping[str, Mapping[str, Json]]] = {
    "nightSurchargePercent": {"name": "Night"},
    "weekendSurchargePercent": {"name": "Weekend", "days": ["saturday", "sunday"]},
    "holidaySurchargePercent": {"name": "Holiday", "holidays": True},
}
_TIMES: Final = ("nightStart", "nightEnd")
_OTHERS: Final = ("vehicles", "airportFee", "vatPercent", "vatIncluded", "country")


def pricing_from_old(body: Mapping[str, Json]) -> dict[str, Json]:
    """The document `pricing` of a `pricingConfig`. Raises ConfigurationInvalid for what is unknown in it."""
    given = body.get("pricingConfig", body)
    if not isinstance(given, dict):
        raise ConfigurationInvalid("A pricingConfig is one JSON object")
    _known(given, {*_WHOLE, *_SURCHARGES, *_TIMES, *_OTHERS}, "a pricingConfig")
    vehicles = given.get("vehicles")
    if not isinstance(vehicles, dict):
        raise ConfigurationInvalid("A pricingConfig has `vehicles`, by their codes")
    made: dict[str, Json] = {new: _exact(given[old]) for old, new in _WHOLE.items() if old in given}
    made["classes"] = [_vehicle(code, it) for code, it in vehicles.items()]
    made["surcharges"] = [
        {**rule, **_window(key, given), "percent": _exact(given[key])}
        for key, rule in _SURCHARGES.items()
        if given.get(key)
    ]
    if given.get("airportFee"):
        made["airports"] = {"*": {"pickup": _exact(given["airportFee"])}}
    if "vatPercent" in given:
        included = given.get("vatIncluded", True)
        made["vat"] = {"percent": _exact(given["vatPercent"]), "included": included}
    if given.get("country"):
        made["calendar"] = {"country": given["country"]}
    return made


def pricing_to_old(document: "BaseModel") -> dict[str, Json]:
    """The `pricingConfig` of a document `pricing`: what older systems knew of it, and nothing else."""
    body: dict[str, Any] = document.model_dump(mode="json")
    old: dict[str, Json] = {name: body[new] for name, new in _WHOLE.items()}
    old["vehicles"] = {
        it["code"]: {name: it[new] for name, new in _VEHICLE.items()} for it in body["classes"]
    }
    for key, rule in _SURCHARGES.items():
        found = next((it for it in body["surcharges"] if it["name"] == rule["name"]), None)
        if found is not None:
            old[key] = found["percent"]
            if key == "nightSurchargePercent" and found["from_time"]:
                old |= {"nightStart": found["from_time"][:5], "nightEnd": found["until_time"][:5]}
    if "*" in body["airports"]:
        old["airportFee"] = body["airports"]["*"]["pickup"]
    old |= {"vatPercent": body["vat"]["percent"], "vatIncluded": body["vat"]["included"]}
    return {**old, "country": body["calendar"]["country"]}


def _vehicle(code: str, given: Json) -> dict[str, Json]:
    if not isinstance(given, dict):
        raise ConfigurationInvalid(f"The vehicle `{code}` is a JSON object with its rates")
    _known(given, set(_VEHICLE), f"the vehicle `{code}`")
    read: dict[str, Json] = {new: _exact(given[old]) for old, new in _VEHICLE.items() if old in given}
    return {"code": code.lower(), "name": code, "seats": 4, **read}


def _window(key: str, given: Mapping[str, Json]) -> dict[str, Json]:
    if key != "nightSurchargePercent":
        return {}
    return {"from_time": given.get("nightStart", "22:00"), "until_time": given.get("nightEnd", "06:00")}


def _exact(value: Json) -> Json:
    """Amounts were numbers; as text no cent of them is lost. Counts stay what they are."""
    return str(value) if isinstance(value, float) else value


def _known(given: Mapping[str, Json], known: set[str], what: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise ConfigurationInvalid(f"Nothing is known of `{unknown[0]}` in {what}")
