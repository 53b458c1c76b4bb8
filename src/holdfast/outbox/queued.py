"""A message that waits to be sent, with all that an attempt needs. Pure."""

from dataclasses import dataclass, field

from holdfast.model.ids import SessionId
from holdfast.store import Row


@dataclass(frozen=True, slots=True)
class Queued:
    """A row of the queue."""

    order_no: int
    session_id: SessionId
    message_id: str
    chat: str  #: the lane: messages of one chat go out in their order
    to_jid: str
    message: bytes = field(repr=False)  #: waE2E.Message: final, the same at every attempt
    phone: str  #: the session's number at acceptance, digits; empty before the session was linked
    attempts: int = 0
    next_at_ms: int | None = None
    tried_at_ms: int | None = None
    not_before_ms: int | None = None
    expires_at_ms: int | None = None
    error_code: str | None = None
    error_detail: str | None = None

    @classmethod
    def of(cls, row: Row) -> "Queued":
        """From the columns of the statements, in their order."""
        cells = list(row)
        cells[5] = bytes(cells[5])
        return cls(*cells)

    def wait_s(self, now_ms: int) -> float:
        """Seconds until the next attempt is due, by what the row says; 0 or less: now.

        Never longer than the wait that was decided, whatever the wall clock did in between.
        """
        waits = [0.0]
        if self.next_at_ms is not None:
            left = self.next_at_ms - now_ms
            decided = left if self.tried_at_ms is None else self.next_at_ms - self.tried_at_ms
            waits.append(min(left, decided) / 1000)
        if self.not_before_ms is not None:
            waits.append((self.not_before_ms - now_ms) / 1000)
        return max(waits)
