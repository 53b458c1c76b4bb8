"""Calls about chats: which there are, what is unread, and their messages from either end."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.sessions import session_path
from holdfast.client.times import moment
from holdfast.client.types import Message

#: Makes a message of the session out of the API's JSON.
Read = Callable[[str, Json], Message]


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a business account. `name` is empty while the phone has not told of it."""

    label_id: str
    name: str = field(repr=False)
    #: WhatsApp's number of the colour.
    color: int

    @classmethod
    def read(cls, body: Json) -> "Label":
        """From the API's JSON."""
        return cls(str(body["label_id"]), str(body.get("name") or ""), int(body.get("color") or 0))


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as the gateway sees it now. `chat` is its JID, to write to."""

    chat: str
    phone: str | None
    group: bool
    name: str = field(repr=False)
    unread: int
    archived: bool
    muted_until: datetime | None
    last_at: datetime | None
    last_message: Message | None
    #: What the phone has labelled it with, by name.
    labels: Sequence[Label] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Messages of a chat that stand side by side, oldest first."""

    messages: Sequence[Message]
    #: Give it as `before` for what is older; None when nothing is.
    previous: str | None
    #: Give it as `after` for what is newer; None when nothing is, so far.
    next: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, the newest first."""

    messages: Sequence[Message]
    #: Give it as `after` for the next page; None: this was the last.
    next: str | None
    #: False while older messages are still on their way into the index.
    complete: bool


class Chats:
    """`client.chats`. Every call raises UnknownSession; those about one chat raise RecipientInvalid."""

    def __init__(self, http: Http, read: Read) -> None:
        self._http, self._read = http, read

    async def page(
        self,
        session: str,
        *,
        archived: bool | None = None,
        unread: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[Sequence[Chat], str | None]:
        """Return a page of the chats, newest first, and the place of the next one (None: no more)."""
        wanted = None if archived is None else str(archived).lower()
        query = {"archived": wanted, "unread": "true" if unread else None, "after": after, "limit": limit}
        body = await self._http.json("GET", session_path(session) + "/chats", query=query)
        return [self._chat(session, it) for it in body["chats"]], body.get("next")

    async def list(
        self, session: str, *, archived: bool | None = None, unread: bool = False
    ) -> AsyncIterator[Chat]:
        """Every chat, newest first: `async for chat in client.chats.list("office")`."""
        after: str | None = None
        while True:
            found, after = await self.page(session, archived=archived, unread=unread, after=after)
            for each in found:
                yield each
            if after is None:
                return

    async def get(self, session: str, chat: str) -> Chat:
        """Return one chat; an empty one where nothing was said yet."""
        return self._chat(session, await self._http.json("GET", _path(session, chat)))

    async def labels(self, session: str) -> "Sequence[Label]":
        """Every label of a business account, by name. They are made and changed on the phone."""
        body = await self._http.json("GET", session_path(session) + "/labels")
        return [Label.read(it) for it in body["labels"]]

    async def messages(
        self,
        session: str,
        chat: str,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        limit: int = 50,
    ) -> Window:
        """Return the newest messages, those before or after another piece, or those around a message id.

        Raises UnknownMessage when there is no message `around` in this chat.
        """
        query = {"before": before, "after": after, "around": around, "limit": limit}
        body = await self._http.json("GET", _path(session, chat) + "/messages", query=query)
        found = [self._read(session, it) for it in body["messages"]]
        return Window(found, body["previous"], body["next"])

    async def mark_read(self, session: str, chat: str) -> int:
        """Send read receipts for everything in a chat. Returns how many messages they are sent for.

        Raises NotConnected: then everything stays unread.
        """
        return int((await self._http.json("POST", _path(session, chat) + "/read"))["told"])

    async def ask_older(self, session: str, chat: str, *, count: int = 50) -> str:
        """Ask the phone for older messages. Returns the id of the message before which it is asked.

        Best effort: what it hands over stands in the chat some seconds later. Raises UnknownMessage where
        nothing of the chat is here, NotConnected.
        """
        body = await self._http.json("POST", _path(session, chat) + "/history", body={"count": count})
        return str(body["before"])

    async def search(
        self,
        text: str,
        session: str | None = None,
        *,
        chat: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Found:
        """Messages with all of these words, newest first: of every session, of one, or of one of its chats.

        Each word is the beginning of one; `"words in quotes"` stand side by side. Raises RequestInvalid for
        a text without words.
        """
        path = "/v1/search" if session is None else session_path(session) + "/search"
        query = {"q": text, "chat": chat, "after": after, "limit": limit}
        body = await self._http.json("GET", path, query=query)
        found = [self._read(str(it["session_id"]), it) for it in body["messages"]]
        return Found(found, body["next"], bool(body["complete"]))

    def _chat(self, session: str, body: Json) -> Chat:
        last = body["last_message"]
        return Chat(
            chat=body["chat"],
            phone=body["phone"],
            group=body["group"],
            name=body["name"],
            unread=body["unread"],
            archived=body["archived"],
            muted_until=moment(body["muted_until"]),
            last_at=moment(body["last_at"]),
            last_message=None if last is None else self._read(session, last),
            labels=[Label.read(it) for it in body.get("labels") or ()],
        )


def _path(session: str, chat: str) -> str:
    return f"{session_path(session)}/chats/{quote(chat, safe='')}"
