"""HTTP: finding messages by their words."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from holdfast.api.auth import Reader, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.messages import MessageOut, Ref, message_out
from holdfast.api.paging import PageOut, PageQuery, read_place, write_place
from holdfast.search import Found, Where

router = APIRouter(prefix="/v1", tags=["chats"])

_REFUSED: Final = refusals(400, 404, 422)


class SearchQuery(PageQuery):
    """What to look for."""

    q: str = Field(
        description='all of these words, each the beginning of one; "words in quotes" stand side by side',
        max_length=10_000,
    )
    limit: int = Field(50, ge=1, le=200)


class ChatSearchQuery(SearchQuery):
    """The same, in one chat if it is named."""

    chat: str | None = Field(None, description="only this chat: number or JID", max_length=128)


class FoundOut(PageOut):
    """One page, the newest first."""

    messages: list[MessageOut] = Field(description="show one in its chat with `around` its message id")
    complete: bool = Field(description="false while older messages are still on their way into the index")


@router.get("/sessions/{ref}/search", summary="Search the messages of a session", responses=_REFUSED)
async def search_session(
    rooms: TheRooms, caller: Reader, ref: Ref, wanted: Annotated[ChatSearchQuery, Query()]
) -> FoundOut:
    """Texts, captions, file names, polls, places, contacts and events, of both directions. Small and capital
    letters are the same, accents do not matter. What was edited is found by its last words.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    where = Where(caller.tenant_id, session.session_id, wanted.chat)
    return _found_out(await rooms.search.find(wanted.q, where, before=_before(wanted), limit=wanted.limit))


@router.get("/search", summary="Search the messages of every session", responses=_REFUSED)
async def search_everything(
    rooms: TheRooms, caller: Reader, wanted: Annotated[SearchQuery, Query()]
) -> FoundOut:
    """The same over all sessions; `session_id` tells whose a message is."""
    where = Where(caller.tenant_id)
    return _found_out(await rooms.search.find(wanted.q, where, before=_before(wanted), limit=wanted.limit))


def _before(wanted: SearchQuery) -> int | None:
    return read_place(wanted.after) if wanted.after else None


def _found_out(it: Found) -> FoundOut:
    return FoundOut(
        messages=[message_out(each) for each in it.messages],
        next=None if it.next is None else write_place(it.next),
        complete=it.complete,
    )
