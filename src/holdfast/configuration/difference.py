"""What differs between two documents, place by place. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.model.content import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs. None stands for what is not there, as well as for null."""

    place: str  #: `vehicles.0.base`
    before: Json
    after: Json


def changes(before: Json, after: Json, place: str = "") -> Iterator[Change]:
    """Every place in which two JSON values differ, in the order of the document."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from changes(before.get(key), after.get(key), _inside(place, key))
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            was = before[n] if n < len(before) else None
            now = after[n] if n < len(after) else None
            yield from changes(was, now, _inside(place, str(n)))
    elif before != after or type(before) is not type(after):
        yield Change(place, before, after)


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
