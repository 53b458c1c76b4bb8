"""A message that waits to be sent, with all that an attempt needs. Pure."""

from dataclasses import dataclass, field

from holdfast.model.ids import SessionId
from holdfast.outbox.pacing import Pace
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
    pace: Pace = Pace.REPLY  #: the budget that it belongs to
    refers_to: int | None = None  #: the message that it is about: where that one fails, this one does too
    typing_ms: int = 0  #: how long "typing…" is shown before it
    uncertain: bool = False  #: an attempt's outcome is not known: WhatsApp may have it
    #: It names a file that is not on WhatsApp's servers yet: `message` does not say where it lies.
    needs_file: bool = False
    paced: bool = False  #: it has its place in the budget; not in the database

    @classmethod
    def of(cls, row: Row) -> "Queued":
        """From the columns of the statements, in their order."""
        cells = list(row)
        cells[5] = bytes(cells[5])
        cells[14], cells[17], cells[18] = Pace(cells[14]), bool(cells[17]), bool(cells[18])
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


@dataclass(frozen=True, slots=True)
class Length:
    """How much a session has to send, and what holds it up."""

    messages: int = 0
    locked_until_ms: int | None = None  #: as in Waiting


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a session still has to send."""

    messages: int
    chats: int
    since_ms: int | None  #: when the oldest of them was accepted
    scheduled: int  #: those of them that are for a later time
    #: Until when WhatsApp lets the number begin no new chats; None: it may.
    locked_until_ms: int | None
