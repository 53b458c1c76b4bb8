"""Half a surrogate pair is text in JSON and nowhere else: refused before any endpoint sees it.

No database holds one, no phone, and no answer could repeat it.
"""

import json
from typing import Any

from fastapi import Request
from starlette.requests import HTTPConnection

from holdfast.model.errors import RequestInvalid


async def whole_texts(connection: HTTPConnection) -> None:
    """A dependency of every endpoint: its JSON body holds whole characters. Raises RequestInvalid."""
    route = connection.scope.get("route")
    if not isinstance(connection, Request) or getattr(route, "body_field", None) is None:
        return  # no body that the framework would read as JSON
    if b"\\u" in await connection.body():  # without escapes UTF-8 holds whole characters
        check_whole(await connection.json())


def check_whole(value: Any) -> None:
    """Raises RequestInvalid where a text of this JSON value holds half a surrogate pair."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise RequestInvalid("A text holds half a surrogate pair, which is no character") from None
