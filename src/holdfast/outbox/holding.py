"""What the first message of a chat has to wait for. Pure but for the place that it takes in its budget."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from holdfast.model.errors import RateLimited, ReachoutLocked
from holdfast.outbox.lanes import Session
from holdfast.outbox.queued import Queued

#: Errors whose wait does not end when the session comes up again.
PATIENT: Final = frozenset({RateLimited.code, ReachoutLocked.code})


@dataclass(frozen=True, slots=True)
class Wait:
    """The first row of a lane waits."""

    s: float
    row: Queued  #: as it goes on afterwards
    kept: bool  #: it waits to the end, also when the session comes up again
    shown: Queued | None = None  #: the row as everybody should see it meanwhile, where that is news


def wait_of(
    session: Session, row: Queued, now_ms: int, now_s: float, roll: Callable[[], float]
) -> Wait | None:
    """What a row waits for; None: it may go. `now_s` is of a clock that only goes forward."""
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
    """The row after an attempt on a connection that is another one by now: it need not wait."""
    return row if row.error_code in PATIENT else replace(row, next_at_ms=None)
