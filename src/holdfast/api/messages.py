"""HTTP: send messages, see what was received and what became of what was sent."""

import base64
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, status
from pydantic import BaseModel, Field

from holdfast.api.auth import Behind, Reader, Sender
from holdfast.api.errors import refusals
from holdfast.api.paging import Place
from holdfast.inbox import StoredMessage
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.errors import UnknownMessage
from holdfast.model.events import SendStatus
from holdfast.outbox import OutboxRow
from holdfast.outbox.acceptance import LONGEST_TEXT

router = APIRouter(prefix="/v1/sessions/{ref}/messages", tags=["messages"])

Ref = Annotated[str, Path(description="the session: id, name or own phone number", max_length=128)]
Direction = Literal["in", "out"]


class SendIn(BaseModel):
    """A text message to send."""

    to: str = Field(
        description="a number with country code (+4915112345678), a JID, or the `chat` of an event",
        examples=["+4915112345678"],
    )
    text: str = Field(description=f"1 to {LONGEST_TEXT:,} characters")


class ErrorNote(BaseModel):
    """Why a message failed, or why its last attempt did."""

    code: str
    message: str


class SentOut(BaseModel):
    """A message that was accepted: it is durable and has its id."""

    message_id: str
    session_id: str
    to: str = Field(description="the JID it goes to")
    status: SendStatus
    accepted_at: str
    sent_at: str | None
    delivered_at: str | None
    read_at: str | None
    attempts: int
    next_attempt_at: str | None
    error: ErrorNote | None


class MessageOut(BaseModel):
    """A message, received or sent. What is null does not apply to its direction."""

    direction: Direction
    message_id: str
    session_id: str
    chat: str
    sender: str | None = None
    to: str | None = None
    from_me: bool
    group: bool
    kind: str
    text: str
    timestamp: str
    push_name: str | None = None
    quoted_id: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict, description="what belongs to this kind")
    event_id: str | None = None
    status: SendStatus | None = None
    accepted_at: str | None = None
    sent_at: str | None = None
    delivered_at: str | None = None
    read_at: str | None = None
    error: ErrorNote | None = None
    raw_base64: str | None = Field(None, description="WhatsApp's own protobuf; when one message is shown")


class MessagesOut(BaseModel):
    """One page, oldest first."""

    messages: list[MessageOut]
    next: str | None = Field(description="give it as `after` for the next page; null when this was the last")


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Send a message",
    responses=refusals(400, 404, 409, 413, 422),
)
async def send(
    rooms: Behind,
    caller: Sender,
    ref: Ref,
    body: SendIn,
    idempotency_key: Annotated[
        str | None, Header(description="repeat a request with the same key: it is sent once", max_length=256)
    ] = None,
) -> SentOut:
    """Accepted means durable: it goes out in its chat's order once the session is connected, with this id.

    Its way is told by events `message.status`: sent, delivered, read, or failed.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return sent_out(await rooms.outbox.accept(session, body.to, body.text, idempotency_key))


class ListQuery(BaseModel):
    """Which messages."""

    chat: str | None = Field(None, description="only this chat: number or JID, either name of a person")
    direction: Direction | None = Field(None, description="only received, or only sent ones")
    after: str | None = Field(None, description="`next` of the page before")
    limit: int = Field(100, ge=1, le=500)


@router.get("", summary="List messages", responses=refusals(400, 404))
async def list_messages(
    rooms: Behind, caller: Reader, ref: Ref, wanted: Annotated[ListQuery, Query()]
) -> MessagesOut:
    """Received and sent messages, by the time at which Holdfast took them, oldest first."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    place = Place.read(wanted.after)
    since = (place.at_ms, place.message_id)
    found: list[tuple[Place, MessageOut]] = []
    if wanted.direction != "out":
        received = await rooms.inbox.page(session.session_id, wanted.chat, since, wanted.limit + 1)
        found += [(Place(each.received_at_ms, each.message_id), received_out(each)) for each in received]
    if wanted.direction != "in":
        sent = await rooms.outbox.page(session.session_id, wanted.chat, since, wanted.limit + 1)
        found += [(Place(each.accepted_at_ms, each.message_id), outgoing_out(each)) for each in sent]
    found.sort(key=lambda each: each[0])
    more = len(found) > wanted.limit
    page = found[: wanted.limit]
    return MessagesOut(
        messages=[message for _, message in page], next=page[-1][0].write() if more and page else None
    )


@router.get("/{message_id}", summary="Show a message", responses=refusals(404))
async def show_message(
    rooms: Behind, caller: Reader, ref: Ref, message_id: Annotated[str, Path(max_length=256)]
) -> MessageOut:
    """One message with WhatsApp's own protobuf."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    try:
        row = await rooms.outbox.get(session.session_id, message_id)
    except UnknownMessage:
        stored = await rooms.inbox.get(session.session_id, message_id)
        return received_out(stored).model_copy(update={"raw_base64": base64.b64encode(stored.raw).decode()})
    raw = base64.b64encode(row.message).decode() if row.message else None
    return outgoing_out(row).model_copy(update={"raw_base64": raw})


def sent_out(row: OutboxRow) -> SentOut:
    """An accepted message as it stands."""
    return SentOut.model_construct(
        message_id=row.message_id,
        session_id=row.session_id,
        to=row.to_jid,
        status=row.status,
        accepted_at=iso(row.accepted_at_ms),
        sent_at=iso_or_none(row.sent_at_ms),
        delivered_at=iso_or_none(row.delivered_at_ms),
        read_at=iso_or_none(row.read_at_ms),
        attempts=row.attempts,
        next_attempt_at=iso_or_none(row.next_at_ms),
        error=_error(row),
    )


def outgoing_out(row: OutboxRow) -> MessageOut:
    """A sent message in a list."""
    return MessageOut(
        direction="out",
        message_id=row.message_id,
        session_id=row.session_id,
        chat=row.chat,
        to=row.to_jid,
        from_me=True,
        group=row.to_jid.endswith("@g.us"),
        kind="text",
        text=row.text,
        timestamp=iso(row.sent_at_ms or row.accepted_at_ms),
        status=row.status,
        accepted_at=iso(row.accepted_at_ms),
        sent_at=iso_or_none(row.sent_at_ms),
        delivered_at=iso_or_none(row.delivered_at_ms),
        read_at=iso_or_none(row.read_at_ms),
        error=_error(row),
    )


def received_out(stored: StoredMessage) -> MessageOut:
    """A received message in a list."""
    body: Mapping[str, Any] = json.loads(stored.body_json)
    return MessageOut(
        direction="in",
        message_id=stored.message_id,
        session_id=stored.session_id,
        chat=stored.chat,
        sender=stored.sender,
        from_me=stored.from_me,
        group=stored.group,
        kind=stored.kind,
        text=stored.text,
        timestamp=iso(stored.timestamp_ms),
        push_name=stored.push_name,
        quoted_id=body.get("quoted_id"),
        fields={k: v for k, v in (body.get("content") or {}).items() if k not in ("kind", "text")},
        event_id=stored.event_id,
    )


def _error(row: OutboxRow) -> ErrorNote | None:
    if row.error_code is None:
        return None
    return ErrorNote(code=row.error_code, message=row.error or row.error_code)
