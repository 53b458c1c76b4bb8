"""What a phone writes: every kind of message, one method each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.lab.address import Address, address
from holdfast.lab.line import Line, encoded


@dataclass(frozen=True, slots=True)
class Pen:
    """What a phone writes with. Each method returns the id of the message."""

    line: Line

    async def send(self, /, to: Address, **draft: Any) -> str:
        """Send whatever the admin API's `send` takes: the fields are in its specification, /openapi.json."""
        return str((await self.line.post("send", {"to": address(to), **draft}))["id"])

    async def say(
        self,
        to: Address,
        text: str,
        *,
        reply_to: str | None = None,
        mentions: Sequence[Address] | None = None,
        id: str | None = None,
    ) -> str:
        """Write a text, as an answer to the message `reply_to` if given."""
        named = [address(each) for each in mentions] if mentions else None
        return await self.send(to, text=text, reply_to=reply_to, mentions=named, id=id)

    async def say_many(self, messages: Sequence[tuple[Address, str]]) -> Sequence[str]:
        """Write `(to, text)` one after the other in one request; returns the ids."""
        drafts = [{"to": address(to), "text": text} for to, text in messages]
        return [str(id) for id in (await self.line.post("send-batch", {"messages": drafts}))["ids"]]

    async def send_raw(self, to: Address, message: bytes, id: str | None = None) -> str:
        """Send an encoded `waE2E.Message`, whatever is in it."""
        return await self.send(to, raw_base64=encoded(message), id=id)

    async def send_file(
        self,
        to: Address,
        file: Path | bytes,
        *,
        kind: str = "document",
        mimetype: str | None = None,
        file_name: str | None = None,
        caption: str | None = None,
        view_once: bool | None = None,
        id: str | None = None,
    ) -> str:
        """Encrypt, upload and send a file: "image", "video", "audio", "voice", "document", "sticker", …"""
        body = await asyncio.to_thread(file.read_bytes) if isinstance(file, Path) else file
        name = file_name or (file.name if isinstance(file, Path) else None)
        media = {"kind": kind, "data_base64": encoded(body), "mimetype": mimetype, "file_name": name}
        given = {key: value for key, value in media.items() if value is not None}
        return await self.send(to, media=given, text=caption, view_once=view_once, id=id)

    async def react(self, to: Address, target: str, emoji: str) -> str:
        """React to the message `target` of this chat; "" takes the reaction back."""
        return await self.send(to, reaction=emoji, target=target)

    async def edit(self, to: Address, target: str, text: str) -> str:
        """Replace the text of an own message."""
        return await self.send(to, edit=text, target=target)

    async def delete(self, to: Address, target: str) -> str:
        """Delete a message for everyone: an own one, or in a group anybody's, by its admin."""
        return await self.send(to, delete=True, target=target)

    async def pin(self, to: Address, target: str, pinned: bool = True) -> str:
        """Pin a message for everyone, or unpin it."""
        return await self.send(to, pin=pinned, target=target)

    async def send_location(
        self, to: Address, latitude: float, longitude: float, name: str | None = None, *, live: bool = False
    ) -> str:
        """Send a place, or with `live` where the phone is."""
        place: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
        place |= {"name": name} if name else {}
        return await self.send(to, location=place | ({"live": True} if live else {}))

    async def send_contact(self, to: Address, name: str, number: str) -> str:
        """Send a contact card."""
        return await self.send(to, contacts=[{"name": name, "phone": number.lstrip("+")}])

    async def send_poll(
        self, to: Address, question: str, options: Sequence[str], *, selectable: int | None = None
    ) -> str:
        """Ask; `selectable` is how many options one may choose."""
        poll: dict[str, Any] = {"question": question, "options": list(options)}
        return await self.send(to, poll=poll | ({"selectable": selectable} if selectable else {}))

    async def vote(self, to: Address, poll: str, *options: str) -> str:
        """Vote in a poll; no option takes the vote back."""
        return await self.send(to, vote=list(options), target=poll)

    async def set_disappearing(self, to: Address, seconds: int) -> str:
        """Set the chat's timer for disappearing messages; 0 is off."""
        return await self.send(to, disappearing_s=seconds)
