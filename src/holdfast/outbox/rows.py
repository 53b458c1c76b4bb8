"""Rows of the table `outbox`: their shape, and every statement about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from holdfast.model.address import parse_recipient
from holdfast.model.errors import UnknownMessage
from holdfast.model.events import SendStatus
from holdfast.store import aliases, cache

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


COLUMNS: Final = (
    "order_no, session_id, message_id, tenant_id, chat, to_jid, text, message, status, attempts, next_at_ms,"
    " error_code, error, idempotency_key, request_hash, accepted_at_ms, sent_at_ms, delivered_at_ms,"
    " read_at_ms"
)
_PREFIXED: Final = ", ".join(f"o.{column.strip()}" for column in COLUMNS.split(","))
_INSERT: Final = f"INSERT INTO outbox ({COLUMNS}) VALUES ({', '.join('?' * 19)})"
_LAST_ORDER: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)"
_QUEUED: Final = f"""
SELECT {COLUMNS} FROM outbox WHERE session_id = ? AND status = 'queued' AND order_no > ? ORDER BY order_no
LIMIT ?
"""
_BACKLOG: Final = "SELECT DISTINCT session_id FROM outbox WHERE status = 'queued'"
_BY_KEY: Final = f"""
WITH wanted(tenant_id, session_id, key) AS (VALUES %s)
SELECT {_PREFIXED} FROM wanted w CROSS JOIN outbox o
ON o.tenant_id = w.tenant_id AND o.session_id = w.session_id AND o.idempotency_key = w.key
"""
_BY_MESSAGE: Final = """
WITH wanted(session_id, message_id) AS (VALUES %s)
SELECT o.order_no, o.session_id, o.message_id, o.tenant_id, o.to_jid, o.status, s.jid, s.lid
FROM wanted w CROSS JOIN outbox o ON o.session_id = w.session_id AND o.message_id = w.message_id
LEFT JOIN sessions s ON s.id = o.session_id
"""
_LANE_END: Final = (
    "SELECT status FROM outbox WHERE session_id = ? AND chat = ? ORDER BY order_no DESC LIMIT 1"
)
_AT_ONCE: Final = 256


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


def next_order(conn: Connection) -> int:
    """The next place in the order of acceptance."""
    known = cache(conn)
    last = known.get("outbox order")
    if last is None:
        last = int(conn.exec_driver_sql(_LAST_ORDER).scalar_one())
    known["outbox order"] = last + 1
    return int(last) + 1


def insert(conn: Connection, rows: Sequence[OutboxRow]) -> None:
    """Add accepted rows."""
    if rows:
        conn.exec_driver_sql(_INSERT, [_values(row) for row in rows])


def backlog(conn: Connection) -> frozenset[str]:
    """The sessions that still have something to send."""
    return frozenset(conn.exec_driver_sql(_BACKLOG).scalars())


def queued(conn: Connection, session_id: str, after: int, limit: int) -> list[OutboxRow]:
    """What a session still has to send, oldest first."""
    return [row_of(values) for values in conn.exec_driver_sql(_QUEUED, (session_id, after, limit))]


def by_keys(conn: Connection, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], OutboxRow]:
    """The rows that hold these (tenant, session, idempotency key)."""
    found: dict[tuple[str, str, str], OutboxRow] = {}
    for values in _joined(conn, _BY_KEY, keys):
        row = row_of(values)
        found[row.tenant_id, row.session_id, row.idempotency_key or ""] = row
    return found


def standing(conn: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Where these (session, message id) stand. Those that are not ours are absent."""
    found: dict[tuple[str, str], Standing] = {}
    for values in _joined(conn, _BY_MESSAGE, keys):
        cells = list(values)
        cells[5] = SendStatus(cells[5])
        found[cells[1], cells[2]] = Standing(*cells)
    return found


def one(conn: Connection, session_id: str, message_id: str) -> OutboxRow:
    """One accepted message. Raises UnknownMessage."""
    query = f"SELECT {COLUMNS} FROM outbox WHERE session_id = ? AND message_id = ?"
    values = conn.exec_driver_sql(query, (session_id, message_id)).first()
    if values is None:
        raise UnknownMessage
    return row_of(values)


def page(
    conn: Connection, session_id: str, chat: str | None, after: tuple[int, str], limit: int
) -> list[OutboxRow]:
    """Messages in the order of (time of acceptance, message id) after a place; a chat's under either name."""
    query = (
        f"SELECT {COLUMNS} FROM outbox WHERE session_id = ? AND accepted_at_ms >= ?"
        " AND (accepted_at_ms > ? OR message_id > ?)"
    )
    parameters: list[Any] = [session_id, after[0], *after]
    if chat is not None:
        names = aliases.names(conn, session_id, parse_recipient(chat) or chat)
        query += f" AND chat IN ({','.join('?' * len(names))})"
        parameters += names
    query += " ORDER BY accepted_at_ms, message_id LIMIT ?"
    return [row_of(values) for values in conn.exec_driver_sql(query, (*parameters, limit))]


def lane_is_busy(conn: Connection, session_id: str, chat: str) -> bool:
    """True if the newest message of this lane still waits."""
    return conn.exec_driver_sql(_LANE_END, (session_id, chat)).scalar() == SendStatus.QUEUED


def row_of(values: Sequence[Any]) -> OutboxRow:
    """The row from its columns, in the order of COLUMNS."""
    cells = list(values)
    cells[8] = SendStatus(cells[8])
    return OutboxRow(*cells)


def _joined(conn: Connection, query: str, keys: Sequence[tuple[str, ...]]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        marks = "(" + ",".join("?" * len(some[0])) + ")"
        values = tuple(part for key in some for part in key)
        yield from conn.exec_driver_sql(query % ",".join([marks] * len(some)), values)


def _values(row: OutboxRow) -> tuple[object, ...]:
    return (
        row.order_no,
        row.session_id,
        row.message_id,
        row.tenant_id,
        row.chat,
        row.to_jid,
        row.text,
        row.message,
        row.status.value,
        row.attempts,
        row.next_at_ms,
        row.error_code,
        row.error,
        row.idempotency_key,
        row.request_hash,
        row.accepted_at_ms,
        row.sent_at_ms,
        row.delivered_at_ms,
        row.read_at_ms,
    )
