"""The HTTP application: every room's endpoints, one shape of error, one description."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI

from holdfast.api import access, errors, events, keys, messages, sessions, socket, system
from holdfast.api.limits import BodyLimit
from holdfast.api.system import Facts

_DESCRIPTION: Final = """
Holdfast keeps WhatsApp numbers linked and working, for programs that talk over them.

Every endpoint under `/v1` needs `Authorization: Bearer hf_…`; on this machine the key lies in `local.key` of
the data folder. Errors have one shape: `{"error": {"code", "message", "next_step"}}`. Times are ISO 8601 in
UTC.
"""


def create_app(facts: Facts, rooms: Mapping[str, Any]) -> FastAPI:
    """The application. `rooms` are what its endpoints find under `request.app.state`."""
    malformed: dict[int | str, dict[str, Any]] = {422: {"model": errors.ErrorOut, "description": "Malformed"}}
    app = FastAPI(
        responses=malformed,
        title="Holdfast",
        version=facts.version,
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0"},
    )
    app.state.facts = facts
    for name, room in rooms.items():
        setattr(app.state, name, room)
    errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(BodyLimit)
    app.include_router(system.open_router)
    for router in (
        system.router,
        sessions.router,
        messages.router,
        events.router,
        socket.router,
        access.router,
        keys.router,
    ):
        app.include_router(router)
    if facts.lab:
        app.include_router(system.lab_router)
    return app
