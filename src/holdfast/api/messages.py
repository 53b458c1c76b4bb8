"""HTTP: send messages, see what was received and what became of what was sent."""

import base64
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, status
from pydantic import BaseModel, Field

from holdfast.api.auth import Reader, Sender, TheRooms
from holdfast.api.bodies import Moment
from holdfast.api.contents import ContentOut, content_out
from holdfast.api.errors import refusals
from holdfast.api.mentions import check_mentions
from holdfast.api.paging import PageOut, PageQuery, cut, read_place, write_place
from holdfast.api.sending import Wanted
from holdfast.kit.iso import iso, iso_or_none
from holdfast.messages import Direction, Message, MessageFile
from holdfast.model.errors import HoldfastError
from holdfast.model.events import ErrorNote, SendStatus
from holdfast.model.media import FileState
from holdfast.model.words import of_error

router = APIRouter(prefix="/v1/sessions/{ref}/messages", tags=["messages"])

Ref = Annotated[str, Path(description="the session: id, name or its phone number", max_length=128)]


class ErrorNoteOut(BaseModel):
    """Why a message failed, or why its last attempt did."""

    code: str
    message: str
    detail: str = Field(description="what WhatsApp or the engine said beside it")


class SentOut(BaseModel):
    """A message that was accepted: it is durable and has its id."""

    message_id: str
    session_id: str
    to: str = Field(description="the JID it goes to")
    status: SendStatus
    accepted_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None
    read_at: Moment | None
    delivered_to: int = Field(description="recipients who have it; in a group the status stays `sent`")
    read_by: int = Field(description="recipients who have read it")
    attempts: int = Field(description="attempts so far, while it waits")
    next_attempt_at: Moment | None
    not_before: str | None
    expires_at: Moment | None
    error: ErrorNoteOut | None


class FileOut(BaseModel):
    """The file of a message, and where it stands."""

    media_id: str = Field(description="GET /v1/media/{media_id} once it is stored")
    state: FileState
    error: ErrorNoteOut | None


class MessageOut(BaseModel):
    """A message, received or sent. What is null does not apply to its direction."""

    direction: Direction
    message_id: str
    session_id: str
    chat: str
    sender: str
    from_me: bool
    group: bool
    content: ContentOut
    timestamp: str
    push_name: str
    quoted_id: str | None
    mentions: list[str]
    forwarded: int
    view_once: bool
    disappearing_s: int
    event_id: str | None
    sent: SentOut | None = Field(description="what became of a message that Holdfast sends")
    file: FileOut | None = Field(description="null for a message that names no file")
    history: bool = Field(description="it was said before the number was linked; no event told of it")
    raw_base64: str | None = Field(None, description="WhatsApp's own protobuf; when one message is shown")


class MessagesOut(PageOut):
    """One page, oldest first."""

    messages: list[MessageOut]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Send a message",
    responses=refusals(400, 404, 409, 413, 422),
)
async def send(
    rooms: TheRooms,
    caller: Sender,
    ref: Ref,
    body: Wanted,
    idempotency_key: Annotated[
        str | None, Header(description="repeat a request with the same key: it is sent once", max_length=256)
    ] = None,
) -> SentOut:
    """Accepted means durable: it goes out in its chat's order once the session is connected, with this id.

    Its way is told by events `message.status`: sent, delivered, read, or failed.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await check_mentions(rooms, session, body)
    request = body.request(session, idempotency_key)
    (answer,) = await rooms.outbox.accept_many([request])
    if isinstance(answer, HoldfastError):
        raise answer
    return sent_out(answer)


class ListQuery(PageQuery):
    """Which messages."""

    chat: str | None = Field(None, description="only this chat: number or JID, either name of a person")
    direction: Direction | None = Field(None, description="only received, or only sent ones")


@router.get("", summary="List messages", responses=refusals(400, 404))
async def list_messages(
    rooms: TheRooms, caller: Reader, ref: Ref, wanted: Annotated[ListQuery, Query()]
) -> MessagesOut:
    """Received and sent messages, in the order in which Holdfast took them, oldest first."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.messages.page(
        session.session_id,
        chat=wanted.chat,
        direction=wanted.direction,
        after=read_place(wanted.after),
        limit=wanted.limit + 1,
    )
    page, last = cut(found, wanted.limit)
    return MessagesOut(
        messages=[message_out(each) for each in page], next=write_place(last.order_no) if last else None
    )


@router.get("/{message_id}", summary="Show a message", responses=refusals(404))
async def show_message(
    rooms: TheRooms, caller: Reader, ref: Ref, message_id: Annotated[str, Path(max_length=256)]
) -> MessageOut:
    """One message with WhatsApp's own protobuf."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.messages.get(session.session_id, message_id)
    return message_out(found).model_copy(update={"raw_base64": base64.b64encode(found.raw).decode()})


class FetchOut(BaseModel):
    """Where the file stands now."""

    state: FileState


@router.post(
    "/{message_id}/file",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Fetch its file",
    responses=refusals(404, 409, 410),
)
async def fetch_file(
    rooms: TheRooms, caller: Sender, ref: Ref, message_id: Annotated[str, Path(max_length=256)]
) -> FetchOut:
    """Whatever the session's policy says, and also when it was given up before. An event `message.file`
    follows.

    When WhatsApp has dropped it, the phone is asked for it.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return FetchOut(state=await rooms.fetcher.request(session.session_id, message_id))


@router.post("/{message_id}/cancel", summary="Cancel a message that waits", responses=refusals(404, 409))
async def cancel_message(
    rooms: TheRooms, caller: Sender, ref: Ref, message_id: Annotated[str, Path(max_length=256)]
) -> SentOut:
    """It fails with `cancelled`, and so does what is about it. Again: the same answer.

    409 `not_cancellable` when it is on its way, may have reached WhatsApp, or is there already.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.outbox.cancel(session.session_id, message_id)
    return sent_out(await rooms.messages.get(session.session_id, message_id))


def sent_out(message: Message) -> SentOut:
    """A message of ours as it stands."""
    it = message.outgoing
    assert it is not None
    return SentOut.model_construct(
        message_id=message.message_id,
        session_id=message.session_id,
        to=it.to,
        status=it.status,
        accepted_at=iso(it.accepted_at_ms),
        sent_at=iso_or_none(it.sent_at_ms),
        delivered_at=iso_or_none(it.delivered_at_ms),
        read_at=iso_or_none(it.read_at_ms),
        delivered_to=it.delivered_to,
        read_by=it.read_by,
        attempts=it.attempts,
        next_attempt_at=iso_or_none(it.next_at_ms),
        not_before=iso_or_none(it.not_before_ms),
        expires_at=iso_or_none(it.expires_at_ms),
        error=None if it.error is None else _error(it.error),
    )


def message_out(message: Message) -> MessageOut:
    """A message in a list."""
    return MessageOut(
        direction=message.direction,
        message_id=message.message_id,
        session_id=message.session_id,
        chat=message.chat,
        sender=message.sender,
        from_me=message.from_me,
        group=message.group,
        content=content_out(message.content),
        timestamp=iso(message.timestamp_ms),
        push_name=message.push_name,
        **asdict(message.attributes),
        event_id=message.event_id,
        sent=None if message.outgoing is None else sent_out(message),
        file=None if message.file is None else _file_out(message.file),
        history=message.history_place is not None,
    )


def _file_out(file: MessageFile) -> FileOut:
    error = None if file.error is None else _error(ErrorNote(file.error))
    return FileOut(media_id=file.media_id, state=file.state, error=error)


def _error(note: ErrorNote) -> ErrorNoteOut:
    return ErrorNoteOut(
        code=note.code, message=note.detail or of_error(note.code).sentence, detail=note.detail
    )
