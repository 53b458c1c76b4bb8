"""Calls about groups. Fields of newer gateways are ignored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.sessions import session_path
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group, or in another list of people."""

    jid: str
    phone: str | None = None
    lid: str | None = None
    admin: bool = False
    owner: bool = False
    #: After a change: the number with which WhatsApp refused it for this one, None when it is done.
    whatsapp_code: int | None = None

    @classmethod
    def read(cls, body: Json) -> "Member":
        """From the API's JSON."""
        return cls(
            body["jid"],
            body.get("phone"),
            body.get("lid"),
            body.get("admin", False),
            body.get("owner", False),
            body.get("whatsapp_code"),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A group as WhatsApp describes it. `group` is its JID, to write to."""

    group: str
    subject: str
    description: str
    owner: str | None
    created_at: datetime | None
    #: Only admins write.
    announce: bool
    #: Only admins change subject and picture.
    locked: bool
    join_approval: bool
    members_add: bool
    disappearing_s: int
    members: tuple[Member, ...]

    @classmethod
    def read(cls, body: Json) -> "Group":
        """From the API's JSON."""
        return cls(
            group=body["group"],
            subject=body["subject"],
            description=body["description"],
            owner=body["owner"],
            created_at=moment(body["created_at"]),
            announce=body["announce"],
            locked=body["locked"],
            join_approval=body["join_approval"],
            members_add=body["members_add"],
            disappearing_s=body["disappearing_s"],
            members=tuple(map(Member.read, body["members"])),
        )


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Somebody who followed a group's link and waits for an admin."""

    member: Member
    requested_at: datetime | None


class Groups:
    """`client.groups`: every call asks WhatsApp, so the session must be connected.

    Raises UnknownSession, WhatsAppNotFound, WhatsAppForbidden (not in the group, or no admin of it),
    NotConnected, and WhatsAppUnanswered: look before you repeat.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    async def list(self, session: str) -> Sequence[Group]:
        """Return the groups that the number is in."""
        body = await self._http.json("GET", _path(session))
        return [Group.read(it) for it in body["groups"]]

    async def get(self, session: str, group: str) -> Group:
        """Return one group with its members."""
        return Group.read(await self._http.json("GET", _path(session, group)))

    async def create(self, session: str, subject: str, members: Sequence[str]) -> Group:
        """Make a group. Not idempotent."""
        body = {"subject": subject, "members": list(members)}
        return Group.read(await self._http.json("POST", _path(session), body=body))

    async def change(
        self,
        session: str,
        group: str,
        *,
        subject: str | None = None,
        description: str | None = None,
        announce: bool | None = None,
        locked: bool | None = None,
        join_approval: bool | None = None,
        members_add: bool | None = None,
        disappearing_s: int | None = None,
    ) -> Group:
        """Change what is named; the rest stays. Returns the group as it is then."""
        wanted = {
            "subject": subject,
            "description": description,
            "announce": announce,
            "locked": locked,
            "join_approval": join_approval,
            "members_add": members_add,
            "disappearing_s": disappearing_s,
        }
        body = {name: value for name, value in wanted.items() if value is not None}
        return Group.read(await self._http.json("PATCH", _path(session, group), body=body))

    async def add(self, session: str, group: str, members: Sequence[str]) -> Sequence[Member]:
        """Add people. One that WhatsApp refused has a `whatsapp_code`."""
        return await self._members(session, group, "add", members)

    async def remove(self, session: str, group: str, members: Sequence[str]) -> Sequence[Member]:
        """Remove people."""
        return await self._members(session, group, "remove", members)

    async def promote(self, session: str, group: str, members: Sequence[str]) -> Sequence[Member]:
        """Make people admins."""
        return await self._members(session, group, "promote", members)

    async def demote(self, session: str, group: str, members: Sequence[str]) -> Sequence[Member]:
        """Make admins ordinary members."""
        return await self._members(session, group, "demote", members)

    async def leave(self, session: str, group: str) -> None:
        """Leave a group. Coming back needs an invitation."""
        await self._http.json("DELETE", _path(session, group))

    async def invite(self, session: str, group: str, *, reset: bool = False) -> str:
        """Return the invitation link; `reset` makes a new one, and the old one stops working."""
        if reset:
            body = await self._http.json("POST", _path(session, group, "/invite/reset"))
        else:
            body = await self._http.json("GET", _path(session, group, "/invite"))
        return str(body["link"])

    async def preview(self, session: str, invitation: str) -> Group:
        """Return the group that an invitation leads to, without joining."""
        found = await self._http.json("GET", _path(session) + "/preview", query={"invitation": invitation})
        return Group.read(found)

    async def join(self, session: str, invitation: str) -> str:
        """Join by a link. Returns the group's JID, even if an admin still has to approve."""
        body = await self._http.json("POST", _path(session) + "/join", body={"invitation": invitation})
        return str(body["group"])

    async def requests(self, session: str, group: str) -> Sequence[JoinRequest]:
        """Return who waits to be let in."""
        body = await self._http.json("GET", _path(session, group, "/requests"))
        return [JoinRequest(Member.read(it["member"]), moment(it["requested_at"])) for it in body["requests"]]

    async def decide(
        self, session: str, group: str, members: Sequence[str], *, approve: bool
    ) -> Sequence[Member]:
        """Let people in, or turn them away."""
        body = {"approve": approve, "members": list(members)}
        found = await self._http.json("POST", _path(session, group, "/requests"), body=body)
        return [Member.read(it) for it in found["members"]]

    async def _members(
        self, session: str, group: str, change: str, members: Sequence[str]
    ) -> Sequence[Member]:
        body = {"change": change, "members": list(members)}
        found = await self._http.json("POST", _path(session, group, "/members"), body=body)
        return [Member.read(it) for it in found["members"]]


def _path(session: str, group: str | None = None, more: str = "") -> str:
    root = session_path(session) + "/groups"
    return root if group is None else f"{root}/{quote(group, safe='')}{more}"
