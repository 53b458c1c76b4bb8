"""A document as the fields of a form, with what is wrong beside each. Pure.

A field's name is its place with numbers for the entries of lists and maps (`classes.0.base`). Of a list or
map the field `classes.#` says how many entries the form has; a map's key is in a field like `airports.0.@`.
`typed` is the way back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.client import Fault
from holdfast.dashboard.shapes import Json, Kind, Shape

#: So many fields make a form; a longer document is edited as text.
MOST: Final = 800
#: By which of its parts an entry is called.
_NAMES: Final = ("name", "names", "code", "id", "session", "under_hours", "origin")


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or several that belong together."""

    name: str
    #: As the gateway calls it, with the keys of maps.
    place: str
    shape: Shape
    label: str
    text: str = ""
    chosen: frozenset[str] = frozenset()
    #: The key of a map's entry.
    key: str | None = None
    fields: tuple["Field", ...] = ()
    fault: str = ""
    #: An entry that was just added.
    fresh: bool = False

    @property
    def wrong(self) -> bool:
        """True when it, or something in it, has a fault."""
        return bool(self.fault) or any(it.wrong for it in self.fields)

    @property
    def count(self) -> int:
        """How many fields it is."""
        return 1 + sum(it.count for it in self.fields)


def form_of(shape: Shape, body: Json) -> Field:
    """The whole document."""
    return _field(shape, body, "", "", "")


def _field(shape: Shape, value: Json, name: str, place: str, label: str) -> Field:
    made = Field(name, place, shape, label)
    match shape.kind:
        case Kind.GROUP:
            given = value if isinstance(value, dict) else {}
            parts = [
                _field(part, given.get(key, part.default), inside(name, key), inside(place, key), part.label)
                for key, part in shape.parts
            ]
            return replace(made, fields=tuple(parts))
        case Kind.LIST if shape.item is not None:
            return replace(made, fields=tuple(_entries(shape.item, value, name, place)))
        case Kind.MAP if shape.item is not None:
            return replace(made, fields=tuple(_pairs(shape.item, value, name, place)))
        case Kind.CHOICES:
            return replace(made, chosen=frozenset(str(it) for it in value or ()))
        case Kind.LINES:
            return replace(made, text="\n".join(_shown(it) for it in value or ()))
        case Kind.FLAG:
            return replace(made, text="1" if value is True else "")
        case Kind.JSON:
            return replace(made, text="" if value is None else json.dumps(value, ensure_ascii=False))
        case _:
            text = _shown(value)
            minutes = shape.kind is Kind.TIME and len(text) == len("22:00:00")
            return replace(made, text=text.removesuffix(":00") if minutes else text)


def _entries(item: Shape, value: Json, name: str, place: str) -> list[Field]:
    given = value if isinstance(value, list) else []
    named = [(at, it, _called(it, at)) for at, it in enumerate(given)]
    return [_entry(item, it, inside(name, at), inside(place, at), label) for at, it, label in named]


def _pairs(item: Shape, value: Json, name: str, place: str) -> list[Field]:
    given = value.items() if isinstance(value, dict) else ()
    return [
        replace(_entry(item, it, inside(name, at), inside(place, key), str(key) or "new"), key=str(key))
        for at, (key, it) in enumerate(given)
    ]


def _entry(item: Shape, value: Json, name: str, place: str, label: str) -> Field:
    return replace(_field(item, value, name, place, label), fresh=value in ({}, ""))


def _called(value: Json, at: int) -> str:
    """An entry's own name, or its number."""
    given = value if isinstance(value, dict) else {}
    found = next((given[key] for key in _NAMES if given.get(key)), "")
    first = found[0] if isinstance(found, list) else found
    return str(first or f"Number {at + 1}")


def _shown(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def inside(path: str, step: object) -> str:
    """The name of a part."""
    return f"{path}.{step}" if path else str(step)


def with_faults(form: Field, faults: Sequence[Fault]) -> tuple[Field, list[str]]:
    """The form with each fault beside its field, and those that no field is to blame for."""
    others: list[str] = []
    for fault in faults:
        marked = _marked(form, fault)
        if marked is form:
            others.append(fault.message)
        form = marked
    return form, others


def _marked(field: Field, fault: Fault) -> Field:
    """This field with the fault at the deepest place that fits; itself where none does."""
    for at, part in enumerate(field.fields):
        if fault.place == part.place or fault.place.startswith(f"{part.place}."):
            fields = (*field.fields[:at], _marked_or_self(part, fault), *field.fields[at + 1 :])
            return replace(field, fields=fields)
    return field


def _marked_or_self(part: Field, fault: Fault) -> Field:
    deeper = _marked(part, fault)
    return replace(part, fault=part.fault or fault.message) if deeper is part else deeper
