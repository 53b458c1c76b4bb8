"""Reading back what was received."""

from dataclasses import dataclass, field

from holdfast.inbox import statements
from holdfast.model.address import parse_recipient
from holdfast.model.errors import UnknownMessage
from holdfast.store import ReadUnit, Row, aliases


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
    timestamp_ms: int
    push_name: str = field(repr=False)
    event_id: str
    received_at_ms: int
    raw: bytes = field(repr=False, default=b"")


def get(unit: ReadUnit, session_id: str, message_id: str) -> StoredMessage:
    """One message. Raises UnknownMessage."""
    row = unit.first(statements.ONE, session_id=session_id, message_id=message_id)
    if row is None:
        raise UnknownMessage
    return _stored(row)


def page(
    unit: ReadUnit, session_id: str, chat: str | None, after: tuple[int, str], limit: int
) -> list[StoredMessage]:
    """Messages in the order of (time of reception, message id) after a place; a chat's under either name.

    Without their raw bytes, which may be large.
    """
    place = {"session_id": session_id, "at_ms": after[0], "message_id": after[1], "most": limit}
    if chat is None:
        rows = unit.all(statements.PAGE, **place)
    else:
        names = aliases.names(unit, session_id, parse_recipient(chat) or chat)
        rows = unit.keyed(statements.PAGE_OF_CHAT, [(name,) for name in names], **place)
    return [_stored(row) for row in rows]


def _stored(row: Row) -> StoredMessage:
    cells = list(row)
    cells[4], cells[5] = bool(cells[4]), bool(cells[5])
    return StoredMessage(*cells)
