"""How a message's content looks in OpenAPI: one schema per kind, made from the types in `model.content`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, WithJsonSchema

from holdfast.model.content import TYPES, Content, Json, content_to_json


def _schema(of: type[Content]) -> dict[str, Any]:
    made = TypeAdapter(of).json_schema()
    properties = {"kind": {"const": of.kind.value, "type": "string"}, **made.get("properties", {})}
    return {
        "title": of.__name__,
        "description": (of.__doc__ or "").strip(),
        "type": "object",
        "properties": properties,
        "required": ["kind", *made.get("required", [])],
    }


SCHEMA: Final[dict[str, Any]] = {
    "oneOf": [_schema(of) for of in TYPES.values()],
    "description": "What the message holds; `kind` tells which of these it is.",
}

#: A content as JSON, ready for the wire.
ContentOut = Annotated[Mapping[str, object], WithJsonSchema(SCHEMA)]


def content_out(content: Content) -> dict[str, Json]:
    """The content as the API tells it."""
    return content_to_json(content)
