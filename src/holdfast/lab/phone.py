"""One simulated phone: everything that its owner could do with it."""

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import File, GroupState, Receipt, Received, read
from holdfast.lab.group import Group
from holdfast.lab.links import Links
from holdfast.lab.writes import Address, address

_POLL_S = 5.0


@dataclass(frozen=True, slots=True)
class Phone(Links):
    """A simulated phone. `phone` is its number, digits only; two objects of one number are equal."""

    phone: str
    lid: str = field(default="", compare=False)
    name: str = field(default="", compare=False)
    _admin: Admin = field(default=None, repr=False, compare=False)  # type: ignore[assignment]

    @classmethod
    def of(cls, admin: Admin, body: Mapping[str, Any]) -> "Phone":
        """A phone from the admin API's description."""
        return cls(str(body["phone"]), str(body.get("lid") or ""), str(body.get("name") or ""), admin)

    # ---- the admin API -------------------------------------------------------------------------------

    def admin(self) -> Admin:
        """The admin API that knows it."""
        return self._admin

    def number(self) -> str:
        """Its number, digits only."""
        return self.phone

    async def post(self, verb: str, body: Mapping[str, Any] | None = None) -> Any:
        """An order of the admin API to this phone, for what it has no method for."""
        return await self._admin.post(self._path(verb), body)

    async def fetch(self, what: str, params: Mapping[str, Any] | None = None, wait_s: float = 0.0) -> Any:
        """Something that the admin API tells of this phone."""
        return await self._admin.get(self._path(what), params, wait_s)

    def _path(self, rest: str) -> str:
        return f"/admin/phones/{self.phone}/{rest}".rstrip("/")

    # ---- what arrived --------------------------------------------------------------------------------

    async def inbox(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Received], int]:
        """What it received after a sequence number, and the next one; waits up to `wait_s` for something."""
        body = await self.fetch("inbox", {"after": after}, wait_s)
        return [read(Received, {**item, "details": item}) for item in body["items"]], int(body["next"])

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

    async def read(
        self, chat: Address, ids: Sequence[str] | None = None, *, played: bool = False
    ) -> Sequence[str]:
        """Read messages of a chat, everything unread without ids: the sender gets the blue ticks."""
        body = {"chat": address(chat), "ids": list(ids) if ids else None, "played": played or None}
        return [str(id) for id in (await self.post("read", body))["ids"]]

    async def file(self, message: Received | int) -> File:
        """The file of a received message, fetched and decrypted."""
        seq = message if isinstance(message, int) else message.seq
        body = await self.fetch(f"inbox/{seq}/media")
        return File(base64.b64decode(body["data_base64"]), str(body["mimetype"]))

    async def receipts(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Receipt], int]:
        """Receipts for its own messages after a sequence number, and the next one."""
        body = await self.fetch("receipts", {"after": after}, wait_s)
        return [read(Receipt, item) for item in body["items"]], int(body["next"])

    # ---- groups --------------------------------------------------------------------------------------

    async def make_group(self, subject: str, *members: "Phone") -> Group:
        """A new group with these members; this phone owns it."""
        body = {"subject": subject, "members": [member.phone for member in members]}
        made = read(GroupState, await self.post("groups", body))
        return Group(made.id, made.jid, self._admin)
