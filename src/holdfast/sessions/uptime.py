"""Uptime: what a session's changes say about how long it was connected, and how fast it came back. Pure.

Counted is the time in which a number is to be up: not while its owner has stopped it, and not before it is
linked. Days and months are those of UTC.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.repository import TimelineEntry

_REST: Final = frozenset({State.NEW, State.STOPPED, State.PAIRING, State.DELETED})
_DAY: Final = timedelta(days=1)
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a time a session was up."""

    counted_ms: int = 0
    up_ms: int = 0

    @property
    def percent(self) -> float | None:
        """None where nothing was to be up."""
        return 100 * self.up_ms / self.counted_ms if self.counted_ms else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.counted_ms + other.counted_ms, self.up_ms + other.up_ms)


@dataclass(frozen=True, slots=True)
class Outages:
    """How often a session was down and came back by itself, and how long that took."""

    count: int = 0
    p50_ms: int | None = None
    max_ms: int | None = None
    #: Since when it has been down now; None while it is up, or need not be.
    open_since_ms: int | None = None
    #: Why it went down, how often each.
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Uptime:
    """What the changes between two moments say."""

    since_ms: int
    until_ms: int
    total: Share
    #: By `2026-11-28` and by `2026-11`, oldest first. Days without anything counted are left out.
    days: Mapping[str, Share]
    months: Mapping[str, Share]
    outages: Outages


@dataclass(frozen=True, slots=True)
class _Stretch:
    start_ms: int
    end_ms: int
    state: State
    reason: Reason | None

    @property
    def counted(self) -> bool:
        return self.state not in _REST and self.reason is not Reason.LOGGED_OUT_HERE


def uptime(changes: Sequence[TimelineEntry], since_ms: int, until_ms: int) -> Uptime:
    """From `changes`, oldest first; the last one before `since_ms` tells what the session was then."""
    stretches = list(_stretches(changes, since_ms, until_ms))
    days: dict[str, Share] = {}
    months: dict[str, Share] = {}
    for stretch in stretches:
        if stretch.counted:
            for day, ms in _by_day(stretch.start_ms, stretch.end_ms):
                share = Share(ms, ms if stretch.state.up else 0)
                days[day] = days.get(day, Share()) + share
                months[day[:7]] = months.get(day[:7], Share()) + share
    total = sum(days.values(), Share())
    return Uptime(since_ms, until_ms, total, days, months, _outages(stretches))


def _stretches(changes: Sequence[TimelineEntry], since_ms: int, until_ms: int) -> Iterator[_Stretch]:
    """From change to change. A clock that was set back makes a stretch empty, never negative."""
    # Without changes there is nothing that could end.
    ends = [change.at_ms for change in changes[1:]] + [until_ms]
    for change, end_ms in zip(changes, ends, strict=False):
        start = max(change.at_ms, since_ms)
        yield _Stretch(start, max(start, min(end_ms, until_ms)), change.state, change.reason)


def _by_day(start_ms: int, end_ms: int) -> Iterator[tuple[str, int]]:
    while start_ms < end_ms:
        day = datetime.fromtimestamp(start_ms / 1000, UTC).date()
        midnight = datetime.combine(day + _DAY, datetime.min.time(), UTC)
        stop = min(end_ms, round(midnight.timestamp() * 1000))
        yield day.isoformat(), stop - start_ms
        start_ms = stop


def _outages(stretches: Sequence[_Stretch]) -> Outages:
    took: list[int] = []
    reasons: Counter[str] = Counter()
    first = stretches[0] if stretches else None
    down_since = first.start_ms if first is not None and first.counted and not first.state.up else None
    for before, after in pairwise(stretches):
        if after.state.up:
            if down_since is not None:
                took.append(max(0, after.start_ms - down_since))
            down_since = None
        elif not after.counted:
            down_since = None
        elif before.state.up:
            down_since = after.start_ms
            reasons[after.reason.value if after.reason else "unknown"] += 1
    most = max(took, default=None)
    middle = round(median(took)) if took else None
    return Outages(len(took), middle, most, down_since, dict(reasons.most_common()))
