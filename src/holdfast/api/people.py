"""HTTP: people, the session's own profile, and what others see of it. Every call asks WhatsApp."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from holdfast.api.auth import Admin, Reader, Sender, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.groups import MemberOut, member_out
from holdfast.api.pictures import BODY, Jpeg, PictureSetOut
from holdfast.engine import Activity, OwnProfile
from holdfast.model.address import phone_of

router = APIRouter(prefix="/v1/sessions/{ref}", tags=["people"])

Ref = Annotated[str, Path(description="the session: id, name or its phone number", max_length=128)]
Person = Annotated[str, Path(description="a number with country code, or a JID", max_length=128)]
_REFUSED: Final = refusals(400, 404, 409, 422, 429, 502, 504)
_DONE: Final = status.HTTP_204_NO_CONTENT


class CheckedOut(BaseModel):
    """Whether one number is on WhatsApp."""

    number: str = Field(description="as it was asked, digits")
    on_whatsapp: bool
    jid: str | None = Field(description="where to write to: WhatsApp may spell the number otherwise")
    lid: str | None


class CheckOut(BaseModel):
    """The numbers in the order of asking."""

    numbers: list[CheckedOut]


class PictureOut(BaseModel):
    """The picture of a person or group."""

    id: str
    url: str = Field(description="at WhatsApp's; it expires after some days")


class AboutOut(BaseModel):
    """What a person says about themselves."""

    about: str = Field(description="empty if nothing, or if it is hidden")


class ProfileOut(BaseModel):
    """The session's number as others see it."""

    jid: str
    phone: str | None
    lid: str | None
    name: str
    about: str
    picture_id: str | None


class ProfileIn(BaseModel):
    """What is changed; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    about: str | None = None


class BlockedOut(BaseModel):
    """Whom the number has blocked."""

    blocked: list[MemberOut]


class PresenceIn(BaseModel):
    """Whether the number is seen online."""

    model_config = ConfigDict(extra="forbid")

    available: bool


class ActivityIn(BaseModel):
    """What this side does in a chat."""

    model_config = ConfigDict(extra="forbid")

    activity: Activity


class ReadIn(BaseModel):
    """Received messages that were read."""

    model_config = ConfigDict(extra="forbid")

    message_ids: list[str] = Field(min_length=1, max_length=500)


class ReadOut(BaseModel):
    """How many of them their senders are told about."""

    told: int


class RejectIn(BaseModel):
    """Who calls, as the event names them."""

    model_config = ConfigDict(extra="forbid")

    caller: str = Field(max_length=128)


@router.get("/check", summary="Ask whether numbers are on WhatsApp", responses=_REFUSED)
async def check(
    rooms: TheRooms,
    caller: Reader,
    ref: Ref,
    number: Annotated[list[str], Query(description="repeat it for more, up to 256", max_length=256)],
) -> CheckOut:
    """Finds a number too that WhatsApp spells otherwise (Brazil, Mexico, Argentina): write to its `jid`."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.people.check(session, number)
    return CheckOut(
        numbers=[
            CheckedOut(number=it.phone, on_whatsapp=it.registered, jid=it.jid or None, lid=it.lid or None)
            for it in found
        ]
    )


@router.get("/people/{person}/picture", summary="Find the picture of a person or group", responses=_REFUSED)
async def picture(
    rooms: TheRooms, caller: Reader, ref: Ref, person: Person, preview: Annotated[bool, Query()] = False
) -> PictureOut | None:
    """Null if there is none, or if it is hidden. `preview` asks for the small one."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.people.picture(session, person, preview=preview)
    return None if found is None else PictureOut(id=found.id, url=found.url)


@router.get("/people/{person}/about", summary="Read what a person says about themselves", responses=_REFUSED)
async def about(rooms: TheRooms, caller: Reader, ref: Ref, person: Person) -> AboutOut:
    """Empty if nothing, or if it is hidden."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return AboutOut(about=await rooms.people.about(session, person))


@router.get("/profile", summary="Show the session's own profile", responses=_REFUSED)
async def profile(rooms: TheRooms, caller: Reader, ref: Ref) -> ProfileOut:
    """The number as others see it."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return _profile_out(await rooms.people.profile(session))


@router.patch("/profile", summary="Change the session's own profile", responses=_REFUSED)
async def set_profile(rooms: TheRooms, caller: Admin, ref: Ref, body: ProfileIn) -> ProfileOut:
    """The name is what people see who have not saved the number."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return _profile_out(await rooms.people.set_profile(session, body.name, body.about))


@router.put(
    "/profile/picture", summary="Set the session's own picture", responses=_REFUSED, openapi_extra=BODY
)
async def set_picture(rooms: TheRooms, caller: Admin, ref: Ref, jpeg: Jpeg) -> PictureSetOut:
    """A square JPEG of at most 640 pixels and 1 MiB; an empty body removes the picture."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return PictureSetOut(id=await rooms.people.set_picture(session, jpeg) or None)


@router.get("/blocked", summary="List whom the number has blocked", responses=_REFUSED)
async def blocked(rooms: TheRooms, caller: Reader, ref: Ref) -> BlockedOut:
    """Nothing of theirs arrives."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return BlockedOut(blocked=[member_out(it) for it in await rooms.people.blocked(session)])


@router.put(
    "/blocked/{person}",
    status_code=_DONE,
    response_class=Response,
    summary="Block somebody",
    responses=_REFUSED,
)
async def block(rooms: TheRooms, caller: Admin, ref: Ref, person: Person) -> None:
    """Idempotent."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.people.block(session, person, blocked=True)


@router.delete(
    "/blocked/{person}",
    status_code=_DONE,
    response_class=Response,
    summary="Unblock somebody",
    responses=_REFUSED,
)
async def unblock(rooms: TheRooms, caller: Admin, ref: Ref, person: Person) -> None:
    """Idempotent."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.people.block(session, person, blocked=False)


@router.put(
    "/presence", status_code=_DONE, response_class=Response, summary="Be seen online", responses=_REFUSED
)
async def presence(rooms: TheRooms, caller: Sender, ref: Ref, body: PresenceIn) -> None:
    """Until the connection ends. While a companion is online, the phone notifies its owner less."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.activities.presence(session, available=body.available)


@router.put(
    "/people/{person}/presence",
    status_code=_DONE,
    response_class=Response,
    summary="Hear when somebody is online",
    responses=_REFUSED,
)
async def watch_presence(rooms: TheRooms, caller: Sender, ref: Ref, person: Person) -> None:
    """From now on, over connections and restarts, for at most 1,000 people. Idempotent.

    What they do comes as `notice.received` of the kinds `presence` and `activity`. Best effort: WhatsApp
    tells it only to numbers that are seen online themselves, and of people who show it to this number.
    """
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.activities.watch(session, person)


@router.delete(
    "/people/{person}/presence",
    status_code=_DONE,
    response_class=Response,
    summary="Hear no more when somebody is online",
    responses=refusals(404, 422),
)
async def unwatch_presence(rooms: TheRooms, caller: Sender, ref: Ref, person: Person) -> None:
    """From the next connection on; until then what is told stays as it is. Idempotent."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.activities.unwatch(session, person)


@router.put(
    "/chats/{chat}/activity",
    status_code=_DONE,
    response_class=Response,
    summary="Show that this side types or records",
    responses=_REFUSED,
)
async def activity(
    rooms: TheRooms,
    caller: Sender,
    ref: Ref,
    chat: Annotated[str, Path(description="a number, a JID or the `chat` of an event", max_length=128)],
    body: ActivityIn,
) -> None:
    """Best effort: it passes by itself after some 25 seconds, and is seen only of a number that is online."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.activities.show(session, chat, body.activity)


@router.post("/read", summary="Mark received messages as read", responses=_REFUSED)
async def read(rooms: TheRooms, caller: Sender, ref: Ref, body: ReadIn) -> ReadOut:
    """Their senders see the blue ticks, unless the number's privacy settings hide them. Idempotent."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return ReadOut(told=await rooms.activities.read(session, body.message_ids))


@router.post(
    "/calls/{call_id}/reject",
    status_code=_DONE,
    response_class=Response,
    summary="Reject a call that rings",
    responses=_REFUSED,
)
async def reject_call(
    rooms: TheRooms, caller: Sender, ref: Ref, call_id: Annotated[str, Path(max_length=128)], body: RejectIn
) -> None:
    """The call's id and caller stand in its event `notice.received`. One that is over stays over."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    await rooms.people.reject_call(session, body.caller, call_id)


def _profile_out(it: OwnProfile) -> ProfileOut:
    return ProfileOut(
        jid=it.jid,
        phone=phone_of(it.jid),
        lid=it.lid or None,
        name=it.push_name,
        about=it.about,
        picture_id=it.picture_id or None,
    )
