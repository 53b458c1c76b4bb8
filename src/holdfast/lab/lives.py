"""What the owner of a phone does with it beside writing: types, calls, joins, switches it off."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from holdfast.lab.facts import Activity, Call, GroupState, PhoneState, read
from holdfast.lab.keeps import Keeps
from holdfast.lab.writes import Address, address


class Lives(Keeps):
    """The half of a phone that its owner lives with."""

    __slots__ = ()

    async def state(self) -> PhoneState:
        """Whether it is awake, and its companions."""
        return read(PhoneState, await self.fetch(""))

    async def sleep(self, unlink_after: timedelta | None = None) -> PhoneState:
        """Switch it off: what is for it waits, and it confirms nothing.

        When the simulation's clock passes `unlink_after`, WhatsApp unlinks its companions (really: 14 days).
        """
        days = unlink_after / timedelta(days=1) if unlink_after else None
        return read(PhoneState, await self.post("sleep", {"unlink_after_days": days}))

    async def wake(self) -> PhoneState:
        """Switch it on again: it works off what has waited."""
        return read(PhoneState, await self.post("wake"))

    async def typing(self, to: Address, state: str = "composing") -> None:
        """ "composing", "recording" or "paused"."""
        await self.post("typing", {"to": address(to), "state": state})

    async def set_present(self, available: bool) -> None:
        """Its owner is at the screen, or not."""
        await self.post("presence", {"available": available})

    async def activity(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Activity], int]:
        """What it noticed beside messages, typing and calls, after a sequence number, and the next one."""
        body = await self.fetch("activity", {"after": after}, wait_s)
        return [read(Activity, item) for item in body["items"]], int(body["next"])

    async def call(self, to: Address, *, video: bool = False, ring: timedelta | None = None) -> str:
        """Call somebody; returns the call's id. Only signals, no sound. Without `ring` it rings for ever."""
        seconds = ring.total_seconds() if ring else None
        return str((await self.post("calls", {"to": address(to), "video": video, "ring_s": seconds}))["id"])

    async def calls(self) -> Sequence[Call]:
        """Its calls."""
        return [read(Call, item) for item in (await self.fetch("calls"))["items"]]

    async def answer_call(self, id: str, action: str, reason: str | None = None) -> Call:
        """ "accept", "preaccept", "reject" or "terminate"."""
        return read(Call, await self.post(f"calls/{id}", {"action": action, "reason": reason}))

    async def groups(self) -> Sequence[GroupState]:
        """The groups that it is in."""
        return [read(GroupState, item) for item in (await self.fetch("groups"))["items"]]

    async def join(self, invite: str) -> Mapping[str, Any]:
        """Join a group by its invitation code; `joined` is false while its admins have not decided."""
        answer: Mapping[str, Any] = await self.post("join", {"code": invite})
        return answer
