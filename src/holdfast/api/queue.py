"""HTTP: what a session still has to send."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from holdfast.api.auth import Reader, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.messages import MessageOut, Ref, message_out
from holdfast.api.paging import PageOut, PageQuery, cut, read_place, write_place
from holdfast.kit.iso import iso_or_none
from holdfast.model.errors import ReachoutLocked

router = APIRouter(prefix="/v1/sessions/{ref}/queue", tags=["messages"])


class QueueOut(PageOut):
    """What waits to be sent, and what holds it up."""

    messages: int = Field(description="messages that are accepted and not sent")
    chats: int = Field(description="chats that they go to")
    since: str | None = Field(description="when the oldest of them was accepted")
    scheduled: int = Field(description="those of them that are for a later time (`not_before`)")
    reachout_locked_until: str | None = Field(
        description="until then WhatsApp lets this number begin no new chats; null: it may"
    )
    sentence: str = Field(description="for a person; empty when nothing is held up")
    next_step: str
    waiting: list[MessageOut] = Field(description="one page of them, in the order of acceptance")


@router.get("", summary="What waits to be sent", responses=refusals(400, 404))
async def show_queue(
    rooms: TheRooms, caller: Reader, ref: Ref, wanted: Annotated[PageQuery, Query()]
) -> QueueOut:
    """What waits, also while the number is logged out, and what it waits for."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    place = read_place(wanted.after)
    found = await rooms.messages.queued(session.session_id, after=place, limit=wanted.limit + 1)
    page, last = cut(found, wanted.limit)
    it = await rooms.outbox.waiting(session.session_id)
    lock = None if it.locked_until_ms is None else ReachoutLocked()
    return QueueOut(
        messages=it.messages,
        chats=it.chats,
        since=iso_or_none(it.since_ms),
        scheduled=it.scheduled,
        reachout_locked_until=iso_or_none(it.locked_until_ms),
        sentence="" if lock is None else lock.message,
        next_step="" if lock is None else lock.next_step,
        waiting=[message_out(each) for each in page],
        next=write_place(last.order_no) if last else None,
    )
