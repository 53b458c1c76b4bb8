"""HTTP: the chats of a session, and their messages from either end."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from holdfast.api.auth import Reader, Sender, TheRooms
from holdfast.api.bodies import Moment
from holdfast.api.errors import refusals
from holdfast.api.messages import MessageOut, Ref, message_out
from holdfast.api.paging import (
    PageOut,
    PageQuery,
    cut,
    read_chat_place,
    read_window_place,
    write_chat_place,
    write_window_place,
)
from holdfast.chats import Chat, Label, Wanted
from holdfast.kit.iso import iso_or_none
from holdfast.messages import ChatWindows, Window
from holdfast.model.errors import RequestInvalid

router = APIRouter(prefix="/v1/sessions/{ref}/chats", tags=["chats"])
labels_router = APIRouter(prefix="/v1/sessions/{ref}/labels", tags=["chats"])

ChatName = Annotated[str, Path(description="a number, a JID or the `chat` of an event", max_length=128)]
_REFUSED: Final = refusals(400, 404, 422)
_ASKS: Final = refusals(400, 404, 409, 422, 429, 502, 504)


class LabelOut(BaseModel):
    """A label of a business account."""

    label_id: str
    name: str = Field(description="empty while the phone has not told of it")
    color: int = Field(description="WhatsApp's number of the colour")


class LabelsOut(BaseModel):
    """Every label, by name."""

    labels: list[LabelOut]


class ChatOut(BaseModel):
    """A chat."""

    chat: str = Field(description="its JID: the LID of a person where that is known")
    phone: str | None = Field(description="the person's number, where it is known")
    group: bool
    name: str = Field(description="subject or name in the address book, what they call themself, or number")
    unread: int = Field(description="messages that neither this side nor the phone has read")
    archived: bool
    muted_until: str | None = Field(description="null when notifications are on")
    last_at: Moment | None = Field(description="when the last message was sent; null where there is none")
    last_message: MessageOut | None = Field(description="null where there is none any more")
    labels: list[LabelOut] = Field(description="what the phone has labelled it with, by name")


class ChatsOut(PageOut):
    """One page, newest first."""

    chats: list[ChatOut]


class ChatsQuery(PageQuery):
    """Which chats."""

    archived: bool | None = Field(None, description="only archived ones, or only others")
    unread: bool = Field(False, description="only those with unread messages")
    limit: int = Field(50, ge=1, le=200)


class WindowOut(BaseModel):
    """A piece of a chat, oldest first."""

    messages: list[MessageOut]
    previous: str | None = Field(description="give it as `before` for what is older; null when nothing is")
    next: str | None = Field(description="give it as `after` for what is newer; null when nothing is, so far")


class WindowQuery(PageQuery):
    """Which piece; without a place the newest one."""

    before: str | None = Field(None, description="`previous` of another piece", max_length=512)
    after: str | None = Field(None, description="`next` of another piece", max_length=512)
    around: str | None = Field(
        None, description="a message id, which then stands in the middle", max_length=256
    )
    limit: int = Field(50, ge=1, le=500)


class ChatReadOut(BaseModel):
    """What became of marking a chat as read."""

    told: int = Field(description="how many messages their senders are told about")


class OlderIn(BaseModel):
    """How much of before is wanted."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(50, ge=1, le=500, description="phones hand over some 50 at a time")


class OlderOut(BaseModel):
    """What the phone was asked for."""

    before: str = Field(description="the id of the message before which it is asked for more")


@router.get("", summary="List chats", responses=_REFUSED)
async def list_chats(
    rooms: TheRooms, caller: Reader, ref: Ref, wanted: Annotated[ChatsQuery, Query()]
) -> ChatsOut:
    """People and groups that something was said with, the newest first. A person is one chat, whichever name
    their messages came under.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    place = read_chat_place(wanted.after)
    found = await rooms.chats.page(session, Wanted(wanted.archived, wanted.unread, place, wanted.limit + 1))
    page, last = cut(found, wanted.limit)
    return ChatsOut(
        chats=[chat_out(each) for each in page], next=write_chat_place(last.place) if last else None
    )


@labels_router.get("", summary="List labels", responses=refusals(404))
async def list_labels(rooms: TheRooms, caller: Reader, ref: Ref) -> LabelsOut:
    """Of a business account, as far as its phone has told of them. They are made and changed on the phone."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return LabelsOut(labels=[label_out(each) for each in await rooms.chats.labels(session)])


@router.get("/{chat}", summary="Show a chat", responses=_REFUSED)
async def show_chat(rooms: TheRooms, caller: Reader, ref: Ref, chat: ChatName) -> ChatOut:
    """One chat; an empty one where nothing was said yet."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return chat_out(await rooms.chats.get(session, chat))


@router.get("/{chat}/messages", summary="Page through a chat", responses=_REFUSED)
async def chat_messages(
    rooms: TheRooms, caller: Reader, ref: Ref, chat: ChatName, wanted: Annotated[WindowQuery, Query()]
) -> WindowOut:
    """The newest messages, and from there backwards and forwards; or those around one of them.

    What was said before the number was linked is among them, as far as the phone handed it over (`history`).
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    if sum(it is not None for it in (wanted.before, wanted.after, wanted.around)) > 1:
        raise RequestInvalid("Name one of `before`, `after` and `around`")
    return window_out(await rooms.chats.messages(session, chat, lambda windows: _look(windows, wanted)))


@router.post("/{chat}/read", summary="Mark a chat as read", responses=_ASKS)
async def mark_chat_read(rooms: TheRooms, caller: Sender, ref: Ref, chat: ChatName) -> ChatReadOut:
    """Its senders see the blue ticks, unless the number's privacy settings hide them. Idempotent.

    Where they cannot be told, because the session is not connected, everything stays unread.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return ChatReadOut(told=await rooms.chats.mark_read(session, chat))


@router.post("/{chat}/history", status_code=202, summary="Ask the phone for older messages", responses=_ASKS)
async def ask_older(rooms: TheRooms, caller: Sender, ref: Ref, chat: ChatName, body: OlderIn) -> OlderOut:
    """Best effort: the phone must be online, and hands over what it wants to, some seconds later, or nothing.

    What it hands over is told by a `notice.received` of kind `history` and then stands in the chat, with
    `history`. Asked again before that, it is the same piece.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return OlderOut(before=await rooms.chats.ask_older(session, chat, body.count))


def chat_out(it: Chat) -> ChatOut:
    """A chat in a list."""
    return ChatOut(
        chat=it.row.chat,
        phone=it.phone,
        group=it.row.group,
        name=it.name,
        unread=it.row.unread,
        archived=it.row.archived,
        muted_until=iso_or_none(it.row.muted_until_ms),
        last_at=iso_or_none(it.row.last_at_ms),
        last_message=None if it.last is None else message_out(it.last),
        labels=[label_out(each) for each in it.labels],
    )


def label_out(it: Label) -> LabelOut:
    """A label, by itself or of a chat."""
    return LabelOut(label_id=it.label_id, name=it.name, color=it.color)


def window_out(it: Window) -> WindowOut:
    """A piece of a chat."""
    return WindowOut(
        messages=[message_out(each) for each in it.messages],
        previous=None if it.older is None else write_window_place(it.older),
        next=None if it.newer is None else write_window_place(it.newer),
    )


def _look(windows: ChatWindows, wanted: WindowQuery) -> Window:
    if wanted.around is not None:
        return windows.around(wanted.around, wanted.limit)
    if wanted.after is not None:
        return windows.after(read_window_place(wanted.after), wanted.limit)
    if wanted.before is not None:
        return windows.before(read_window_place(wanted.before), wanted.limit)
    return windows.newest(wanted.limit)
