"""What a simulator is like: its seed, its time, how strict and how quick it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from holdfast.lab.admin import Admin
from holdfast.lab.facts import AnswerDelay, Clock, read

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Manners:
    """What holds for everybody in a simulator."""

    admin: Admin

    async def seed(self) -> int:
        """The seed that its choices follow from."""
        return int((await self.admin.get("/"))["seed"])

    async def stats(self) -> Mapping[str, int]:
        """Counters of the whole simulator: registrations, qr_served, connections, …"""
        answer: Mapping[str, int] = await self.admin.get("/admin/stats")
        return answer

    async def clock(self) -> Clock:
        """The simulation's time."""
        return read(Clock, await self.admin.get("/admin/clock"))

    async def advance(self, by: timedelta) -> Clock:
        """So much time passes at once."""
        return read(Clock, await self.admin.post("/admin/clock", {"advance_s": by.total_seconds()}))

    async def set_clock(self, offset: timedelta) -> Clock:
        """From now on the time is the machine's and so much more; zero is the machine's again."""
        return read(Clock, await self.admin.post("/admin/clock", {"offset_s": offset.total_seconds()}))

    async def set_strict(self, strict: bool) -> None:
        """Strict: unknown queries are refused, not answered with an empty result."""
        await self.admin.post("/admin/mode", {"strict": strict})

    async def unknown_queries(self) -> Sequence[Mapping[str, Any]]:
        """Kinds of queries that clients asked and the simulator does not know."""
        items: Sequence[Mapping[str, Any]] = (await self.admin.get("/admin/unknown"))["items"]
        return items

    async def answer_delay(self) -> AnswerDelay:
        """How long phones take to confirm, to ask again, to send again and to answer their companions."""
        return read(AnswerDelay, await self.admin.get("/admin/answers"))

    async def set_answer_delay(self, delay: AnswerDelay) -> AnswerDelay:
        """Let phones take so long, in simulated time; `AnswerDelay()` is none. What waits is done at once."""
        body = {"from_ms": round(delay.shortest / _MS), "to_ms": round(delay.longest / _MS)}
        return read(AnswerDelay, await self.admin.post("/admin/answers", body))

    async def reset(self) -> None:
        """Make everything new: no phones, groups, queues and faults, an empty transcript, the machine's time.

        Address, keys, certificate, seed and options stay: the same acts meet the same choices again. Every
        connection ends, and what was linked is unknown afterwards.
        """
        await self.admin.post("/admin/reset")
