"""What a document may hold, read from its published JSON Schema as far as a form needs it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from holdfast.dashboard.language import _, lookup

#: A value as JSON holds it.
Json = Any
_LONG: Final = 200
#: How the end of a name says a unit, and how a person reads it.
_UNITS: Final = (
    ("per_min", "per minute"),
    ("_min", " (minutes)"),
    ("_h", " (hours)"),
    ("_s", " (seconds)"),
    ("_kmh", " (km/h)"),
)


class Kind(StrEnum):
    """How a value is asked for."""

    TEXT = "text"
    LONG = "long"
    INTEGER = "integer"
    NUMBER = "number"
    #: A decimal that stays text, so that no cent is lost.
    EXACT = "exact"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    #: One value a line.
    LINES = "lines"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    GROUP = "group"
    LIST = "list"
    MAP = "map"
    #: Whatever a form cannot ask for, as JSON.
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Shape:
    """One value of a document."""

    kind: Kind
    label: str = ""
    help: str = ""
    #: It may be null: an empty field says so.
    nullable: bool = False
    required: bool = False
    default: Json = None
    options: tuple[str, ...] = ()
    #: The named parts of a group.
    parts: tuple[tuple[str, "Shape"], ...] = ()
    #: What a list or map is made of.
    item: "Shape | None" = None
    least: float | None = None
    most: float | None = None


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """The shape of a whole document."""
    return _Reader(schema.get("$defs") or {}).read(schema)


def words_of(name: str) -> str:
    """A name of a document for people: `lead_min` is "Lead (minutes)"."""
    end, unit = next((it for it in _UNITS if name.endswith(it[0])), ("", ""))
    plain = name.removesuffix(end).replace("_", " ").replace("-", " ") + unit
    return lookup(plain[:1].upper() + plain[1:])


def option_words(option: str) -> str:
    """One of several values that can be chosen, for people."""
    return lookup(option.replace("_", " ").capitalize())


def place_words(place: str) -> str:
    """A place for people: `classes.0.per_km` is "Classes, 1, Per km"."""
    return ", ".join(str(int(it) + 1) if it.isdecimal() else words_of(it) for it in place.split("."))


def value_words(value: Any) -> str:
    """A value for people, short."""
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"


class _Reader:
    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def read(self, schema: Mapping[str, Any], name: str = "", *, required: bool = False) -> Shape:
        nullable, whole = self._resolved(schema)
        made = self._of(whole)
        # What stands beside a reference is about this place; what it refers to, about every place.
        said = str(schema.get("description") or "")
        if not said and made.kind is not Kind.GROUP:
            said = str(whole.get("description") or "") if "$ref" not in schema else ""
        return replace(
            made,
            label=words_of(name),
            help=lookup(said.split("\n\n", maxsplit=1)[0]),
            nullable=nullable,
            required=required,
            default=schema.get("default"),
        )

    def _resolved(self, schema: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any]]:
        """Whether null is allowed, and the schema of everything else."""
        if "$ref" in schema:
            return self._resolved(self._definitions[str(schema["$ref"]).rpartition("/")[2]])
        several = [it for it in schema.get("anyOf") or () if it.get("type") != "null"]
        if not several:
            return False, schema
        nullable = len(several) < len(schema["anyOf"])
        if len(several) == 1:
            return nullable, self._resolved(several[0])[1]
        exact = {it.get("type") for it in several} == {"number", "string"}
        return nullable, {"exact": True} if exact else {}

    def _of(self, schema: Mapping[str, Any]) -> Shape:
        if schema.get("exact"):
            return Shape(Kind.EXACT)
        if "enum" in schema:
            return Shape(Kind.CHOICE, options=tuple(str(it) for it in schema["enum"]))
        least, most = schema.get("minimum"), schema.get("maximum")
        match schema.get("type"):
            case "boolean":
                return Shape(Kind.FLAG)
            case "integer":
                return Shape(Kind.INTEGER, least=least, most=most)
            case "number":
                return Shape(Kind.NUMBER, least=least, most=most)
            case "string":
                return Shape(_TEXTS.get(str(schema.get("format")), _text(schema)))
            case "array":
                return self._array(schema)
            case "object":
                return self._object(schema)
        return Shape(Kind.JSON)

    def _array(self, schema: Mapping[str, Any]) -> Shape:
        if "prefixItems" in schema or "items" not in schema:
            return Shape(Kind.JSON)
        item = self.read(schema["items"])
        if item.kind is Kind.CHOICE:
            return Shape(Kind.CHOICES, options=item.options)
        if item.kind in {Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.DATE}:
            return Shape(Kind.LINES, item=item)
        return Shape(Kind.LIST, item=item) if item.kind is Kind.GROUP else Shape(Kind.JSON)

    def _object(self, schema: Mapping[str, Any]) -> Shape:
        if "properties" in schema:
            needed = set(schema.get("required") or ())
            parts = schema["properties"].items()
            return Shape(
                Kind.GROUP,
                parts=tuple((name, self.read(part, name, required=name in needed)) for name, part in parts),
            )
        patterns = list((schema.get("patternProperties") or {}).values())
        values = patterns[0] if len(patterns) == 1 else schema.get("additionalProperties")
        return Shape(Kind.MAP, item=self.read(values)) if isinstance(values, dict) else Shape(Kind.JSON)


_TEXTS: Final[Mapping[str, Kind]] = {"date": Kind.DATE, "time": Kind.TIME, "date-time": Kind.MOMENT}


def _text(schema: Mapping[str, Any]) -> Kind:
    return Kind.LONG if int(schema.get("maxLength") or 0) > _LONG else Kind.TEXT
