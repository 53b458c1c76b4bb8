"""Adding messages, inside a unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.messages import statements
from holdfast.messages.message import Direction
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, WriteUnit


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A row of the table `messages`. Chat and sender are canonical.

    `body_json` is the event data that tells of the message (`model.events.MessageReceived`), for both
    directions: it stands here once, and the journal's event points to it.
    """

    order_no: int
    direction: Direction
    session_id: SessionId
    message_id: str
    chat: str
    sender: str
    group: bool
    kind: str
    body_json: str = field(repr=False)
    raw: bytes = field(repr=False)
    timestamp_ms: int
    taken_at_ms: int
    event_id: str | None = None
    to_jid: str | None = None


def newest_order(unit: ReadUnit) -> int:
    """The newest place in the order; 0 before the first message."""
    return int(unit.scalar(statements.LAST_ORDER))


def next_order(unit: WriteUnit) -> int:
    """The next place in the order in which messages are taken."""
    known = unit.sole_writer_cache
    last = known.get("last message")
    if last is None:
        last = newest_order(unit)
    known["last message"] = last + 1
    return int(last) + 1


def add(unit: WriteUnit, messages: Sequence[NewMessage]) -> None:
    """Add messages. Raises IntegrityError when one of this session, id, chat and sender is there already."""
    unit.run_many(statements.ADD, [_values(each) for each in messages])


def add_history(unit: WriteUnit, messages: Sequence[tuple[NewMessage, int]]) -> None:
    """Add messages of before the link, each with the message after which it stands."""
    unit.run_many(
        statements.ADD_HISTORY, [_values(message) | {"history_place": place} for message, place in messages]
    )


def replace(unit: WriteUnit, message: NewMessage) -> None:
    """Give a message that stood there undecryptable its content, in its place."""
    unit.run(statements.REPLACE, **_values(message))


def finish(unit: WriteUnit, order_no: int, raw: bytes) -> None:
    """Give a message of ours the final bytes that nobody has seen before."""
    unit.run(statements.FINISH, order_no=order_no, raw=raw)


def _values(it: NewMessage) -> dict[str, object]:
    return {
        "order_no": it.order_no,
        "direction": it.direction.value,
        "session_id": it.session_id,
        "message_id": it.message_id,
        "chat": it.chat,
        "sender": it.sender,
        "is_group": int(it.group),
        "kind": it.kind,
        "body_json": it.body_json,
        "raw": it.raw,
        "timestamp_ms": it.timestamp_ms,
        "taken_at_ms": it.taken_at_ms,
        "event_id": it.event_id,
        "to_jid": it.to_jid,
    }
