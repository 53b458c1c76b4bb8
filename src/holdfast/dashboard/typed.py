"""What was typed into the fields of a form, as the document again, and the form's own buttons. Pure.

What cannot be read as what it should be stays as it was typed: the gateway says beside it what is wrong.
"""

import json
from collections.abc import Mapping, Sequence

from holdfast.dashboard.fields import MOST, inside
from holdfast.dashboard.shapes import Json, Kind, Shape


def body_of(shape: Shape, given: Mapping[str, str]) -> dict[str, Json]:
    """The document that a form's values say."""
    body = _value(shape, given, "")
    return body if isinstance(body, dict) else {}


def _value(shape: Shape, given: Mapping[str, str], name: str) -> Json:
    text = given.get(name, "").replace("\r\n", "\n")
    match shape.kind:
        case Kind.GROUP:
            return {
                key: _value(part, given, inside(name, key))
                for key, part in shape.parts
                if not _left_out(part, given.get(inside(name, key), ""))
            }
        case Kind.LIST if shape.item is not None:
            return [_value(shape.item, given, inside(name, at)) for at in range(_count(given, name))]
        case Kind.MAP if shape.item is not None:
            return _map(shape.item, given, name)
        case Kind.CHOICES:
            return [it for it in shape.options if given.get(inside(name, it))]
        case Kind.LINES:
            kind = Kind.TEXT if shape.item is None else shape.item.kind
            return [_read(kind, line.strip()) for line in text.splitlines() if line.strip()]
        case Kind.FLAG:
            return bool(text)
        case _:
            return None if shape.nullable and not text.strip() else _read(shape.kind, text)


def _map(item: Shape, given: Mapping[str, str], name: str) -> dict[str, Json]:
    read: dict[str, Json] = {}
    for at in range(_count(given, name)):
        key = given.get(f"{inside(name, at)}.@", "").strip()
        # Of two entries of one name none may vanish while somebody types.
        while key in read:
            key += " again"
        read[key] = _value(item, given, inside(name, at))
    return read


def _left_out(part: Shape, text: str) -> bool:
    """An empty number that has a default is no fault: the default holds."""
    kinds = {Kind.INTEGER, Kind.NUMBER, Kind.EXACT, Kind.JSON}
    return part.kind in kinds and not part.required and not part.nullable and not text.strip()


def _read(kind: Kind, text: str) -> Json:
    if kind in {Kind.INTEGER, Kind.NUMBER, Kind.JSON}:
        read = json_of(text)
        number = isinstance(read, int | float) and not isinstance(read, bool)
        return read if number or kind is Kind.JSON else text
    return text if kind is Kind.LONG else text.strip()


def json_of(text: str) -> Json:
    """The JSON value that a text is; the text itself where it is none, or one that cannot be sent."""
    try:
        read = json.loads(text)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return text
    return read


def _count(given: Mapping[str, str], name: str) -> int:
    count = given.get(f"{name}.#", "")
    return min(int(count), MOST) if count.isdecimal() else 0


def with_entry(shape: Shape, body: Json, name: str) -> Json:
    """The document with one more entry in the list or map at this name."""
    return _at(shape, body, name.split("."), add=True)


def without_entry(shape: Shape, body: Json, name: str) -> Json:
    """The document without the entry at this name."""
    return _at(shape, body, name.split("."), add=False)


def _at(shape: Shape, value: Json, path: Sequence[str], *, add: bool) -> Json:
    step, rest = path[0], path[1:]
    if shape.kind is Kind.GROUP and isinstance(value, dict):
        part = next((part for key, part in shape.parts if key == step), None)
        if part is None:
            return value
        if add and not rest:
            return {**value, step: _added(part, value.get(step))}
        return {**value, step: _at(part, value.get(step), rest, add=add)} if rest else value
    if shape.item is None or not step.isdecimal():
        return value
    entries = list(value.items() if isinstance(value, dict) else value or ())
    if int(step) >= len(entries):
        return value
    if rest:
        old = entries[int(step)]
        entries[int(step)] = (
            (old[0], _at(shape.item, old[1], rest, add=add))
            if shape.kind is Kind.MAP
            else _at(shape.item, old, rest, add=add)
        )
    elif not add:
        del entries[int(step)]
    return dict(entries) if shape.kind is Kind.MAP else entries


def _added(part: Shape, value: Json) -> Json:
    new = {} if part.item is not None and part.item.kind is Kind.GROUP else ""
    if part.kind is Kind.MAP:
        return {**(value or {}), "": new}
    return [*(value or ()), new] if part.kind is Kind.LIST else value
