"""What happened to a session, as frozen values. Unknown fields of newer gateways are ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from holdfast.client.event import Json
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a session's state, and how long it lasted."""

    seq: int
    at: datetime | None
    #: When the next change came; None for the newest one, whose duration is the one so far.
    ended_at: datetime | None
    duration_s: float
    state: str
    color: str
    reason: str
    #: WhatsApp's code for the reason, where it gave one.
    code: int | None
    detail: str
    #: The same as the gateway wrote it.
    raw: Json = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, key: str) -> Any:
        """The value under this key, for programs that were written for version 0.1. Raises KeyError."""
        return self.raw[key]

    @classmethod
    def read(cls, body: Json) -> "Change":
        """From the API's JSON."""
        return cls(
            seq=int(body["seq"]),
            at=moment(body.get("at")),
            ended_at=moment(body.get("ended_at")),
            duration_s=float(body.get("duration_s") or 0),
            state=str(body.get("state") or ""),
            color=str(body.get("color") or "grey"),
            reason=str(body.get("reason") or ""),
            code=body.get("code"),
            detail=str(body.get("detail") or ""),
            raw=body,
        )


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a time a session was up. Counted is the time in which it was to be up."""

    period: str  #: `total`, a day (`2026-11-28`) or a month (`2026-11`), in UTC
    percent: float | None  #: None where nothing was to be up
    up_s: float
    counted_s: float

    @classmethod
    def read(cls, body: Json) -> "Share":
        """From the API's JSON."""
        percent = body.get("percent")
        return cls(
            period=str(body.get("period") or ""),
            percent=None if percent is None else float(percent),
            up_s=float(body.get("up_s") or 0),
            counted_s=float(body.get("counted_s") or 0),
        )


@dataclass(frozen=True, slots=True)
class Outages:
    """How often a session was down and came back by itself, and how long that took."""

    count: int
    p50_s: float | None
    max_s: float | None
    #: Since when it is down now.
    open_since: datetime | None
    #: Why it went down, how often each; the most frequent first.
    reasons: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, body: Json) -> "Outages":
        """From the API's JSON."""
        return cls(
            count=int(body.get("count") or 0),
            p50_s=body.get("p50_s"),
            max_s=body.get("max_s"),
            open_since=moment(body.get("open_since")),
            reasons=dict(body.get("reasons") or {}),
        )


@dataclass(frozen=True, slots=True)
class Uptime:
    """How long a session was connected, over all, by day and by month, oldest first."""

    since: datetime | None
    until: datetime | None
    total: Share
    days: Sequence[Share]
    months: Sequence[Share]
    outages: Outages

    @classmethod
    def read(cls, body: Json) -> "Uptime":
        """From the API's JSON."""
        return cls(
            since=moment(body.get("since")),
            until=moment(body.get("until")),
            total=Share.read(body["total"]),
            days=[Share.read(item) for item in body.get("days") or ()],
            months=[Share.read(item) for item in body.get("months") or ()],
            outages=Outages.read(body.get("outages") or {}),
        )
