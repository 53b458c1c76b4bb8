"""HTTP: a number moves in from another program, and out to one."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from holdfast.api.auth import Admin, TheRooms
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.sessions import Ref, SessionOut, shown
from holdfast.vault import SERVER_SOURCES

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\0" in path:
        raise ValueError("it is an absolute path of the gateway's machine")
    return path


def _source(place: str) -> str:
    return place if place.startswith(SERVER_SOURCES) else _absolute(place)


class ImportIn(Body):
    """Where the other program keeps its credentials."""

    source: Annotated[str, AfterValidator(_source)] = Field(
        description="folder of Baileys or database of whatsmeow on the gateway's machine, or a PostgreSQL "
        "database of whatsmeow: `postgresql://user:password@host/database`",
        max_length=4096,
    )
    device: str = Field(
        "", description="JID or number, where a database holds several devices", max_length=128
    )


def _database(path: str) -> str:
    if not path.endswith(".db"):
        raise ValueError("its name ends with .db")
    return _absolute(path)


class ExportIn(Body):
    """Where the other program is to find the credentials."""

    target: Annotated[str, AfterValidator(_database)] = Field(
        description="new file on the gateway's machine; its name ends with .db", max_length=4096
    )
    keep_connected: bool = Field(
        False, description="connect again afterwards: then the other program must not"
    )


@router.post("/{ref}/import", summary="Import credentials", responses=refusals(404, 409, 502))
async def take_in(rooms: TheRooms, caller: Admin, ref: Ref, wanted: ImportIn) -> SessionOut:
    """Links the session without a code. The source is only read; its program must have ended, and must never
    connect this device again.

    409 `source_unusable`, `source_in_use`, or `already_linked`: nothing takes the place of credentials that
    work.
    """
    found = await rooms.sessions.take_in(caller.tenant_id, ref, wanted.source, wanted.device)
    return await shown(rooms, found)


@router.post("/{ref}/export", summary="Export credentials", responses=refusals(400, 404, 409, 502))
async def hand_out(rooms: TheRooms, caller: Admin, ref: Ref, wanted: ExportIn) -> SessionOut:
    """Stops the session and writes it into a new database of whatsmeow, not encrypted: whoever reads it has
    the number.

    With it the number connects elsewhere without a code. Only one of the two may connect from then on. 409
    `credentials_unusable`: it is not linked.
    """
    target = Path(wanted.target)
    found = await rooms.sessions.export(caller.tenant_id, ref, target, keep_connected=wanted.keep_connected)
    return await shown(rooms, found)
