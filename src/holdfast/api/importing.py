"""HTTP: a number moves in from another program."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from holdfast.api.auth import Admin, Behind
from holdfast.api.errors import refusals
from holdfast.api.sessions import Ref, SessionOut, shown

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\0" in path:
        raise ValueError("it is an absolute path of the gateway's machine")
    return path


class ImportIn(BaseModel):
    """Where the other program keeps its credentials."""

    source: Annotated[str, AfterValidator(_absolute)] = Field(
        description="folder of Baileys or database of whatsmeow on the gateway's machine", max_length=4096
    )
    device: str = Field(
        "", description="JID or number, where a database holds several devices", max_length=128
    )


@router.post("/{ref}/import", summary="Import credentials", responses=refusals(404, 409, 502))
async def take_in(rooms: Behind, caller: Admin, ref: Ref, wanted: ImportIn) -> SessionOut:
    """Links the session without a code. The source is only read; its program must have ended, and must never
    connect this device again.

    409 `source_unusable`, `source_in_use`, or `already_linked`: nothing takes the place of credentials that
    work.
    """
    found = await rooms.sessions.take_in(caller.tenant_id, ref, Path(wanted.source), wanted.device)
    return await shown(rooms, found)
