"""The lab's proof: what was killed, and what happened after it, in lines. Pure.

Calling contract: begin with `Killing`, hand on everything that is seen (`answered`, `silent`, `listed`,
`event`); `lines` tells the story so far, `over` when nothing more will come.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from holdfast.client import Event, Session, System
from holdfast.dashboard.figures import seconds
from holdfast.dashboard.language import N_, _, lookup, ngettext


class Victim(StrEnum):
    """Which processes get the kill -9."""

    ENGINE = "engine"
    GATEWAY = "gateway"
    BOTH = "both"


_KILLED: Mapping[Victim, str] = {
    Victim.ENGINE: N_("kill -9 of the engine"),
    Victim.GATEWAY: N_("kill -9 of the gateway"),
    Victim.BOTH: N_("kill -9 of engine and gateway"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story. `seconds` after the kill; `good` colours the mark."""

    text: str
    seconds: float
    good: bool


@dataclass(frozen=True, slots=True)
class Killing:
    """One kill and what was seen since."""

    victim: Victim
    at: datetime
    #: The processes before the kill: they are back when others answer.
    engine: tuple[str, int | None]
    gateway: int | None
    #: Numbers that were connected before.
    connected: frozenset[str]
    silent_at: datetime | None = None
    gateway_at: datetime | None = None
    engine_at: datetime | None = None
    back_at: datetime | None = None
    #: Numbers of `connected` that somebody was asked to scan again. The promise is that it stays empty.
    asked: frozenset[str] = frozenset()

    @classmethod
    def begin(cls, victim: Victim, at: datetime, system: System, sessions: Mapping[str, Session]) -> Self:
        """Just before the kill."""
        connected = frozenset(id_ for id_, session in sessions.items() if session.connected)
        return cls(victim, at, (system.engine_id, system.engine_pid), system.gateway_pid, connected)

    @property
    def over(self) -> bool:
        """True when everything that was connected is connected again."""
        return self.back_at is not None

    def silent(self, now: datetime) -> Self:
        """The gateway did not answer."""
        return self if self.silent_at else replace(self, silent_at=now)

    def answered(self, system: System, now: datetime) -> Self:
        """The gateway answered: which processes are new?"""
        new_gateway = system.gateway_pid != self.gateway
        new_engine = system.engine_attached and (system.engine_id, system.engine_pid) != self.engine
        out = self
        if self.victim is not Victim.ENGINE and self.gateway_at is None and new_gateway:
            out = replace(out, gateway_at=now)
        if self.victim is not Victim.GATEWAY and self.engine_at is None and new_engine:
            out = replace(out, engine_at=now)
        return out

    def listed(self, sessions: Mapping[str, Session], asked_at: datetime, now: datetime) -> Self:
        """A list that was asked for at `asked_at`: is everything back?"""
        fresh = self._revived_at is not None and asked_at >= self._revived_at
        asked = self.asked | {
            id_ for id_, it in sessions.items() if id_ in self.connected and (it.pairing or it.requires_auth)
        }
        back = fresh and all(id_ in sessions and sessions[id_].connected for id_ in self.connected)
        return replace(self, asked=asked, back_at=self.back_at or (now if back else None))

    def event(self, event: Event) -> Self:
        """An event: was anybody asked to scan?"""
        if event.type != "session.pairing" or event.session_id not in self.connected:
            return self
        return replace(self, asked=self.asked | {event.session_id})

    @property
    def _revived_at(self) -> datetime | None:
        needed = {
            Victim.ENGINE: (self.engine_at,),
            Victim.GATEWAY: (self.gateway_at,),
            Victim.BOTH: (self.engine_at, self.gateway_at),
        }[self.victim]
        known = [at for at in needed if at is not None]
        return max(known) if len(known) == len(needed) else None

    def lines(self) -> list[Line]:
        """The story so far, oldest first."""
        told = [
            (self.at, lookup(_KILLED[self.victim]), True),
            (self.silent_at, _("the gateway is gone"), True),
            (self.gateway_at, _("a new gateway answers"), True),
            (self.engine_at, _("a new engine is at work"), True),
        ]
        lines = [Line(text, self._seconds(at), good) for at, text, good in told if at is not None]
        lines.sort(key=lambda line: line.seconds)
        if self.back_at is not None:
            lines.append(Line(self._ending(), self._seconds(self.back_at), not self.asked))
        return lines

    def _ending(self) -> str:
        assert self.back_at is not None
        count, after = len(self.connected), seconds(self._seconds(self.back_at))
        codes = ngettext("%(num)s QR code asked", "%(num)s QR codes asked", len(self.asked))
        if not count:
            return _(
                "no number was connected before: back after %(time)s, %(codes)s", time=after, codes=codes
            )
        return ngettext(
            "the number is connected again after %(time)s, %(codes)s",
            "%(num)s of %(num)s numbers are connected again after %(time)s, %(codes)s",
            count,
            time=after,
            codes=codes,
        )

    def _seconds(self, at: datetime) -> float:
        return max(0.0, (at - self.at).total_seconds())
