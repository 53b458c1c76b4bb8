"""An outbox in front of a WhatsApp that a test scripts: chats that are dead, attempts that wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from databases import sql
from holdfast.model.errors import SendOutcomeUnknown
from holdfast.model.messages import SendAck
from holdfast.outbox import Outbox
from holdfast.store import Store
from patience import PATIENCE_S

WAITING = sql("SELECT count(*) FROM outbox")


class ScriptedSender:
    """Fills the seam Sender. Chats in `dead` never answer; `gates` hold an attempt until they are set."""

    def __init__(self, *, refusing: bool = False) -> None:
        self.refusing = refusing
        self.dead: set[str] = set()
        self.gates: dict[str, asyncio.Event] = {}
        self.attempts: list[str] = []
        self.taken: list[str] = []
        self.typed: list[str] = []
        self._news = asyncio.Event()

    async def until_attempts(self, count: int) -> None:
        """Return when so many attempts have begun."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.attempts) < count:
                self._news.clear()
                await self._news.wait()

    async def show_typing(self, session_id: str, to: str) -> None:
        """See the seam."""
        self.typed.append(to)

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """See the seam."""
        self.attempts.append(message_id)
        self._news.set()
        if to in self.gates:
            await self.gates[to].wait()
        if self.refusing or to in self.dead:
            raise SendOutcomeUnknown
        self.taken.append(message_id)
        return SendAck(3_000, "4900000@s.whatsapp.net")


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[Outbox]:
    """The outbox at work; killed at the end, as `kill -9` would."""
    work = asyncio.ensure_future(outbox.run())
    try:
        yield outbox
    finally:
        work.cancel()
        await asyncio.wait([work])


async def until_settled(store: Store, waiting: int = 0) -> None:
    """Return when no more than this many messages wait."""
    async with asyncio.timeout(PATIENCE_S):
        while int(await store.read(lambda unit: unit.scalar(WAITING))) > waiting:  # noqa: ASYNC110 - a database
            await asyncio.sleep(0.005)
    await store.write(lambda unit: None)  # what the last commit wakes has been called
