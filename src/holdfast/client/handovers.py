"""Chats that a human takes over from the bots, and what bots remember."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.sessions import session_path
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class HeldChat:
    """A chat that is with a human. `by` is `bot:<name>` or the id of a key."""

    chat: str
    by: str
    note: str = field(repr=False)
    since: datetime | None
    until: datetime | None

    @classmethod
    def read(cls, body: Json) -> "HeldChat":
        """From the API's JSON."""
        return cls(
            chat=str(body["chat"]),
            by=str(body.get("by") or ""),
            note=str(body.get("note") or ""),
            since=moment(body.get("since")),
            until=moment(body.get("until")),
        )


class Handovers:
    """Who has which chat: the bots, unless a human took it. Raises UnknownSession, RecipientInvalid."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def list(self, session: str) -> Sequence[HeldChat]:
        """Return every chat of a session that is with a human."""
        body = await self._http.json("GET", session_path(session) + "/handovers")
        return [HeldChat.read(each) for each in body["handovers"]]

    async def take_over(
        self, session: str, chat: str, *, note: str = "", until: datetime | None = None
    ) -> None:
        """Take a chat over: the bots are silent in it. Raises ValueError for a time without a time zone."""
        if until is not None and until.tzinfo is None:
            raise ValueError("until has no time zone")
        body = {"note": note, "until": None if until is None else until.isoformat()}
        await self._http.json("PUT", _path(session, chat), body=body)

    async def give_back(self, session: str, chat: str) -> None:
        """Give a chat back to the bots. Idempotent."""
        await self._http.json("DELETE", _path(session, chat))

    async def forget(self, session: str, chat: str, bot: str) -> None:
        """Have a bot forget a chat. Harmless to repeat."""
        path = f"{session_path(session)}/states/{quote(bot, safe='')}/{quote(chat, safe='')}"
        await self._http.json("DELETE", path)


def _path(session: str, chat: str) -> str:
    return f"{session_path(session)}/handovers/{quote(chat, safe='')}"
