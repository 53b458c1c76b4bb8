"""What the outbox asks the database, beside what its lanes read."""

from typing import Final

from holdfast.messages.reading import one
from holdfast.model.errors import NotCancellable
from holdfast.model.events import SendStatus
from holdfast.model.ids import SessionId
from holdfast.outbox import statements
from holdfast.outbox.policy import CANCELLED
from holdfast.outbox.queued import Queued
from holdfast.store import ReadUnit

_EXPIRED_AT_ONCE: Final = 500


def backlog(unit: ReadUnit) -> tuple[frozenset[str], set[str]]:
    """The sessions that have something to send, and those that were not linked when they accepted it."""
    sessions = frozenset(str(row[0]) for row in unit.all(statements.BACKLOG))
    return sessions, {str(row[0]) for row in unit.all(statements.UNBOUND)}


def cancellable(unit: ReadUnit, session_id: SessionId, message_id: str) -> Queued | None:
    """The row of a message that waits; None for one that was cancelled.

    Raises UnknownMessage, NotCancellable.
    """
    message = one(unit, session_id, message_id)
    if message.outgoing is None:
        raise NotCancellable("Only messages of this number that wait can be cancelled")
    row = unit.first(statements.ONE, order_no=message.order_no)
    if row is not None:
        return Queued.of(row)
    error = message.outgoing.error
    if message.outgoing.status is SendStatus.FAILED and error is not None and error.code == CANCELLED.code:
        return None
    raise NotCancellable(f"The message is {message.outgoing.status} already")


def debts_s(unit: ReadUnit, now_ms: int) -> dict[SessionId, dict[str, float]]:
    """How far each number's budgets are used up, in seconds until they are whole."""
    found: dict[SessionId, dict[str, float]] = {}
    for session_id, budget, whole_at_ms in unit.all(statements.BUDGETS, now_ms=now_ms):
        found.setdefault(SessionId(session_id), {})[budget] = (whole_at_ms - now_ms) / 1000
    return found


def expired(unit: ReadUnit, now_ms: int) -> list[Queued]:
    """What is not wanted any more."""
    rows = unit.all(statements.EXPIRED, now_ms=now_ms, limit=_EXPIRED_AT_ONCE)
    return [Queued.of(row) for row in rows]
