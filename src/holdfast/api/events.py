"""HTTP: events after a cursor, as one page or as a stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from holdfast.accounts import Caller
from holdfast.api.auth import Reader, TheRooms
from holdfast.api.errors import problem_of, refusals
from holdfast.api.rooms import Rooms
from holdfast.api.shapes import EventOut
from holdfast.api.subscriptions import consumer_of, wanted_by
from holdfast.delivery import Feed, Turn, Wanted
from holdfast.journal import Event, Filter
from holdfast.model.errors import HoldfastError

router = APIRouter(prefix="/v1", tags=["events"])

#: A silent stream says so this often, so that both ends notice when the other is gone.
_BEAT_S: Final = 15.0
_PAGE: Final = 256


class EventsOut(BaseModel):
    """One page, possibly empty."""

    events: list[EventOut]
    next: str = Field(description="give it as `after` for what comes then")


class EventsQuery(BaseModel):
    """Which events, from where, in which form. What it does not know is refused: it would filter nothing."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        None, description="a cursor; empty: from the beginning; absent: from now on", max_length=64
    )
    session: list[str] = Field(
        default=[],
        description="only these sessions: ids, names or numbers; absent: all, or those of the subscription",
    )
    type: list[str] = Field(default=[], description="only these types; absent: as with sessions")
    subscription: str | None = Field(
        None, description="continue where this consumer acknowledged; made when there is none"
    )
    format: Literal["sse", "json"] = Field("sse", description="sse: a stream without end; json: one page")
    limit: int = Field(100, ge=1, le=1000, description="events in a page of json")
    wait_s: float = Field(0, ge=0, le=30, description="json: how long to wait for the first event")


async def begin(
    rooms: Rooms, caller: Caller, name: str | None, after: str | None, asked: Wanted | None
) -> Feed:
    """A consumer's feed from where it starts. Raises what `Subscriptions.open` raises."""
    if name is None:
        wanted = asked or Wanted()
        position = rooms.journal.head if after is None else rooms.journal.position_of(after)
    else:
        found = await rooms.subscriptions.open(consumer_of(caller), name, after, asked)
        wanted, position = found.wanted or Wanted(), found.position
    ids = wanted.session_ids
    if caller.sessions is not None:
        ids = caller.sessions if ids is None else ids & caller.sessions
    return Feed(rooms.journal, Filter(caller.tenant_id, ids, wanted.types), position)


@router.get(
    "/events",
    summary="Read events",
    response_model=EventsOut,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "a stream, or one page of JSON"},
        **refusals(400, 404),
    },
)
async def read_events(
    request: Request,
    rooms: TheRooms,
    caller: Reader,
    wanted: Annotated[EventsQuery, Query()],
    last_event_id: Annotated[str | None, Header(description="what a browser sends to continue")] = None,
) -> Response:
    """Server-sent events (`id` is the cursor), or with `format=json` one page. No gap between two reads.

    The quickest way is the WebSocket at `/v1/events/ws`: events, acks and sends in batches. One JSON object
    per frame, after an `Authorization` header or `{"op":"auth","key"}`:

    * you: `{"op":"subscribe","subscription","after","sessions","types"}`, `{"op":"ack","cursor"}`,
      `{"op":"send","request","messages":[{"session","to","text","idempotency_key"}]}`
    * the gateway: `{"op":"subscribed","cursor"}`, `{"op":"events","events":[…]}`,
      `{"op":"sent","request","results":[{"message_id",…} or {"error"}]}`, `{"op":"error","request","error"}`,
      with `request` where a frame that had one is refused as a whole

    A subscription belongs to the key that made it and keeps the filter that it was made with. It has one
    consumer at a time: when another comes, the one before hears `subscription_taken` and is ended. One that
    holds 2,048 events unacknowledged is given no more until it acknowledges.
    """
    name, asked = wanted.subscription, wanted_by(rooms, caller, wanted.session, wanted.type)
    feed = await begin(rooms, caller, name, wanted.after, asked)
    if last_event_id:
        feed.position = rooms.journal.position_of(last_event_id)
    turn = None if name is None else rooms.subscriptions.take_turn(caller.tenant_id, name)
    if wanted.format == "json":
        with turn or nullcontext():
            return await _page(feed, wanted.limit, wanted.wait_s, turn)
    key = request.headers.get("authorization", "").partition(" ")[2]
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    told = stream(feed, rooms.accounts.ended(key), turn)
    return StreamingResponse(told, media_type="text/event-stream", headers=headers)


async def _page(feed: Feed, limit: int, wait_s: float, turn: Turn | None) -> Response:
    events = await feed.take(limit)
    if not events and wait_s > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                coming = feed.next(limit)
                events = await (coming if turn is None else turn.hold(coming))
    body = ",".join(event.wire for event in events)
    content = f'{{"events":[{body}],"next":"{feed.cursor}"}}'
    return Response(content, media_type="application/json")


def _frame(event: Event) -> str:
    return f"id: {event.cursor}\nevent: {event.type}\ndata: {event.wire}\n\n"


async def stream(
    feed: Feed,
    ended: Awaitable[HoldfastError],
    turn: Turn | None,
    frame: Callable[[Event], str] = _frame,
) -> AsyncIterator[str]:
    """Events as they come, each as `frame` writes it, a comment when none do.

    Ends when the key does, when another consumer takes the subscription, or when the database fails.
    """
    endings = [asyncio.ensure_future(ended)]
    if turn is not None:
        endings.append(asyncio.ensure_future(turn.taken()))
    coming = asyncio.ensure_future(feed.next(_PAGE))
    try:
        yield ": connected\n\n"
        while True:
            await asyncio.wait({*endings, coming}, timeout=_BEAT_S, return_when=asyncio.FIRST_COMPLETED)
            for ending in endings:
                if ending.done():
                    raise ending.result()
            if not coming.done():
                yield ": beat\n\n"
                continue
            events = coming.result()
            coming = asyncio.ensure_future(feed.next(_PAGE))
            if events:
                yield "".join(map(frame, events))
    except HoldfastError as refusal:
        yield f"event: error\ndata: {json.dumps(problem_of(refusal))}\n\n"
    finally:
        for task in (*endings, coming):
            task.cancel()
        if turn is not None:
            turn.end()
