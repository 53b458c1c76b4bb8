"""Messages read back: one, or a page."""

import json
from collections.abc import Sequence
from functools import partial

from holdfast.messages import statements
from holdfast.messages.message import Direction, Message, MessageFile, Outgoing
from holdfast.messages.status import Receipts, status_of
from holdfast.model.address import parse_recipient
from holdfast.model.errors import UnknownMessage
from holdfast.model.events import ErrorNote, EventType, MessageReceived, event_from_json
from holdfast.model.ids import SessionId
from holdfast.model.media import FileState
from holdfast.store import ReadUnit, Row, Store, aliases


class MessageReader:
    """Reads the messages of every session."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, session_id: SessionId, message_id: str) -> Message:
        """One message with its protobuf; ours where somebody else has chosen the same id.

        Raises UnknownMessage, StoreUnavailable.
        """
        return await self._store.read(partial(one, session_id=session_id, message_id=message_id))

    async def page(
        self, session_id: SessionId, *, chat: str | None, direction: Direction | None, after: int, limit: int
    ) -> list[Message]:
        """Messages after a place in the order, in the order in which Holdfast took them, without their
        protobufs.

        `chat` is a order_no or a JID; both names of a person are one chat. Raises StoreUnavailable.
        """
        return await self._store.read(
            lambda unit: page(unit, session_id, chat=chat, direction=direction, after=after, limit=limit)
        )

    async def queued(self, session_id: SessionId, *, after: int, limit: int) -> list[Message]:
        """What waits to be sent after a place in the order, oldest first. Raises StoreUnavailable."""
        wanted = {"session_id": session_id, "after": after, "limit": limit}
        rows = await self._store.read(lambda unit: unit.all(statements.QUEUED_PAGE, **wanted))
        return [read_row(row) for row in rows]


def one(unit: ReadUnit, session_id: SessionId, message_id: str) -> Message:
    """One message. Raises UnknownMessage."""
    row = unit.first(statements.ONE, session_id=session_id, message_id=message_id)
    if row is None:
        raise UnknownMessage
    return read_row(row[:-1], bytes(row[-1]))


def in_chat(unit: ReadUnit, session_id: SessionId, names: Sequence[str], message_id: str) -> Message | None:
    """One message with its protobuf, of the chat with these one or two names; None if there is none."""
    row = unit.first(
        statements.IN_CHAT,
        session_id=session_id,
        message_id=message_id,
        chat=names[0],
        other_chat=names[-1],
    )
    return None if row is None else read_row(row[:-1], bytes(row[-1]))


def by_order(unit: ReadUnit, order_nos: Sequence[int]) -> dict[int, Message]:
    """The messages with these order_nos."""
    found = unit.keyed(statements.BY_ORDER, [(order_no,) for order_no in order_nos])
    return {row[0]: read_row(row) for row in found}


def page(
    unit: ReadUnit,
    session_id: SessionId,
    *,
    chat: str | None,
    direction: Direction | None,
    after: int,
    limit: int,
) -> list[Message]:
    """A page of a session, or of one of its chats."""
    wanted = {"session_id": session_id, "after": after, "limit": limit}
    wanted |= {"direction": direction or Direction.IN, "other_direction": direction or Direction.OUT}
    if chat is None:
        rows = unit.all(statements.PAGE, **wanted)
    else:
        names = aliases.names(unit, session_id, parse_recipient(chat) or chat)
        rows = unit.all(statements.CHAT_PAGE, **wanted, chat=names[0], other_chat=names[-1])
    return [read_row(row) for row in rows]


def read_row(row: Row, raw: bytes = b"") -> Message:
    """The message in a row of the statements that list messages."""
    row, history_place = row[:-1], row[-1]
    (
        order_no,
        direction,
        session_id,
        message_id,
        chat,
        sender,
        group,
        body_json,
        timestamp,
        taken,
        event_id,
    ) = row[:11]
    data = event_from_json(EventType.MESSAGE_RECEIVED, json.loads(body_json))
    assert isinstance(data, MessageReceived)
    out = direction == Direction.OUT
    return Message(
        order_no=order_no,
        direction=Direction(direction),
        session_id=session_id,
        message_id=message_id,
        chat=chat,
        sender=sender,
        from_me=data.from_me,
        group=bool(group),
        content=data.content,
        timestamp_ms=timestamp,
        push_name=data.push_name,
        attributes=data.attributes,
        event_id=event_id,
        outgoing=_outgoing(row, taken) if out else None,
        file=_file(row),
        history_place=history_place,
        raw=raw,
    )


def _file(row: Row) -> MessageFile | None:
    media_id, state, error_code = row[16:19]
    return None if media_id is None else MessageFile(media_id, FileState(state), error_code)


def _outgoing(row: Row, accepted_at_ms: int) -> Outgoing:
    to_jid, sent, failed, code, detail = row[11:16]
    queued, attempts, next_at, not_before, expires, *rest = row[19:]
    last_code, last_detail, delivered_to, read_by, delivered_at, read_at = rest
    waits, group = queued is not None, bool(row[6])
    error = (code, detail) if code else (last_code, last_detail)
    return Outgoing(
        to=to_jid,
        status=status_of(
            waits=waits,
            failed=failed is not None,
            group=group,
            receipts=Receipts(delivered_to, read_by),
        ),
        accepted_at_ms=accepted_at_ms,
        sent_at_ms=sent,
        delivered_at_ms=delivered_at,
        read_at_ms=read_at,
        failed_at_ms=failed,
        delivered_to=delivered_to,
        read_by=read_by,
        attempts=attempts or 0,
        next_at_ms=next_at,
        not_before_ms=not_before,
        expires_at_ms=expires,
        error=ErrorNote(error[0], error[1] or "") if error[0] else None,
    )
