"""HTTP: events after a cursor, as one page or as a stream; subscriptions and their acknowledgements."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from holdfast.accounts import Accounts
from holdfast.api.auth import Behind, Reader
from holdfast.api.errors import body_of, refusals
from holdfast.api.rooms import Rooms
from holdfast.api.shapes import EventOut
from holdfast.delivery import Feed
from holdfast.journal import Event, Filter, encode_cursor
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.errors import HoldfastError, RequestInvalid
from holdfast.model.events import EventType
from holdfast.model.ids import TenantId
from holdfast.model.seams import SessionDirectory

router = APIRouter(prefix="/v1", tags=["events"])

#: A silent stream says so this often, so that both ends notice when the other is gone.
_BEAT_S: Final = 15.0
_PAGE: Final = 256
_TYPES: Final = frozenset(EventType)


class EventsOut(BaseModel):
    """One page, possibly empty."""

    events: list[EventOut]
    next: str = Field(description="give it as `after` for what comes then")


class AckIn(BaseModel):
    """How far a consumer is."""

    cursor: str = Field(description="everything up to this event is done", max_length=64)


class SubscriptionOut(BaseModel):
    """A consumer's place, remembered by its name."""

    name: str
    cursor: str
    created_at: str
    acked_at: str | None


class SubscriptionsOut(BaseModel):
    """Every subscription of the tenant."""

    subscriptions: list[SubscriptionOut]


class EventsQuery(BaseModel):
    """Which events, from where, in which form."""

    after: str | None = Field(
        None, description="a cursor; empty: from the beginning; absent: from now on", max_length=64
    )
    session: list[str] = Field(default=[], description="only these sessions: ids, names or numbers")
    type: list[str] = Field(default=[], description="only these types")
    subscription: str | None = Field(
        None, description="continue where this consumer acknowledged; made when there is none"
    )
    format: Literal["sse", "json"] = Field("sse", description="sse: a stream without end; json: one page")
    limit: int = Field(100, ge=1, le=1000, description="events in a page of json")
    wait_s: float = Field(0, ge=0, le=30, description="json: how long to wait for the first event")


def make_filter(
    directory: SessionDirectory,
    tenant_id: TenantId,
    sessions: Sequence[str] | None,
    types: Sequence[str] | None,
) -> Filter:
    """The filter that a consumer asks for. Empty means everything. Raises UnknownSession, RequestInvalid."""
    unknown = sorted(set(types or ()) - _TYPES)
    if unknown:
        raise RequestInvalid(f"There is no event type {unknown[0]!r}; there are {', '.join(sorted(_TYPES))}")
    ids = frozenset(directory.resolve(tenant_id, ref).session_id for ref in sessions or ())
    return Filter(tenant_id, ids or None, frozenset(types or ()) or None)


async def begin(rooms: Rooms, tenant_id: TenantId, name: str | None, after: str | None) -> int:
    """Where a consumer starts. Raises CursorInvalid, RequestInvalid, StoreUnavailable."""
    if name is not None:
        return await rooms.subscriptions.open(tenant_id, name, after)
    return rooms.journal.head if after is None else rooms.subscriptions.position_of(after)


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
    rooms: Behind,
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
      `{"op":"sent","request","results":[{"message_id",…} or {"error"}]}`, `{"op":"error","error"}`

    A subscription that holds 2,048 events unacknowledged is given no more until it acknowledges.
    """
    chosen = make_filter(rooms.directory, caller.tenant_id, wanted.session, wanted.type)
    if last_event_id:
        position = rooms.subscriptions.position_of(last_event_id)
    else:
        position = await begin(rooms, caller.tenant_id, wanted.subscription, wanted.after)
    feed = Feed(rooms.journal, chosen, position)
    if wanted.format == "json":
        return await _page(feed, wanted.limit, wanted.wait_s)
    key = request.headers.get("authorization", "").partition(" ")[2]
    stream = _stream(feed, rooms.accounts, key)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/subscriptions", summary="List subscriptions", responses=refusals())
async def list_subscriptions(rooms: Behind, caller: Reader) -> SubscriptionsOut:
    """Every consumer with a name, and where it stands."""
    return SubscriptionsOut(
        subscriptions=[
            SubscriptionOut(
                name=each.name,
                cursor=encode_cursor(each.position),
                created_at=iso(each.created_at_ms),
                acked_at=iso_or_none(each.acked_at_ms),
            )
            for each in await rooms.subscriptions.list(caller.tenant_id)
        ]
    )


@router.post(
    "/subscriptions/{name}/ack", status_code=204, summary="Acknowledge", responses=refusals(400, 404)
)
async def ack(rooms: Behind, caller: Reader, name: Annotated[str, Path(max_length=128)], body: AckIn) -> None:
    """Everything up to this cursor is done: the consumer's next connection goes on behind it."""
    position = rooms.subscriptions.position_of(body.cursor)
    await rooms.subscriptions.ack(caller.tenant_id, name, position)


async def _page(feed: Feed, limit: int, wait_s: float) -> Response:
    events = await feed.take(limit)
    if not events and wait_s > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                events = await feed.next(limit)
    body = ",".join(event.wire for event in events)
    content = f'{{"events":[{body}],"next":"{encode_cursor(feed.position)}"}}'
    return Response(content, media_type="application/json")


async def _stream(feed: Feed, accounts: Accounts, key: str) -> AsyncIterator[str]:
    """Events as they come, a comment when none do. Ends when the key does, or when the database fails."""
    yield ": connected\n\n"
    ended = asyncio.ensure_future(accounts.ended(key))
    coming = asyncio.ensure_future(feed.next(_PAGE))
    try:
        while True:
            await asyncio.wait({ended, coming}, timeout=_BEAT_S, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise ended.result()
            if not coming.done():
                yield ": beat\n\n"
                continue
            events = coming.result()
            coming = asyncio.ensure_future(feed.next(_PAGE))
            if events:
                yield "".join(_frame(event) for event in events)
    except HoldfastError as refusal:
        yield f"event: error\ndata: {json.dumps(body_of(refusal))}\n\n"
    finally:
        ended.cancel()
        coming.cancel()


def _frame(event: Event) -> str:
    return f"id: {event.cursor}\nevent: {event.type}\ndata: {event.wire}\n\n"
