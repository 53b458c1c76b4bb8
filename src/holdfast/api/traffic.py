"""HTTP: how many messages each number has received and sent lately."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from holdfast.api.auth import Reader, TheRooms
from holdfast.api.bodies import ms
from holdfast.api.errors import refusals
from holdfast.kit.clock import now_ms
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import SessionId

router = APIRouter(prefix="/v1/traffic", tags=["sessions"])

_LONGEST: Final = timedelta(hours=50)


class CountOut(BaseModel):
    """What one number has received and sent."""

    session_id: str
    received: int
    sent: int = Field(description="accepted to be sent; see /queue for what still waits")


class TrafficOut(BaseModel):
    """Numbers without any message are left out."""

    since: AwareDatetime
    sessions: list[CountOut]


@router.get("", summary="Messages by number", responses=refusals(400))
async def traffic(
    rooms: TheRooms,
    caller: Reader,
    since: Annotated[
        AwareDatetime, Query(description="with a time zone; a midnight, to begin with somebody's day")
    ],
) -> TrafficOut:
    """Counted since a moment of the last 50 hours, whose quarter of an hour is counted whole."""
    since_ms = ms("since", since)
    if since_ms < now_ms() - _LONGEST / timedelta(milliseconds=1):
        raise RequestInvalid(
            "Messages are counted for the last 50 hours", next_step="Ask for a later moment as `since`."
        )
    ours = {it.id for it in rooms.sessions.list(caller.tenant_id) if caller.reaches(SessionId(it.id))}
    found = await rooms.traffic.since(since_ms)
    counts = [
        CountOut.model_construct(session_id=id_, received=it.received, sent=it.sent)
        for id_, it in sorted(found.items())
        if id_ in ours
    ]
    return TrafficOut.model_construct(since=since, sessions=counts)
