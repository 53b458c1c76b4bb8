"""A chat as it is kept and as it is shown, and what one more message makes of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast.messages import Message
from holdfast.model.address import is_group, is_lid, is_pn
from holdfast.model.content import MessageKind
from holdfast.model.ids import SessionId

#: What changes other messages or says nothing to a person: it moves no chat, and nobody has to read it.
SILENT: Final = frozenset(
    {MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE, MessageKind.POLL_VOTE, MessageKind.OTHER}
)


@dataclass(frozen=True, slots=True)
class Said:
    """What matters of a message for its chat. The chat is canonical."""

    order_no: int
    session_id: SessionId
    chat: str
    group: bool
    kind: str
    from_me: bool
    timestamp_ms: int
    push_name: str = field(default="", repr=False)
    history: bool = False  #: of before the link: nothing new


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A row of the table `chats`. One without `last_at_ms` is not listed: nothing was said in it yet."""

    session_id: SessionId
    chat: str
    group: bool
    last_order_no: int | None = None
    last_at_ms: int | None = None
    unread: int = 0
    read_order_no: int = 0  #: everything up to this message is read
    #: The group's subject, or the name in the phone's address book.
    name: str | None = field(default=None, repr=False)
    push_name: str | None = field(default=None, repr=False)  #: what the person calls themself
    archived: bool = False
    muted_until_ms: int | None = None

    def after(self, said: Said) -> "ChatRow":
        """The chat once this message, which is newer than those before, is in it.

        Whoever writes in a chat, on whichever device, has read it.
        """
        if said.kind in SILENT:
            return self
        if said.history:
            return self._with_history(said)
        moved = replace(self, last_order_no=said.order_no, last_at_ms=said.timestamp_ms)
        if said.from_me:
            return replace(moved, unread=0, read_order_no=max(self.read_order_no, said.order_no))
        if said.push_name and not self.group:
            moved = replace(moved, push_name=said.push_name)
        return replace(moved, unread=self.unread + (said.order_no > self.read_order_no))

    def _with_history(self, said: Said) -> "ChatRow":
        """The chat with a message of before the link, which may be its last one and is never unread."""
        if self.last_at_ms is not None and said.timestamp_ms <= self.last_at_ms:
            return self
        moved = replace(self, last_order_no=said.order_no, last_at_ms=said.timestamp_ms)
        named = said.push_name and not self.group and not said.from_me
        return replace(moved, push_name=said.push_name) if named else moved

    def read(self, up_to: int, unread: int) -> "ChatRow":
        """The chat read up to a message, with so many unread ones after it."""
        return replace(self, read_order_no=up_to, unread=unread)

    def merged(self, other: "ChatRow") -> "ChatRow":
        """The one chat that these two turned out to be, under this one's name."""
        newer = max(self, other, key=lambda it: it.last_at_ms or 0)
        return replace(
            newer,
            chat=self.chat,
            unread=self.unread + other.unread,
            read_order_no=max(self.read_order_no, other.read_order_no),
            name=self.name or other.name,
            push_name=newer.push_name or self.push_name or other.push_name,
            archived=self.archived or other.archived,
            muted_until_ms=self.muted_until_ms if self.muted_until_ms is not None else other.muted_until_ms,
        )


def is_chat(jid: str) -> bool:
    """True for a person and a group; statuses and channels are no chats."""
    return is_pn(jid) or is_lid(jid) or is_group(jid)


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A place in a list of chats, which is newest first: after this chat."""

    last_at_ms: int
    chat: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label. One that a chat has and that was not told of yet has no name."""

    label_id: str
    name: str = field(repr=False)
    color: int  #: WhatsApp's number of the colour


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as it is shown."""

    row: ChatRow
    phone: str | None  #: `+4915…` of a person whose number is known
    last: Message | None  #: None where retention has deleted it
    labels: Sequence[Label] = ()

    @property
    def name(self) -> str:
        """What a person would call it: never empty."""
        return self.row.name or self.row.push_name or self.phone or self.row.chat

    @property
    def place(self) -> ChatPlace:
        """The place after it."""
        return ChatPlace(self.row.last_at_ms or 0, self.row.chat)
