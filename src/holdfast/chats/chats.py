"""The list of chats of a session, one chat, and its messages from either end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from holdfast.chats import labels, rows, statements
from holdfast.chats.chat import Chat, ChatPlace, ChatRow, Label
from holdfast.messages import ChatWindows, Follower, Message, Window
from holdfast.messages.reading import by_order
from holdfast.model.address import parse_recipient, phone_of
from holdfast.model.errors import RecipientInvalid, UnknownMessage
from holdfast.model.ids import SessionId
from holdfast.model.seams import SessionRef
from holdfast.people import Activities
from holdfast.people.activity import MOST_MESSAGES
from holdfast.store import ReadUnit, Store, WriteUnit, aliases

_NEWEST: Final = ChatPlace(1 << 62, "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which chats. None: whether archived or not."""

    archived: bool | None = None
    unread: bool = False  #: only those with unread messages
    after: ChatPlace | None = None
    limit: int = 50


class Chats:
    """Reads chats; what was committed before a call is in its answer. Raises StoreUnavailable."""

    def __init__(self, store: Store, follower: Follower, activities: Activities) -> None:
        self._store, self._follower, self._activities = store, follower, activities

    async def page(self, session: SessionRef, wanted: Wanted) -> Sequence[Chat]:
        """Chats after a place, newest first. One that somebody writes in meanwhile comes first again."""
        await self._follower.catch_up()
        return await self._store.read(partial(_page, session_id=session.session_id, wanted=wanted))

    async def get(self, session: SessionRef, chat: str) -> Chat:
        """One chat, by a number, a JID or the `chat` of an event; an empty one where nothing was said.

        Raises RecipientInvalid.
        """
        jid = chat_jid(chat)
        await self._follower.catch_up()
        return await self._store.read(partial(_one, session_id=session.session_id, jid=jid))

    async def labels(self, session: SessionRef) -> Sequence[Label]:
        """The labels of the session's number, by name, as far as its phone has told of them."""
        return await self._store.read(partial(labels.every, session_id=session.session_id))

    async def messages(self, session: SessionRef, chat: str, look: Callable[[ChatWindows], Window]) -> Window:
        """A piece of a chat: `look` says which. Raises RecipientInvalid, and what `look` raises."""
        jid = chat_jid(chat)
        return await self._store.read(lambda unit: look(ChatWindows(unit, session.session_id, jid)))

    async def mark_read(self, session: SessionRef, chat: str) -> int:
        """Tell the senders that everything in the chat was read; nothing of it is unread then.

        How many messages were named; of a longer backlog the newest 500 are. Raises RecipientInvalid and
        what Activities.read raises; then everything stays unread.
        """
        found = await self.get(session, chat)
        unread = partial(_unread_ids, row=found.row)
        ids = await self._store.read(unread) if found.row.unread else []
        told = 0
        if ids:
            try:
                told = await self._activities.read(session, ids)
            except UnknownMessage:
                told = 0  # all of them are from the number itself
        up_to = found.row.last_order_no or 0
        await self._store.write(partial(_mark_read, row=found.row, up_to=up_to))
        return told

    async def ask_older(self, session: SessionRef, chat: str, count: int) -> str:
        """Ask the phone for what was said before the oldest message that is here; that message's id.

        Raises RecipientInvalid, UnknownMessage where nothing is here, NotConnected.
        """
        jid = chat_jid(chat)
        oldest = await self._store.read(lambda unit: ChatWindows(unit, session.session_id, jid).oldest())
        if oldest is None:
            raise UnknownMessage(
                "No message of this chat is here, and the phone is asked for what was before one",
                next_step="Write to the chat, or wait until somebody does.",
            )
        await self._activities.ask_older(session, oldest, count)
        return oldest.message_id


def chat_jid(text: str) -> str:
    """The JID of a chat. Raises RecipientInvalid."""
    jid = parse_recipient(text)
    if jid is None:
        raise RecipientInvalid
    return jid


def _page(unit: ReadUnit, session_id: SessionId, wanted: Wanted) -> list[Chat]:
    place = wanted.after or _NEWEST
    archived = (0, 1) if wanted.archived is None else (int(wanted.archived),) * 2
    found = unit.all(
        statements.PAGE,
        session_id=session_id,
        last_at_ms=place.last_at_ms,
        chat=place.chat,
        archived=archived[0],
        other_archived=archived[1],
        unread=int(wanted.unread),
        limit=wanted.limit,
    )
    return _shown(unit, session_id, [rows.chat_row(row) for row in found])


def _one(unit: ReadUnit, session_id: SessionId, jid: str) -> Chat:
    row = rows.one(unit, session_id, aliases.canonical(unit, session_id, jid))
    return _shown(unit, session_id, [row])[0]


def _shown(unit: ReadUnit, session_id: SessionId, found: Sequence[ChatRow]) -> list[Chat]:
    last: dict[int, Message] = by_order(unit, [row.last_order_no for row in found if row.last_order_no])
    phones = [phone_of(aliases.phone_jid(unit, row.session_id, row.chat)) for row in found]
    given = labels.of_chats(unit, session_id, [row.chat for row in found])
    return [
        Chat(row, phone, last.get(row.last_order_no or 0), given.get(row.chat, ()))
        for row, phone in zip(found, phones, strict=True)
    ]


def _unread_ids(unit: ReadUnit, row: ChatRow) -> list[str]:
    names = aliases.names(unit, row.session_id, row.chat)
    found = unit.all(
        statements.UNREAD_IDS,
        session_id=row.session_id,
        chat=names[0],
        other_chat=names[-1],
        after=row.read_order_no,
        limit=min(row.unread, MOST_MESSAGES),
    )
    return [str(message_id) for (message_id,) in found]


def _mark_read(unit: WriteUnit, row: ChatRow, up_to: int) -> None:
    chat = aliases.canonical(unit, row.session_id, row.chat)
    rows.mark_read(unit, row.session_id, chat, up_to)
