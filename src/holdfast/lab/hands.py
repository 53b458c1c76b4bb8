"""What the owner of a phone does with it beside writing: types, calls, joins, switches it off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.lab.address import Address, address
from holdfast.lab.facts import Call, GroupState, PhoneState, read
from holdfast.lab.group import Group
from holdfast.lab.line import Line, Numbered


@dataclass(frozen=True, slots=True)
class Hands:
    """What a phone's owner does with it beside writing."""

    line: Line

    async def state(self) -> PhoneState:
        """Whether it is awake, and its companions."""
        return read(PhoneState, await self.line.fetch(""))

    async def sleep(self, unlink_after: timedelta | None = None) -> PhoneState:
        """Switch it off: what is for it waits, and it confirms nothing.

        When the simulation's clock passes `unlink_after`, WhatsApp unlinks its companions (really: 14 days).
        """
        days = unlink_after / timedelta(days=1) if unlink_after else None
        return read(PhoneState, await self.line.post("sleep", {"unlink_after_days": days}))

    async def wake(self) -> PhoneState:
        """Switch it on again: it works off what has waited."""
        return read(PhoneState, await self.line.post("wake"))

    async def typing(self, to: Address, state: str = "composing") -> None:
        """ "composing", "recording" or "paused"."""
        await self.line.post("typing", {"to": address(to), "state": state})

    async def set_present(self, available: bool) -> None:
        """Its owner is at the screen, or not."""
        await self.line.post("presence", {"available": available})

    async def call(self, to: Address, *, video: bool = False, ring: timedelta | None = None) -> str:
        """Call somebody; returns the call's id. Only signals, no sound. Without `ring` it rings forever."""
        seconds = ring.total_seconds() if ring else None
        return str(
            (await self.line.post("calls", {"to": address(to), "video": video, "ring_s": seconds}))["id"]
        )

    async def calls(self) -> Sequence[Call]:
        """Its calls."""
        return [read(Call, item) for item in (await self.line.fetch("calls"))["items"]]

    async def answer_call(self, id: str, action: str, reason: str | None = None) -> Call:
        """ "accept", "preaccept", "reject" or "terminate"."""
        return read(Call, await self.line.post(f"calls/{id}", {"action": action, "reason": reason}))

    async def groups(self) -> Sequence[GroupState]:
        """The groups that it is in."""
        return [read(GroupState, item) for item in (await self.line.fetch("groups"))["items"]]

    async def make_group(self, subject: str, *members: Numbered) -> Group:
        """A new group with these members; this phone owns it."""
        body = {"subject": subject, "members": [member.phone for member in members]}
        made = read(GroupState, await self.line.post("groups", body))
        return Group(made.id, made.jid, self.line.admin)

    async def join(self, invite: str) -> Mapping[str, Any]:
        """Join a group by its invitation code; `joined` is false while its admins have not decided."""
        answer: Mapping[str, Any] = await self.line.post("join", {"code": invite})
        return answer
