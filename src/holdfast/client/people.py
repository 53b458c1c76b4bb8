"""Calls about people, the session's own profile, and what others see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.groups import Member
from holdfast.client.http import Http
from holdfast.client.sessions import session_path


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a number is on WhatsApp. Write to `jid`: WhatsApp may spell the number otherwise."""

    number: str
    on_whatsapp: bool
    jid: str | None
    lid: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, at WhatsApp's; the address expires after some days."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The session's number as others see it."""

    jid: str
    phone: str | None
    lid: str | None
    name: str
    about: str
    picture_id: str | None

    @classmethod
    def read(cls, body: Json) -> "Profile":
        """From the API's JSON."""
        return cls(*(body[name] for name in cls.__slots__))


class People:
    """`client.people`: every call asks WhatsApp, so the session must be connected.

    Raises UnknownSession, RecipientInvalid, WhatsAppForbidden, NotConnected, WhatsAppUnanswered.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    async def check(self, session: str, *numbers: str) -> Sequence[Checked]:
        """Return which numbers are on WhatsApp, in the order given; 256 at most."""
        path = session_path(session) + "/check"
        body = await self._http.json("GET", path, query={"number": list(numbers)})
        return [Checked(it["number"], it["on_whatsapp"], it["jid"], it["lid"]) for it in body["numbers"]]

    async def picture(self, session: str, of: str, *, preview: bool = False) -> Picture | None:
        """Return the picture of a person or group, None if there is none or it is hidden."""
        query: Json = {"preview": True} if preview else {}
        body = await self._http.json("GET", _person(session, of) + "/picture", query=query)
        return None if body is None else Picture(body["id"], body["url"])

    async def about(self, session: str, of: str) -> str:
        """Return what a person says about themselves; empty if nothing, or if it is hidden."""
        return str((await self._http.json("GET", _person(session, of) + "/about"))["about"])

    async def profile(self, session: str) -> Profile:
        """Return the profile of the session's number."""
        return Profile.read(await self._http.json("GET", session_path(session) + "/profile"))

    async def set_profile(
        self, session: str, *, name: str | None = None, about: str | None = None
    ) -> Profile:
        """Change what is named. Returns the profile as it is then."""
        body = {key: value for key, value in (("name", name), ("about", about)) if value is not None}
        return Profile.read(await self._http.json("PATCH", session_path(session) + "/profile", body=body))

    async def blocked(self, session: str) -> Sequence[Member]:
        """Return whom the number has blocked."""
        body = await self._http.json("GET", session_path(session) + "/blocked")
        return [Member.read(it) for it in body["blocked"]]

    async def block(self, session: str, person: str) -> None:
        """Block somebody. Idempotent."""
        await self._http.json("PUT", f"{session_path(session)}/blocked/{quote(person, safe='')}")

    async def unblock(self, session: str, person: str) -> None:
        """Unblock somebody. Idempotent."""
        await self._http.json("DELETE", f"{session_path(session)}/blocked/{quote(person, safe='')}")

    async def show_presence(self, session: str, *, available: bool) -> None:
        """Show the number as online, or not, from now on; this survives reconnects and restarts."""
        await self._http.json("PUT", session_path(session) + "/presence", body={"available": available})

    async def watch_presence(self, session: str, person: str) -> None:
        """Follow when a person is online or types, by events `notice.received`; survives restarts.

        Best effort: WhatsApp tells only a number that is shown as online itself.
        """
        await self._http.json("PUT", _person(session, person) + "/presence")

    async def unwatch_presence(self, session: str, person: str) -> None:
        """Stop following a person, from the next connection on. Idempotent."""
        await self._http.json("DELETE", _person(session, person) + "/presence")

    async def show_activity(self, session: str, chat: str, activity: str) -> None:
        """Show in a chat that this side is `typing`, `recording` or has `paused`. Best effort."""
        path = f"{session_path(session)}/chats/{quote(chat, safe='')}/activity"
        await self._http.json("PUT", path, body={"activity": activity})

    async def read(self, session: str, message_ids: Sequence[str]) -> int:
        """Send read receipts for these received messages. Returns how many messages they are sent for.

        Raises UnknownMessage; then none is sent.
        """
        body = {"message_ids": list(message_ids)}
        return int((await self._http.json("POST", session_path(session) + "/read", body=body))["told"])

    async def reject_call(self, session: str, caller: str, call_id: str) -> None:
        """Reject a call that rings. `caller` and `call_id` are in its event."""
        path = f"{session_path(session)}/calls/{quote(call_id, safe='')}/reject"
        await self._http.json("POST", path, body={"caller": caller})


def _person(session: str, of: str) -> str:
    return f"{session_path(session)}/people/{quote(of, safe='')}"
