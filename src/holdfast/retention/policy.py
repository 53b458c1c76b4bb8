"""What is kept for how long: one table, and what follows from it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY_MS: Final = 86_400_000


class Kind(StrEnum):
    """What is kept, each with a limit of its own. The order is the order of sweeping."""

    EVENTS = "events"
    MESSAGES = "messages"
    FILES = "files"
    TIMELINE = "timeline"
    KEYS = "keys"
    LINKS = "links"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Keep:
    """How long one kind is kept, and how much of it: whatever is passed first."""

    days: float
    #: Rows, over all sessions. None: the age alone decides.
    rows: int | None = None


DEFAULTS: Final[Mapping[Kind, Keep]] = {
    Kind.EVENTS: Keep(30, 2_000_000),
    Kind.MESSAGES: Keep(365, 10_000_000),
    # Since a message named them last, or somebody uploaded them.
    Kind.FILES: Keep(365),
    Kind.TIMELINE: Keep(90),
    # Revoked and expired ones; those that work stay.
    Kind.KEYS: Keep(90),
    Kind.LINKS: Keep(1),
    Kind.AUDIT: Keep(365),
}

#: A subscription that acknowledged nothing for longer holds nothing back any more.
ACTIVE_DAYS: Final = 30
#: A file that no message names any more leaves after this time.
UNNAMED_DAYS: Final = 7
#: What an active subscription has not acknowledged is kept this many times longer, or this many times more
#: of it.
HELD_FACTOR: Final = 3


@dataclass(frozen=True, slots=True)
class EventsNow:
    """What decides about events: positions, and when the newest one beyond each age came."""

    head: int
    #: The newest position that is older than the age, and than HELD_FACTOR times the age. 0: none is.
    aged: int
    long_aged: int
    #: Where the slowest active subscription stands; None without one.
    slowest: int | None
    #: The newest position of what is too many, and of what is HELD_FACTOR times too many. 0: nothing is.
    surplus: int = 0
    long_surplus: int = 0


@dataclass(frozen=True, slots=True)
class EventsDecision:
    """Delete events up to here, and whether that takes something from a consumer."""

    up_to: int
    taken_from_consumer: bool


def decide_events(now: EventsNow) -> EventsDecision:
    """How far the journal may be cut. Never up to its newest event."""
    wanted = max(now.aged, now.surplus)
    if now.slowest is not None and wanted > now.slowest:
        limit = max(now.long_aged, now.long_surplus)
        wanted = max(now.slowest, limit)
    up_to = max(0, min(wanted, now.head - 1))
    return EventsDecision(up_to, now.slowest is not None and up_to > now.slowest)
