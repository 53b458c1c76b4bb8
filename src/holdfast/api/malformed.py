"""Says what is wrong with a request that does not fit its description, as a sentence and a next step. Pure.

It names the place and the rule, never the value, which may be a message's text.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel

from holdfast.kit.nearest import nearest
from holdfast.model.errors import RequestInvalid

_EXAMPLES: Final = "/docs shows every request with an example."

#: Our words for what pydantic calls a fault. Any other fault keeps pydantic's sentence.
_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not known here",
    "json_invalid": lambda _: "is not valid JSON",
    "model_attributes_type": lambda _: "must be a JSON object",
    "union_tag_not_found": lambda _: "the field `kind` is missing",
    "union_tag_invalid": lambda ctx: f"there is no such kind; there are {ctx['expected_tags']}",
}


def refusal_of(error: Mapping[str, Any], route: object = None) -> RequestInvalid:
    """Return the refusal of a request with this fault, the first that pydantic named.

    `route` is the endpoint that was called: the nearest name of a misspelt field is one of its fields.
    """
    kind, where = error["type"], error["loc"]
    steps = where[:1] if kind == "json_invalid" else where  # the rest says how many bytes were valid
    place = ".".join(str(part) for part in steps if part != "body") or "body"
    said = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    words = _WORDS.get(kind)
    message = said if words is None else words(error.get("ctx", {}))
    return RequestInvalid(f"{place}: {message}", next_step=_next_step(kind, where, route))


def _next_step(kind: str, where: tuple[Any, ...], route: object) -> str:
    if kind == "missing" and len(where) > 1:
        return f"Give `{where[-1]}`; {_EXAMPLES}"
    if kind == "extra_forbidden":
        meant = nearest(str(where[-1]), _known(where, route)) if len(where) == 2 else None
        return f"Did you mean `{meant}`?" if meant else f"Leave it out; {_EXAMPLES}"
    return ""  # the code has one of its own


def _known(where: tuple[Any, ...], route: object) -> list[str]:
    """Return the names that fields of this part of the route's requests have."""
    if not isinstance(route, APIRoute):
        return []
    fields = [] if route.body_field is None else [route.body_field]
    if where[0] == params.ParamTypes.query.value:
        fields = route.dependant.query_params
    known: list[str] = []
    for field in fields:
        shape = field.field_info.annotation
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            known += [it.alias or name for name, it in shape.model_fields.items()]
        else:
            known.append(field.alias)
    return known
