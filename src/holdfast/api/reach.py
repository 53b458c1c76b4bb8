"""How far a key reaches that is limited to some numbers: to those, and to nothing that is about all.

What is not in the table below is refused, so that an endpoint of tomorrow is closed to such a key until
somebody has thought about it.
"""

from typing import Final

from starlette.requests import HTTPConnection

from holdfast.accounts import Caller
from holdfast.api.rooms import Rooms
from holdfast.model.errors import Forbidden, UnknownSession
from holdfast.model.seams import SessionRef

#: Endpoints that name no number and leave out by themselves what the key does not reach, or tell of none.
_OF_ITSELF: Final = frozenset(
    {
        "GET /v1/system",
        "GET /v1/sessions",
        "GET /v1/traffic",
        "GET /v1/events",
        "PUT /v1/subscriptions/{name}",
        "DELETE /v1/subscriptions/{name}",
        "POST /v1/subscriptions/{name}/ack",
        "GET /v1/configuration",
        "GET /v1/configuration/{name}",
        "GET /v1/configuration/{name}/schema",
        "POST /v1/media",
        "GET /v1/users/self",
        "DELETE /v1/keys/self",
    }
)
#: The path's part that names a number.
_NUMBER: Final = "ref"


def keep_within(request: HTTPConnection, rooms: Rooms, caller: Caller) -> None:
    """Let a limited key to its own numbers alone. Raises Forbidden, UnknownSession."""
    if caller.sessions is None:
        return
    ref = request.path_params.get(_NUMBER)
    if ref is not None:
        reached(rooms, caller, str(ref))
        return
    path = getattr(request.scope.get("route"), "path", "")
    if f"{request.scope['method']} {path}" not in _OF_ITSELF:
        raise Forbidden(
            "This key is limited to some numbers, and this is about all of them",
            next_step="Use a key without that limit.",
        )


def reached(rooms: Rooms, caller: Caller, ref: str) -> SessionRef:
    """The session of this name. Raises UnknownSession: what the key does not reach is not there for it."""
    found = rooms.directory.resolve(caller.tenant_id, ref)
    if not caller.reaches(found.session_id):
        raise UnknownSession
    return found
