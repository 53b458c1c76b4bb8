"""HTTP: which chats a human has taken over from the bots, and what bots remember."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from holdfast.api.auth import Reader, Sender, TheRooms
from holdfast.api.bodies import Body, Moment, ms_or_none
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.address import parse_recipient
from holdfast.model.errors import RecipientInvalid
from holdfast.model.ids import TenantId
from holdfast.steps import ChatRef, HandOver

router = APIRouter(prefix="/v1/sessions/{ref}", tags=["bots"])

Ref = Annotated[str, Path(description="the session: id, name or its phone number", max_length=128)]
Chat = Annotated[str, Path(description="a number with country code, or a JID", max_length=256)]
_MOST = 500


class HandOverBody(Body):
    """What the human who takes over says."""

    note: str = Field("", max_length=1000)
    until: AwareDatetime | None = Field(None, description="the bots have it again then; null: when told")


class HeldChatOut(BaseModel):
    """A chat that is with a human."""

    chat: str
    by: str = Field(description="`bot:<name>`, or the id of the key that took it")
    note: str
    since: str
    until: str | None


class HandoversOut(BaseModel):
    """Every chat of the session that is with a human."""

    handovers: list[HeldChatOut]


class ReminderOut(BaseModel):
    """What a bot will be reminded of."""

    bot: str
    chat: str
    name: str
    due_at: Moment


class RemindersOut(BaseModel):
    """The reminders of a session's bots, by time."""

    reminders: list[ReminderOut]


class StateOut(BaseModel):
    """What a bot remembers of a chat."""

    bot: str
    chat: str
    version: int = Field(description="rises with every step that changes it; 0: nothing, ever")
    data: dict[str, object]
    handed_over: bool = Field(description="the chat is with a human")


@router.get("/handovers", summary="List chats that are with a human", responses=refusals(404))
async def list_handovers(rooms: TheRooms, caller: Reader, ref: Ref) -> HandoversOut:
    """Bots are silent in these."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    held = await rooms.steps.handovers.list(session)
    return HandoversOut(
        handovers=[
            HeldChatOut(
                chat=it.chat,
                by=it.by,
                note=it.note,
                since=iso(it.since_ms),
                until=iso_or_none(it.until_ms),
            )
            for it in held
        ]
    )


@router.put(
    "/handovers/{chat}", status_code=204, summary="Take a chat over", responses=refusals(400, 404, 422)
)
async def take_over(rooms: TheRooms, caller: Sender, ref: Ref, chat: Chat, body: HandOverBody) -> None:
    """From now on the bots are silent in it. Again: with another note or time."""
    at = _at(rooms, caller.tenant_id, ref, chat)
    await rooms.steps.handovers.take_over(
        at, caller.key_id, HandOver(body.note, ms_or_none("until", body.until))
    )


@router.delete("/handovers/{chat}", status_code=204, summary="Give a chat back", responses=refusals(404, 422))
async def give_back(rooms: TheRooms, caller: Sender, ref: Ref, chat: Chat) -> None:
    """The bots have it again. Harmless where they have."""
    await rooms.steps.handovers.give_back(_at(rooms, caller.tenant_id, ref, chat), caller.key_id)


@router.get("/reminders", summary="List reminders", responses=refusals(404))
async def list_reminders(
    rooms: TheRooms, caller: Reader, ref: Ref, limit: Annotated[int, Query(ge=1, le=_MOST)] = 100
) -> RemindersOut:
    """What bots will be reminded of, the next first."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.steps.reminders.list(session, limit)
    return RemindersOut(
        reminders=[ReminderOut(bot=it.bot, chat=it.chat, name=it.name, due_at=iso(it.due_ms)) for it in found]
    )


@router.get("/states/{bot}/{chat}", summary="Show what a bot remembers", responses=refusals(404, 422))
async def show_state(
    rooms: TheRooms, caller: Reader, ref: Ref, bot: Annotated[str, Path(max_length=128)], chat: Chat
) -> StateOut:
    """As the bot's last step in this chat left it."""
    at = _at(rooms, caller.tenant_id, ref, chat)
    (found,) = await rooms.steps.states([at], bot)
    return StateOut(
        bot=bot, chat=at.chat, version=found.version, data=dict(found.data), handed_over=found.handed_over
    )


@router.delete(
    "/states/{bot}/{chat}",
    status_code=204,
    summary="Have a bot forget a chat",
    responses=refusals(404, 422),
)
async def forget_state(
    rooms: TheRooms, caller: Sender, ref: Ref, bot: Annotated[str, Path(max_length=128)], chat: Chat
) -> None:
    """Its next message finds no state. Harmless to repeat."""
    await rooms.steps.forget(_at(rooms, caller.tenant_id, ref, chat), bot)


def _at(rooms: Rooms, tenant_id: TenantId, ref: str, chat: str) -> ChatRef:
    session = rooms.directory.resolve(tenant_id, ref)
    jid = parse_recipient(chat)
    if jid is None:
        raise RecipientInvalid
    return ChatRef(session, jid)
