"""HTTP: is the link alive? Asked now, by somebody who wants to know."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.sessions import Ref

router = APIRouter(prefix="/v1/sessions/{ref}/probe", tags=["sessions"])


class ProbeOut(BaseModel):
    """WhatsApp has answered."""

    took_ms: int = Field(description="from the question until the answer, both at the number's connection")


@router.post("", summary="Probe a connection", responses=refusals(404, 429, 502, 503, 504))
async def probe(rooms: TheRooms, caller: Admin, ref: Ref) -> ProbeOut:
    """Asks WhatsApp over the number's connection whether it is there, at most once in five seconds.

    504 `whatsapp_unanswered` after 15 s without an answer. Nothing is changed by it: connections are watched
    all the time, and one that is dead is made again by itself.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return ProbeOut(took_ms=await rooms.probing.probe(session))
