"""What people write on the command line of the lab, as values. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Unclear(ValueError):
    """Something on the command line that cannot be meant. The message is one line with the right form."""


def duration(text: str) -> timedelta:
    """ "90s", "15m", "2h", "14d", "1w", "1d12h", with a minus in front of it for the past. Raises Unclear."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise Unclear(f"{text!r} is no time. Write it like 90s, 15m, 2h, 14d or 1d12h")
    return timedelta(seconds=sign * sum(float(number) * _UNITS[unit] for number, unit in parts))


def pairs(given: Sequence[str], what: str) -> Mapping[str, Any]:
    """ "tag=message nth=2" as a mapping; values that look like JSON are JSON. Raises Unclear."""
    found: dict[str, Any] = {}
    for text in (part for each in given for part in ([each] if _is_one(each) else each.split())):
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Unclear(f"{text!r} is no pair. Write --{what} like tag=message or ms=200")
        found[name] = _value(value)
    return found


def _is_one(text: str) -> bool:
    """True for a single pair, whose value may have spaces in it: only one name stands before a "="."""
    return len(re.findall(r"(?:^|\s)[a-z_]+=", text)) <= 1


def _value(text: str) -> Any:
    # Only what cannot be a name: a type "1" or a code "503" is a number on the wire of the admin API too.
    if re.fullmatch(r"-?\d+(\.\d+)?|true|false|[{\[].*", text, re.DOTALL):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


#: Fields of a match that are texts even where they look like numbers.
TEXTS = ("account", "tag", "xmlns", "type", "class", "id", "has", "dir")


def match(given: Sequence[str]) -> Mapping[str, Any]:
    """What a rule strikes. `direction` is another word for `dir`. Raises Unclear."""
    found = {"dir" if name == "direction" else name: value for name, value in pairs(given, "match").items()}
    told = {name: str(value) if name in TEXTS else value for name, value in found.items()}
    if "account" in told:
        told["account"] = told["account"].lstrip("+")
    return told


def place(text: str) -> tuple[float, float]:
    """ "49.41,8.71" as latitude and longitude. Raises Unclear."""
    latitude, comma, longitude = text.partition(",")
    try:
        if not comma:
            raise ValueError
        return float(latitude), float(longitude)
    except ValueError:
        raise Unclear(f"{text!r} is no place. Write it like 49.41,8.71") from None
