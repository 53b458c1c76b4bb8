"""Messages of before the link, inside a unit of work: stored in their place, told to nobody."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from holdfast import messages
from holdfast.chats import rows, statements
from holdfast.chats.chat import is_chat
from holdfast.engine import History, HistoryChat
from holdfast.inbox.storable import storable
from holdfast.journal import encode_data
from holdfast.media import Named, note_unfetched
from holdfast.messages import Direction, NewMessage
from holdfast.model.address import phone_of
from holdfast.model.content import MEDIA_TYPES
from holdfast.model.events import MessageReceived
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.messages import InboundMessage
from holdfast.store import WriteUnit, aliases

#: So many messages back it is looked where one belongs; older ones stand before all of those.
_LOOK_BACK: Final = 1_000


def keep(unit: WriteUnit, session_id: SessionId, tenant_id: TenantId, piece: History, now_ms: int) -> None:
    """Store what is not here yet. Idempotent: a piece that comes again adds nothing."""
    told = [it for it in map(storable, piece.messages) if isinstance(it, InboundMessage)]
    told = [it for it in told if is_chat(it.chat)]
    for chat in piece.chats:
        if is_chat(chat.chat):
            _take_over(unit, session_id, chat)
    by_chat: dict[str, list[InboundMessage]] = {}
    for message in _new(unit, session_id, told):
        chat_name = aliases.canonical(unit, session_id, message.chat)
        by_chat.setdefault(chat_name, []).append(message)
    added: list[tuple[NewMessage, int]] = []
    files: list[Named] = []
    for chat_name, of_chat in by_chat.items():
        places = _Places(unit, session_id, chat_name)
        for message in of_chat:
            row, file = _row(unit, tenant_id, chat_name, message)
            added.append((row, places.of(message.timestamp_ms)))
            files += [] if file is None else [file]
    messages.add_history(unit, added)
    note_unfetched(unit, files, now_ms)


def _take_over(unit: WriteUnit, session_id: SessionId, told: HistoryChat) -> None:
    """How the phone has the chat. What is unread there counts where nothing was said here yet."""
    row = rows.one(unit, session_id, aliases.canonical(unit, session_id, told.chat))
    fresh = row.last_order_no is None and not row.read_order_no
    rows.put(
        unit,
        [
            replace(
                row,
                name=row.name or told.name or None,
                archived=told.archived,
                muted_until_ms=told.muted_until_ms,
                unread=told.unread if fresh else row.unread,
            )
        ],
    )


def _new(unit: WriteUnit, session_id: SessionId, told: Sequence[InboundMessage]) -> list[InboundMessage]:
    """Those that are not here, each once."""
    keys = list(dict.fromkeys((session_id, it.message_id) for it in told))
    here = {
        (message_id, aliases.canonical(unit, session_id, chat))
        for message_id, chat in unit.keyed(statements.IDS_HERE, keys)
    }
    found: list[InboundMessage] = []
    for message in told:
        key = (message.message_id, aliases.canonical(unit, session_id, message.chat))
        if key not in here:
            here.add(key)
            found.append(message)
    return found


class _Places:
    """Where messages of before the link stand among those of a chat that were taken when they came."""

    def __init__(self, unit: WriteUnit, session_id: SessionId, chat: str) -> None:
        names = aliases.names(unit, session_id, chat)
        values = {"session_id": session_id, "chat": names[0], "other_chat": names[-1], "limit": _LOOK_BACK}
        taken = list(reversed(unit.all(statements.TAKEN, **values)))
        self._orders = [int(order_no) for order_no, _ in taken]
        # Clocks differ: a message is never older than one that was taken before it.
        self._times: list[int] = []
        for _, at_ms in taken:
            self._times.append(max(int(at_ms), self._times[-1] if self._times else 0))

    def of(self, at_ms: int) -> int:
        """The message after which one of this time stands; before all of them: the place before the first."""
        index = bisect_left(self._times, at_ms)
        if index:
            return self._orders[index - 1]
        return self._orders[0] - 1 if self._orders else 0


def _row(
    unit: WriteUnit, tenant_id: TenantId, chat: str, message: InboundMessage
) -> tuple[NewMessage, Named | None]:
    session_id, order_no = message.session_id, messages.next_order(unit)
    sender = aliases.canonical(unit, session_id, message.sender)
    content, file = message.content, None
    if message.file is not None and isinstance(content, MEDIA_TYPES):
        file = Named.by(message.file, content, order_no, session_id, tenant_id)
        content = file.content
    data = MessageReceived(
        message_id=message.message_id,
        chat=chat,
        sender=sender,
        content=content,
        timestamp_ms=message.timestamp_ms,
        chat_phone=phone_of(aliases.phone_jid(unit, session_id, chat)),
        sender_phone=phone_of(aliases.phone_jid(unit, session_id, sender)),
        from_me=message.from_me,
        group=message.group,
        push_name=message.push_name,
        attributes=message.attributes,
    )
    row = NewMessage(
        order_no=order_no,
        direction=Direction.IN,
        session_id=session_id,
        message_id=message.message_id,
        chat=chat,
        sender=sender,
        group=message.group,
        kind=content.kind,
        body_json=encode_data(data),
        raw=message.raw,
        timestamp_ms=message.timestamp_ms,
        taken_at_ms=message.timestamp_ms,
    )
    return row, file
