"""HTTP: /api/whatsapp, read with the same keys as the API."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Query, Request
from fastapi.responses import StreamingResponse

from holdfast.accounts import Caller
from holdfast.api.auth import Reader, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.events import begin, stream
from holdfast.api.rooms import Rooms
from holdfast.delivery import Wanted
from holdfast.legacy.events import TYPES, frame
from holdfast.legacy.instances import InstanceOut, InstancesOut, StatusOut, fields_of
from holdfast.model.errors import RequestInvalid, UnknownSession
from holdfast.model.ids import SessionId
from holdfast.sessions import View

router = APIRouter(prefix="/api/whatsapp", tags=["legacy"])

Instance = Annotated[
    str | None, Query(description="id, name or number; needed where there are several", max_length=128)
]


def mount(app: FastAPI) -> None:
    """Serve the old addresses too."""
    app.include_router(router)


@router.get("/instances", summary="List instances", responses=refusals())
async def list_instances(rooms: TheRooms, caller: Reader) -> InstancesOut:
    """Every session, as the old systems list their instances."""
    views = rooms.sessions.list(caller.tenant_id)
    return InstancesOut(instances=[InstanceOut.model_validate(fields_of(view)) for view in views])


@router.get("/status", summary="How an instance is", responses=refusals(400, 404))
async def show_status(rooms: TheRooms, caller: Reader, instance: Instance = None) -> StatusOut:
    """The named one, or the only one that there is."""
    return StatusOut.model_validate(fields_of(_named(rooms, caller, instance)))


@router.get(
    "/events",
    summary="Hear heartbeats and disconnections",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "a stream without end"},
        **refusals(400, 404),
    },
)
async def hear_events(
    request: Request,
    rooms: TheRooms,
    caller: Reader,
    instance: Instance = None,
    last_event_id: Annotated[str | None, Header(description="what a browser sends to continue")] = None,
) -> StreamingResponse:
    """Server-sent events `heartbeat` and `instanceDisconnected`, of one instance or of all.

    `id` is a cursor: given back as `Last-Event-ID`, the stream continues without a gap.
    """
    of = None if instance is None else frozenset({SessionId(_named(rooms, caller, instance).id)})
    feed = await begin(rooms, caller, None, last_event_id, Wanted(of, TYPES))
    key = request.headers.get("authorization", "").partition(" ")[2]
    told = stream(feed, rooms.accounts.ended(key), None, frame)
    return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _named(rooms: Rooms, caller: Caller, instance: str | None) -> View:
    if instance is not None:
        return rooms.sessions.show(caller.tenant_id, instance)
    views = rooms.sessions.list(caller.tenant_id)
    if not views:
        raise UnknownSession("There is no instance")
    if len(views) > 1:
        raise RequestInvalid(
            f"There are {len(views)} instances",
            next_step="Say which one: `?instance=` with id, name or number.",
        )
    return views[0]
