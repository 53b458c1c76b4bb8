"""Signs that something is wrong with a session whose state does not tell it. Pure: figures in, signs out.

The figures stand in one table, `Limits`. Times are milliseconds of the clock that decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.model.reasons import Reason
from holdfast.model.states import State


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a sign is a warning."""

    #: So many lost connections within this time are flapping; it is over at half as many.
    flapping_losses: int = 6
    flapping_within_s: int = 3600
    #: A message that was sent, while the session was up for so long, and not acknowledged.
    unacknowledged_s: int = 45
    #: A message that came in and was not stored for so long.
    unconfirmed_s: int = 60
    #: Credentials of which no snapshot could be taken for so long: it was tried again twice.
    unsaved_s: int = 660


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Sign:
    """What was found, in the unit of its warning, and from where on it is one."""

    measured: int
    limit: int | None


#: Ends that say nothing about the number's own connection: the whole house was away.
_HOUSE: Final = frozenset({Reason.ENGINE_DOWN, Reason.PARKED})


def is_loss(before: State, after: State, reason: Reason | None) -> bool:
    """True for a connection that was up, ended by itself, and is to come back."""
    return before.up and after is State.RECONNECTING and reason not in _HOUSE


def flapping(losses: Sequence[int], now_ms: int, *, standing: bool, limits: Limits = LIMITS) -> Sign | None:
    """Too many lost connections; `losses` are their times. A standing warning holds on to half as many."""
    since_ms = now_ms - limits.flapping_within_s * 1000
    count = sum(1 for at_ms in losses if at_ms > since_ms)
    least = limits.flapping_losses // 2 + 1 if standing else limits.flapping_losses
    return Sign(count, limits.flapping_losses) if count >= least else None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The oldest message that waits for its acknowledgement, and how long the session was up meanwhile."""

    order_no: int
    up_ms: int = 0


def unanswered(
    known: Unanswered | None, oldest: int | None, *, up: bool, passed_ms: int
) -> Unanswered | None:
    """What is known one look later. Only the time in which the session was up counts."""
    if oldest is None:
        return None
    if known is None or known.order_no != oldest:
        return Unanswered(oldest)
    return Unanswered(oldest, known.up_ms + passed_ms) if up else known


def unacknowledged(known: Unanswered | None, limits: Limits = LIMITS) -> Sign | None:
    """WhatsApp has acknowledged nothing for too long."""
    return _beyond(0 if known is None else known.up_ms, limits.unacknowledged_s)


def unconfirmed(waiting_ms: int, limits: Limits = LIMITS) -> Sign | None:
    """What came in has not been stored for too long."""
    return _beyond(waiting_ms, limits.unconfirmed_s)


def unsaved(since_ms: int | None, now_ms: int, limits: Limits = LIMITS) -> Sign | None:
    """No snapshot of the credentials could be taken for too long."""
    return None if since_ms is None else _beyond(now_ms - since_ms, limits.unsaved_s)


def locked(left_s: float | None) -> Sign | None:
    """WhatsApp lets the number begin no new chats for `left_s`; None, and what is over: it may."""
    return Sign(int(left_s), None) if left_s else None


def _beyond(ms: int, limit_s: int) -> Sign | None:
    return Sign(ms // 1000, limit_s) if ms >= limit_s * 1000 else None
