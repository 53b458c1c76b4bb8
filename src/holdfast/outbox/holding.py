"""Decides what the first message of a chat has to wait for. Pure, but it reserves a slot in its budget."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from holdfast.model.errors import RateLimited, ReachoutLocked
from holdfast.outbox.lanes import Session
from holdfast.outbox.queued import Queued

#: Errors whose wait does not end when the session reconnects.
PATIENT: Final = frozenset({RateLimited.code, ReachoutLocked.code})


@dataclass(frozen=True, slots=True)
class Wait:
    """The first row of a lane waits for so many seconds."""

    s: float
    row: Queued  #: as it continues after the wait
    kept: bool  #: the wait is not cut short when the session reconnects
    shown: Queued | None = None  #: the row as it is stored and reported meanwhile, where that is news


def wait_of(
    session: Session, row: Queued, now_ms: int, now_s: float, roll: Callable[[], float]
) -> Wait | None:
    """Return what a row waits for; None: it may be sent. `now_s` is the monotonic clock's."""
    wait_s = row.wait_s(now_ms)
    if wait_s > 0:
        kept = row.error_code in PATIENT or row.not_before_ms is not None
        return Wait(wait_s, replace(row, next_at_ms=None, not_before_ms=None), kept)
    locked_s = session.lock.wait_s(row, now_s)
    if locked_s > 0:
        return _locked(row, locked_s, now_ms)
    if row.paced or row.attempts or row.pace not in session.pacer.budgets:
        return None
    paced_s = session.pacer.reserve(row.pace, now_s, roll())
    return Wait(paced_s, replace(row, paced=True), kept=True)


def _locked(row: Queued, locked_s: float, now_ms: int) -> Wait:
    if row.error_code == ReachoutLocked.code:
        return Wait(locked_s, row, kept=True)
    noted = replace(row, error_code=ReachoutLocked.code, error_detail="")
    shown = replace(noted, tried_at_ms=now_ms, next_at_ms=now_ms + int(locked_s * 1000))
    return Wait(locked_s, noted, kept=True, shown=shown)


def at_once(row: Queued) -> Queued:
    """Return the row to retry without a wait, after an attempt on an earlier connection."""
    return row if row.error_code in PATIENT else replace(row, next_at_ms=None)
