"""One simulated phone: everything that its owner could do with it."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, Union

from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import Account, File, GroupState, Linked, Receipt, Received, read
from holdfast.lab.group import Group

_POLL_S = 5.0

#: Whom a phone writes to: a phone, a group, a number or a JID.
Address: TypeAlias = Union["Phone", Group, str]


def address(to: Address) -> str:
    """The admin API's word for somebody."""
    if isinstance(to, Group):
        return to.jid
    return to.phone if isinstance(to, Phone) else to.lstrip("+")


@dataclass(frozen=True, slots=True)
class Phone:
    """A simulated phone. `phone` is its number, digits only; two objects of one number are equal."""

    phone: str
    lid: str = field(default="", compare=False)
    name: str = field(default="", compare=False)
    _admin: Admin = field(default=None, repr=False, compare=False)  # type: ignore[assignment]

    @classmethod
    def of(cls, admin: Admin, body: Mapping[str, Any]) -> "Phone":
        """A phone from the admin API's description."""
        return cls(str(body["phone"]), str(body.get("lid") or ""), str(body.get("name") or ""), admin)

    # ---- linking -------------------------------------------------------------------------------------

    async def scan(self, code: str) -> Linked:
        """Scan a client's QR code. Raises SimulatorError when WhatsApp would refuse it."""
        return read(Linked, await self._admin.post_text(self._path("scan"), code))

    async def enter_code(self, code: str) -> Linked:
        """Type the eight characters that a client shows ("link with phone number")."""
        return read(Linked, await self._admin.post(self._path("link-code"), {"code": code}))

    async def account(self) -> Account:
        """What WhatsApp's server knows of this number and its companions."""
        return read(Account, await self._admin.get(f"/admin/accounts/{self.phone}"))

    async def kick(self, device: int, reason: str = "close") -> bool:
        """End a companion's connection: "close", "replaced", "device_removed", "503", "515", …

        Returns whether it was connected.
        """
        path = f"/admin/accounts/{self.phone}/devices/{device}/kick"
        return bool((await self._admin.post(path, {"reason": reason}))["kicked"])

    async def unlink(self, device: int) -> None:
        """Remove a companion, as under "Linked devices"."""
        await self._admin.post(f"/admin/accounts/{self.phone}/devices/{device}/logout")

    # ---- writing -------------------------------------------------------------------------------------

    async def say(self, to: Address, text: str, id: str | None = None) -> str:
        """Write a text; returns the message id."""
        return await self._send({"to": address(to), "text": text, "id": id})

    async def say_many(self, messages: Sequence[tuple[Address, str]]) -> Sequence[str]:
        """Write `(to, text)` one after the other in one request; returns the ids."""
        body = {"messages": [{"to": address(to), "text": text} for to, text in messages]}
        return [str(id) for id in (await self._admin.post(self._path("send-batch"), body))["ids"]]

    async def send_raw(self, to: Address, message: bytes, id: str | None = None) -> str:
        """Send an encoded `waE2E.Message`, whatever is in it."""
        return await self._send({"to": address(to), "raw_base64": _base64(message), "id": id})

    async def send_file(
        self,
        to: Address,
        file: Path | bytes,
        *,
        kind: str = "document",
        mimetype: str | None = None,
        file_name: str | None = None,
        caption: str | None = None,
        id: str | None = None,
    ) -> str:
        """Encrypt, upload and send a file: "image", "video", "audio", "voice", "document" or "sticker"."""
        body = await asyncio.to_thread(file.read_bytes) if isinstance(file, Path) else file
        name = file_name or (file.name if isinstance(file, Path) else None)
        media = {"kind": kind, "data_base64": _base64(body), "mimetype": mimetype, "file_name": name}
        given = {key: value for key, value in media.items() if value is not None}
        return await self._send({"to": address(to), "media": given, "text": caption, "id": id})

    async def read(self, chat: Address, ids: Sequence[str]) -> None:
        """Read messages: the sender gets the blue ticks."""
        await self._admin.post(self._path("read"), {"chat": address(chat), "ids": list(ids)})

    async def _send(self, body: Mapping[str, Any]) -> str:
        return str((await self._admin.post(self._path("send"), body))["id"])

    # ---- what arrived --------------------------------------------------------------------------------

    async def inbox(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Received], int]:
        """What it received after a sequence number, and the next one; waits up to `wait_s` for something."""
        body = await self._admin.get(self._path("inbox"), {"after": after}, wait_s)
        return [read(Received, item) for item in body["items"]], int(body["next"])

    async def wait_for(
        self,
        text: str | None = None,
        *,
        kind: str | None = None,
        id: str | None = None,
        where: Callable[[Received], bool] | None = None,
        after: int = 0,
        timeout_s: float = 20.0,
    ) -> Received:
        """The first message of somebody else that contains `text` and is as told, the past included.

        Raises SimulatorError after `timeout_s`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while (left := deadline - loop.time()) > 0:
            items, after = await self.inbox(after, wait_s=min(left, _POLL_S))
            for item in items:
                if (
                    not item.from_me
                    and (text is None or text in item.text)
                    and kind in {None, item.kind}
                    and id in {None, item.id}
                    and (where is None or where(item))
                ):
                    return item
        wanted = text if text is not None else kind or id or "such a message"
        raise SimulatorError(f"The phone did not receive {wanted!r} within {timeout_s:g} s")

    async def file(self, message: Received | int) -> File:
        """The file of a received message, fetched and decrypted."""
        seq = message if isinstance(message, int) else message.seq
        body = await self._admin.get(self._path(f"inbox/{seq}/media"))
        return File(base64.b64decode(body["data_base64"]), str(body["mimetype"]))

    async def receipts(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Receipt], int]:
        """Receipts for its own messages after a sequence number, and the next one."""
        body = await self._admin.get(self._path("receipts"), {"after": after}, wait_s)
        return [read(Receipt, item) for item in body["items"]], int(body["next"])

    # ---- groups --------------------------------------------------------------------------------------

    async def make_group(self, subject: str, *members: "Phone") -> Group:
        """A new group with these members; this phone owns it."""
        body = {"subject": subject, "members": [member.phone for member in members]}
        made = read(GroupState, await self._admin.post(self._path("groups"), body))
        return Group(made.id, made.jid, self._admin)

    def _path(self, rest: str) -> str:
        return f"/admin/phones/{self.phone}/{rest}"


def _base64(body: bytes) -> str:
    return base64.b64encode(body).decode()
