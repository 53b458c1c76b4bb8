"""Rows of the table `outbox`: their shape, and how they are read and added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.model.address import parse_recipient
from holdfast.model.errors import UnknownMessage
from holdfast.model.events import SendStatus
from holdfast.outbox import statements
from holdfast.store import ReadUnit, Row, WriteUnit, aliases

#: The order in which a status may move. `failed` is an end of its own: nothing leads out of it.
RANK: Final[Mapping[SendStatus, int]] = {
    SendStatus.QUEUED: 0,
    SendStatus.SENT: 1,
    SendStatus.DELIVERED: 2,
    SendStatus.READ: 3,
    SendStatus.FAILED: 9,
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that was accepted."""

    order_no: int
    session_id: str
    message_id: str
    tenant_id: str
    chat: str  #: the lane: messages of one chat go out in their order
    to_jid: str
    text: str = field(repr=False)
    message: bytes | None = field(repr=False)  #: waE2E.Message, once the engine has built it
    status: SendStatus
    attempts: int
    next_at_ms: int | None
    error_code: str | None
    error: str | None
    idempotency_key: str | None
    request_hash: str
    accepted_at_ms: int
    sent_at_ms: int | None = None
    delivered_at_ms: int | None = None
    read_at_ms: int | None = None


@dataclass(slots=True)
class Standing:
    """Where a message stands now, for a unit that is about to move it."""

    order_no: int
    session_id: str
    message_id: str
    tenant_id: str
    to_jid: str
    status: SendStatus
    own_jid: str | None
    own_lid: str | None


def next_order(unit: WriteUnit) -> int:
    """The next place in the order of acceptance."""
    known = unit.sole_writer_cache
    last = known.get("outbox order")
    if last is None:
        last = int(unit.scalar(statements.LAST_ORDER))
    known["outbox order"] = last + 1
    return int(last) + 1


def insert(unit: WriteUnit, rows: Sequence[OutboxRow]) -> None:
    """Add accepted rows."""
    unit.run_many(statements.ADD, [_values(row) for row in rows])


def backlog(unit: ReadUnit) -> frozenset[str]:
    """The sessions that still have something to send."""
    return frozenset(session_id for (session_id,) in unit.all(statements.BACKLOG))


def queued(unit: ReadUnit, session_id: str, after: int, limit: int) -> list[OutboxRow]:
    """What a session still has to send, oldest first."""
    found = unit.all(statements.QUEUED, session_id=session_id, after=after, most=limit)
    return [row_of(row) for row in found]


def by_keys(unit: ReadUnit, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], OutboxRow]:
    """The rows that hold these (tenant, session, idempotency key)."""
    found: dict[tuple[str, str, str], OutboxRow] = {}
    for values in unit.keyed(statements.BY_KEYS, keys):
        row = row_of(values)
        found[row.tenant_id, row.session_id, row.idempotency_key or ""] = row
    return found


def standing(unit: ReadUnit, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Where these (session, message id) stand. Those that are not ours are absent."""
    found: dict[tuple[str, str], Standing] = {}
    for values in unit.keyed(statements.STANDING, keys):
        cells = list(values)
        cells[5] = SendStatus(cells[5])
        found[cells[1], cells[2]] = Standing(*cells)
    return found


def one(unit: ReadUnit, session_id: str, message_id: str) -> OutboxRow:
    """One accepted message. Raises UnknownMessage."""
    row = unit.first(statements.ONE, session_id=session_id, message_id=message_id)
    if row is None:
        raise UnknownMessage
    return row_of(row)


def page(
    unit: ReadUnit, session_id: str, chat: str | None, after: tuple[int, str], limit: int
) -> list[OutboxRow]:
    """Messages in the order of (time of acceptance, message id) after a place; a chat's under either name."""
    place = {"session_id": session_id, "at_ms": after[0], "message_id": after[1], "most": limit}
    if chat is None:
        rows = unit.all(statements.PAGE, **place)
    else:
        names = aliases.names(unit, session_id, parse_recipient(chat) or chat)
        rows = unit.keyed(statements.PAGE_OF_CHAT, [(name,) for name in names], **place)
    return [row_of(row) for row in rows]


def lane_is_busy(unit: ReadUnit, session_id: str, chat: str) -> bool:
    """True if the newest message of this lane still waits."""
    return bool(unit.scalar(statements.LANE_END, session_id=session_id, chat=chat) == SendStatus.QUEUED)


def row_of(values: Row) -> OutboxRow:
    """The row from its columns, in the order of `statements.COLUMNS`."""
    cells = list(values)
    cells[8] = SendStatus(cells[8])
    return OutboxRow(*cells)


def _values(row: OutboxRow) -> Mapping[str, object]:
    values = {column: getattr(row, column) for column in statements.COLUMNS}
    return {**values, "status": row.status.value}
