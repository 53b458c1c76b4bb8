"""One group, by the hands of its members."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.lab.admin import Admin
from holdfast.lab.facts import GroupState, read
from holdfast.lab.line import Numbered


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the simulated WhatsApp. Whoever changes it is named: rights are checked as WhatsApp does."""

    id: str
    jid: str
    _admin: Admin = field(repr=False, compare=False)

    async def state(self) -> GroupState:
        """The group as the server has it now."""
        return read(GroupState, await self._admin.get(f"/admin/groups/{self.id}"))

    async def add(self, by: Numbered, *members: Numbered) -> Mapping[str, str]:
        """Add members; returns a code per number, "200" is success."""
        return await self._change("add", by, members)

    async def remove(self, by: Numbered, *members: Numbered) -> Mapping[str, str]:
        """Remove members."""
        return await self._change("remove", by, members)

    async def promote(self, by: Numbered, *members: Numbered) -> Mapping[str, str]:
        """Make members administrators."""
        return await self._change("promote", by, members)

    async def demote(self, by: Numbered, *members: Numbered) -> Mapping[str, str]:
        """Make administrators plain members."""
        return await self._change("demote", by, members)

    async def set(self, by: Numbered, name: str, value: str | None = None) -> GroupState:
        """Change a setting: subject, description, locked, unlocked, announcement, ephemeral, …"""
        path = f"/admin/phones/{by.phone}/groups/{self.id}/settings"
        return read(GroupState, await self._admin.post(path, {"name": name, "value": value}))

    async def decide(self, by: Numbered, *members: Numbered, approve: bool = True) -> Mapping[str, str]:
        """Let in those who have asked to join, or refuse them; returns a code per number."""
        path = f"/admin/phones/{by.phone}/groups/{self.id}/requests"
        numbers = [member.phone for member in members]
        outcomes: Mapping[str, str] = (await self._admin.post(path, {"approve": approve, "phones": numbers}))[
            "outcomes"
        ]
        return outcomes

    async def leave(self, who: Numbered) -> None:
        """A member goes."""
        await self._admin.post(f"/admin/phones/{who.phone}/groups/{self.id}/leave")

    async def _change(self, action: str, by: Numbered, members: tuple[Numbered, ...]) -> Mapping[str, str]:
        path = f"/admin/phones/{by.phone}/groups/{self.id}/members"
        numbers = [member.phone for member in members]
        answer = await self._admin.post(path, {"action": action, "phones": numbers})
        outcomes: Mapping[str, str] = answer["outcomes"]
        return outcomes
