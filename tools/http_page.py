"""The HTTP reference: every operation with its fields, an example and its refusals."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from unittest.mock import create_autospec

from holdfast import __version__
from holdfast.api.app import create_app
from holdfast.api.rooms import Rooms
from holdfast.sessions import Progress

_HEAD: Final = """\
# HTTP reference

Every operation, made from the API's own description. A running gateway shows the same at `/docs`, and as
`/openapi.json` for programs. What all have in common (keys, pages, refusals, idempotency) stands in
[the API, noun by noun](../api/README.md).
"""


class _Facts:
    """What a gateway that is asked for nothing but its description knows of itself."""

    version, lab, applications, ready, engine = __version__, False, (), True, None
    started_at = datetime(2026, 1, 1, tzinfo=UTC)
    progress = Progress(0, 0, True, None)


def http_page() -> str:
    """The page."""
    described = create_app(create_autospec(Rooms, instance=True, facts=_Facts())).openapi()
    by_tag: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            shown = "\n".join(_operation(f"{method.upper()} {path}", operation, described))
            by_tag.setdefault(operation["tags"][0], []).append(shown)
    parts = [f"\n## {tag}\n\n" + "\n".join(shown) for tag, shown in by_tag.items()]
    return _HEAD + "".join(parts)


def _operation(name: str, operation: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    yield f"### `{name}`\n\n**{operation['summary'].rstrip('?.')}.** {operation.get('description', '')}\n"
    rows = [_parameter(it) for it in operation.get("parameters", ())]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        rows += _fields(body["schema"], described)
    if rows:
        yield "| | | |\n|---|---|---|"
        yield "\n".join(rows) + "\n"
    if body is not None and "example" in body:
        yield f"```json\n{json.dumps(body['example'], ensure_ascii=False, indent=2)}\n```\n"
    statuses = [f"`{it}` {answer['description']}" for it, answer in operation["responses"].items()]
    yield f"Answers: {' · '.join(statuses)}\n"


def _parameter(it: Mapping[str, Any]) -> str:
    must = "" if it.get("required") else "optional"
    return (
        f"| `{it['name']}` | {it['in']}, {_type(it['schema'])} {must} | {_cell(it.get('description', ''))} |"
    )


def _fields(schema: Mapping[str, Any], described: Mapping[str, Any]) -> list[str]:
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = described["components"]["schemas"].get(name, schema)
    required = shape.get("required", ())
    as_parameters = (
        {"name": field, "in": "body", "required": field in required, "schema": it} | it
        for field, it in shape.get("properties", {}).items()
    )
    return [_parameter(it) for it in as_parameters]


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema or "oneOf" in schema:
        each = [_type(it) for it in schema.get("anyOf", schema.get("oneOf", ()))]
        return " or ".join(dict.fromkeys(each))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return ", ".join(f"`{it}`" for it in schema["enum"])
    return str(schema.get("format") or schema.get("type", "any"))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
