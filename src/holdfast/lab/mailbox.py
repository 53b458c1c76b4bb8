"""What reached a phone: messages, receipts, files, typing and calls."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from holdfast.lab.address import Address, address
from holdfast.lab.admin import SimulatorError
from holdfast.lab.facts import Activity, File, Receipt, Received, read
from holdfast.lab.line import Line

_POLL_S = 5.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a phone keeps what others sent. `after` is the last number that is known."""

    line: Line

    async def inbox(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Received], int]:
        """What it received after a sequence number, and the next one; waits up to `wait_s` for something."""
        body = await self.line.fetch("inbox", {"after": after}, wait_s)
        return [read(Received, {**item, "details": item}) for item in body["items"]], int(body["next"])

    async def wait_for(
        self,
        text: str | None = None,
        *,
        kind: str | None = None,
        id: str | None = None,
        where: Callable[[Received], bool] | None = None,
        after: int = 0,
        timeout_s: float = 60.0,
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
        return [str(id) for id in (await self.line.post("read", body))["ids"]]

    async def file(self, message: Received | int) -> File:
        """The file of a received message, fetched and decrypted."""
        seq = message if isinstance(message, int) else message.seq
        body = await self.line.fetch(f"inbox/{seq}/media")
        return File(base64.b64decode(body["data_base64"]), str(body["mimetype"]))

    async def receipts(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Receipt], int]:
        """Receipts for its own messages after a sequence number, and the next one."""
        body = await self.line.fetch("receipts", {"after": after}, wait_s)
        return [read(Receipt, item) for item in body["items"]], int(body["next"])

    async def activity(self, after: int = 0, wait_s: float = 0.0) -> tuple[Sequence[Activity], int]:
        """What it noticed beside messages, typing and calls, after a sequence number, and the next one."""
        body = await self.line.fetch("activity", {"after": after}, wait_s)
        return [read(Activity, item) for item in body["items"]], int(body["next"])
