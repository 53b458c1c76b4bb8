"""Rows of the table `chats`, inside a unit of work."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from holdfast.chats import labels, statements
from holdfast.chats.chat import ChatRow, Said, is_chat
from holdfast.messages import Direction, followed
from holdfast.model.address import is_group
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, Row, WriteUnit, aliases

#: Under this name stands how far the list of chats has come.
FOLLOWED_AS: Final = "chats"
#: A session and the canonical name of a chat of it.
Key = tuple[SessionId, str]


def said(row: Row) -> Said:
    """A message of `chats.next_messages`, its chat as it was called then."""
    order_no, session_id, chat, group, kind, direction, timestamp_ms, body_json, history = row
    if direction == Direction.OUT:
        return Said(order_no, session_id, chat, bool(group), kind, True, timestamp_ms)
    body = json.loads(body_json)
    names = bool(body.get("from_me")), timestamp_ms, str(body.get("push_name") or "")
    return Said(order_no, session_id, chat, bool(group), kind, *names, history=bool(history))


def here(unit: ReadUnit, keys: Iterable[Key]) -> dict[Key, ChatRow]:
    """These chats, as far as they are known."""
    return {(row[0], row[1]): chat_row(row) for row in unit.keyed(statements.HERE, list(keys))}


def one(unit: ReadUnit, session_id: SessionId, chat: str) -> ChatRow:
    """A chat by its canonical name; an empty one where it is not known."""
    found = here(unit, [(session_id, chat)])
    return found.get((session_id, chat)) or ChatRow(session_id, chat, is_group(chat))


def put(unit: WriteUnit, rows: Sequence[ChatRow]) -> None:
    """Write chats as they are now."""
    unit.run_many(statements.PUT, [_values(row) for row in rows])


def mark_read(unit: WriteUnit, session_id: SessionId, chat: str, up_to: int) -> None:
    """Everything of a chat up to this message is read; what came after it is counted again."""
    if not is_chat(chat):
        return
    row = one(unit, session_id, chat)
    if up_to <= row.read_order_no:
        return
    names = aliases.names(unit, session_id, chat)
    later = unit.all(
        statements.SAID_SINCE,
        session_id=session_id,
        chat=names[0],
        other_chat=names[-1],
        after=up_to,
        up_to=followed(unit, FOLLOWED_AS),
    )
    fresh = ChatRow(session_id, chat, row.group, read_order_no=up_to)
    for each in map(said, later):
        fresh = fresh.after(each)
    put(unit, [row.read(max(up_to, fresh.read_order_no), fresh.unread)])


def merge(unit: WriteUnit, session_id: SessionId, pn: str, lid: str) -> None:
    """Two names are one person: the chat under the number joins the one under the LID."""
    labels.move(unit, session_id, pn, lid)
    found = here(unit, [(session_id, pn), (session_id, lid)])
    old = found.get((session_id, pn))
    if old is None:
        return
    into = found.get((session_id, lid)) or ChatRow(session_id, lid, old.group)
    unit.run(statements.FORGET, session_id=session_id, chat=pn)
    put(unit, [into.merged(old)])


def rename(unit: WriteUnit, session_id: SessionId, chat: str, name: str) -> None:
    """A group has this subject, a person this name in the address book; an empty one is none."""
    put(unit, [replace(one(unit, session_id, chat), name=name or None)])


def chat_row(row: Row) -> ChatRow:
    """A row as the database has it."""
    session_id, chat, group, last_order_no, last_at_ms, unread, read_order_no, *rest = row
    name, push_name, archived, muted_until_ms = rest
    return ChatRow(
        session_id=session_id,
        chat=chat,
        group=bool(group),
        last_order_no=last_order_no,
        last_at_ms=last_at_ms,
        unread=unread,
        read_order_no=read_order_no,
        name=name,
        push_name=push_name,
        archived=bool(archived),
        muted_until_ms=muted_until_ms,
    )


def _values(it: ChatRow) -> dict[str, object]:
    return {
        "session_id": it.session_id,
        "chat": it.chat,
        "is_group": int(it.group),
        "last_order_no": it.last_order_no,
        "last_at_ms": it.last_at_ms,
        "unread": it.unread,
        "read_order_no": it.read_order_no,
        "name": it.name,
        "push_name": it.push_name,
        "archived": int(it.archived),
        "muted_until_ms": it.muted_until_ms,
    }
