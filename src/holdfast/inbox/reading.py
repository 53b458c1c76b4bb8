"""Reading back what was received."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from holdfast.model.address import parse_recipient
from holdfast.model.errors import UnknownMessage
from holdfast.store import aliases

_COLUMNS: Final = (
    "session_id, message_id, chat, sender, from_me, is_group, kind, text, body_json, raw, timestamp_ms,"
    " push_name, event_id, received_at_ms"
)
_WITHOUT_RAW: Final = _COLUMNS.replace(" raw,", " x'' AS raw,")
_ONE: Final = f"""
SELECT {_COLUMNS} FROM messages WHERE session_id = ? AND message_id = ? ORDER BY received_at_ms DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A received message as the store holds it. Chat and sender are canonical."""

    session_id: str
    message_id: str
    chat: str
    sender: str
    from_me: bool
    group: bool
    kind: str
    text: str = field(repr=False)
    body_json: str = field(repr=False)
    raw: bytes = field(repr=False)
    timestamp_ms: int
    push_name: str = field(repr=False)
    event_id: str
    received_at_ms: int


def get(conn: Connection, session_id: str, message_id: str) -> StoredMessage:
    """One message. Raises UnknownMessage."""
    row = conn.exec_driver_sql(_ONE, (session_id, message_id)).first()
    if row is None:
        raise UnknownMessage
    return _stored(row)


def page(
    conn: Connection, session_id: str, chat: str | None, after: tuple[int, str], limit: int
) -> list[StoredMessage]:
    """Messages in the order of (time of reception, message id) after a place; a chat's under either name.

    Without their raw bytes, which may be large.
    """
    query = (
        f"SELECT {_WITHOUT_RAW} FROM messages WHERE session_id = ? AND received_at_ms >= ?"
        " AND (received_at_ms > ? OR message_id > ?)"
    )
    parameters: list[Any] = [session_id, after[0], *after]
    if chat is not None:
        names = aliases.names(conn, session_id, parse_recipient(chat) or chat)
        query += f" AND chat IN ({','.join('?' * len(names))})"
        parameters += names
    query += " ORDER BY received_at_ms, message_id LIMIT ?"
    return [_stored(row) for row in conn.exec_driver_sql(query, (*parameters, limit))]


def _stored(row: Any) -> StoredMessage:
    cells = list(row)
    cells[4], cells[5] = bool(cells[4]), bool(cells[5])
    return StoredMessage(*cells)
