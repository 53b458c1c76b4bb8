"""HTTP: groups of a session's number. Every call asks WhatsApp."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from holdfast.api.auth import Reader, Sender, TheRooms
from holdfast.api.bodies import Moment
from holdfast.api.errors import refusals
from holdfast.api.pictures import BODY, Jpeg, PictureSetOut
from holdfast.engine import Group, GroupSettings, Member, MemberChange
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.address import phone_of

router = APIRouter(prefix="/v1/sessions/{ref}/groups", tags=["groups"])

Ref = Annotated[str, Path(description="the session: id, name or its phone number", max_length=128)]
GroupId = Annotated[str, Path(description="the group's JID, like 12036…@g.us", max_length=128)]
_INVITE: Final = "https://chat.whatsapp.com/"
_REFUSED: Final = refusals(400, 404, 409, 422, 429, 502, 504)


class MemberOut(BaseModel):
    """Somebody in a group, or in another list of people."""

    jid: str = Field(description="as WhatsApp addresses them here")
    phone: str | None = Field(description="+4915…, where it is known")
    lid: str | None
    admin: bool
    owner: bool
    whatsapp_code: int | None = Field(description="after a change: why WhatsApp refused it for this one")


class GroupOut(BaseModel):
    """A group as WhatsApp describes it."""

    group: str
    subject: str
    description: str
    owner: str | None
    created_at: Moment | None
    announce: bool = Field(description="only admins write")
    locked: bool = Field(description="only admins change subject and picture")
    join_approval: bool = Field(description="an admin lets in whoever follows the link")
    members_add: bool = Field(description="everybody adds members, not admins alone")
    disappearing_s: int = Field(description="messages disappear after so many seconds; 0: never")
    members: list[MemberOut]


class GroupsOut(BaseModel):
    """The groups that the number is in."""

    groups: list[GroupOut]


class MembersOut(BaseModel):
    """What became of each member that was named."""

    members: list[MemberOut]


class GroupIn(BaseModel):
    """A group to make."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(examples=["Night shift"])
    members: list[str] = Field(
        description="numbers with country code or JIDs", examples=[["+4915112345678"]], max_length=1024
    )


class GroupChangeIn(BaseModel):
    """What is changed; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None = None
    description: str | None = Field(None, description="empty removes it")
    announce: bool | None = None
    locked: bool | None = None
    join_approval: bool | None = None
    members_add: bool | None = None
    disappearing_s: int | None = Field(None, description="0, 86400, 604800 or 7776000")


class MembersIn(BaseModel):
    """What is done with whom."""

    model_config = ConfigDict(extra="forbid")

    change: MemberChange
    members: list[str] = Field(max_length=1024)


class InvitationIn(BaseModel):
    """An invitation link, or its code."""

    model_config = ConfigDict(extra="forbid")

    invitation: str = Field(max_length=512, examples=[f"{_INVITE}AbCdEfGhIjKlMnOpQrStUv"])


class InvitationOut(BaseModel):
    """The group's invitation link."""

    link: str
    code: str


class JoinedOut(BaseModel):
    """The group that was joined, or whose admin still has to agree."""

    group: str


class RequestOut(BaseModel):
    """Somebody who waits to be let in."""

    member: MemberOut
    requested_at: Moment


class RequestsOut(BaseModel):
    """Everybody who waits to be let in."""

    requests: list[RequestOut]


class DecisionIn(BaseModel):
    """Who is let in, or turned away."""

    model_config = ConfigDict(extra="forbid")

    approve: bool
    members: list[str] = Field(max_length=1024)


@router.get("", summary="List groups", responses=_REFUSED)
async def list_groups(rooms: TheRooms, caller: Reader, ref: Ref) -> GroupsOut:
    """The groups that the number is in, with their members."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return GroupsOut(groups=[group_out(it) for it in await rooms.groups.list(session)])


@router.post("", status_code=status.HTTP_201_CREATED, summary="Create a group", responses=_REFUSED)
async def create_group(rooms: TheRooms, caller: Sender, ref: Ref, body: GroupIn) -> GroupOut:
    """Not idempotent: after `whatsapp_unanswered`, look at the list first."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return group_out(await rooms.groups.create(session, body.subject, body.members))


@router.get("/preview", summary="See where an invitation leads", responses=_REFUSED)
async def preview(
    rooms: TheRooms,
    caller: Reader,
    ref: Ref,
    invitation: Annotated[str, Query(max_length=512, description="the link or its code")],
) -> GroupOut:
    """The group as a stranger sees it, without joining."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return group_out(await rooms.groups.preview(session, invitation))


@router.post("/join", summary="Join a group by its link", responses=_REFUSED)
async def join(rooms: TheRooms, caller: Sender, ref: Ref, body: InvitationIn) -> JoinedOut:
    """Where an admin has to agree, the number is a member after that."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return JoinedOut(group=await rooms.groups.join(session, body.invitation))


@router.get("/{group}", summary="Show a group", responses=_REFUSED)
async def show_group(rooms: TheRooms, caller: Reader, ref: Ref, group: GroupId) -> GroupOut:
    """One group with its members."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return group_out(await rooms.groups.get(session, group))


@router.patch("/{group}", summary="Change a group", responses=_REFUSED)
async def change_group(
    rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId, body: GroupChangeIn
) -> GroupOut:
    """Each change is a request of its own to WhatsApp: after a failure, the ones before it are done."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    settings = GroupSettings(**body.model_dump(exclude={"subject"}))
    return group_out(await rooms.groups.change(session, group, body.subject, settings))


@router.delete(
    "/{group}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    summary="Leave a group",
    responses=_REFUSED,
)
async def leave(rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId) -> None:
    """The others stay in it. Coming back needs an invitation."""
    await rooms.groups.leave(rooms.directory.resolve(caller.tenant_id, ref), group)


@router.post("/{group}/members", summary="Add, remove, promote or demote", responses=_REFUSED)
async def change_members(
    rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId, body: MembersIn
) -> MembersOut:
    """What became of each of them; one that WhatsApp refused carries its number."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return _members_out(await rooms.groups.change_members(session, group, body.change, body.members))


@router.get("/{group}/invite", summary="Show the invitation link", responses=_REFUSED)
async def invite(rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId) -> InvitationOut:
    """Whoever has the link can join: it needs the right to send."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return _invitation_out(await rooms.groups.invite(session, group))


@router.post("/{group}/invite/reset", summary="Make a new invitation link", responses=_REFUSED)
async def reset_invite(rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId) -> InvitationOut:
    """The old link no longer leads anywhere."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return _invitation_out(await rooms.groups.reset_invite(session, group))


@router.get("/{group}/requests", summary="List who waits to be let in", responses=_REFUSED)
async def requests(rooms: TheRooms, caller: Reader, ref: Ref, group: GroupId) -> RequestsOut:
    """Needs an admin's number."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    found = await rooms.groups.requests(session, group)
    return RequestsOut(
        requests=[RequestOut(member=member_out(it.member), requested_at=iso(it.requested_ms)) for it in found]
    )


@router.post("/{group}/requests", summary="Let somebody in, or turn them away", responses=_REFUSED)
async def decide(rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId, body: DecisionIn) -> MembersOut:
    """What became of each of them; one that WhatsApp refused carries its number."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    decided = await rooms.groups.decide(session, group, body.members, approve=body.approve)
    return _members_out(decided)


@router.put("/{group}/picture", summary="Set the group's picture", responses=_REFUSED, openapi_extra=BODY)
async def set_picture(rooms: TheRooms, caller: Sender, ref: Ref, group: GroupId, jpeg: Jpeg) -> PictureSetOut:
    """A square JPEG of at most 640 pixels and 1 MiB; an empty body removes the picture."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    return PictureSetOut(id=await rooms.people.set_picture(session, jpeg, group=group) or None)


def group_out(it: Group) -> GroupOut:
    """A group as the API tells it."""
    return GroupOut(
        group=it.group,
        subject=it.subject,
        description=it.description,
        owner=it.owner or None,
        created_at=iso_or_none(it.created_ms or None),
        announce=it.announce,
        locked=it.locked,
        join_approval=it.join_approval,
        members_add=it.members_add,
        disappearing_s=it.disappearing_s,
        members=[member_out(each) for each in it.members],
    )


def member_out(it: Member) -> MemberOut:
    """A member as the API tells them."""
    return MemberOut(
        jid=it.jid,
        phone=phone_of(it.phone),
        lid=it.lid or None,
        admin=it.admin,
        owner=it.owner,
        whatsapp_code=it.whatsapp_code or None,
    )


def _members_out(them: Sequence[Member]) -> MembersOut:
    return MembersOut(members=[member_out(it) for it in them])


def _invitation_out(code: str) -> InvitationOut:
    return InvitationOut(link=_INVITE + code, code=code)
