"""A whole Holdfast with a linked number, against a simulator: what the test of a bot starts from."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.bots import Bot, Runner, load
from holdfast.client import Client
from holdfast.keeper import Place, free_port
from holdfast.lab.phone import Phone
from holdfast.lab.simulator import Simulator
from holdfast.lab.stack import Stack, StackError

_CONNECTED_WITHIN_S = 180.0


class LinkedStack:
    """Gateway and engine as real processes, and one number, `phone`, linked to them as session `session`."""

    def __init__(self, stack: Stack, simulator: Simulator, session: str, phone: Phone) -> None:
        self.stack = stack
        self.simulator = simulator
        self.session = session
        self.phone = phone

    @classmethod
    @asynccontextmanager
    async def start(
        cls, folder: Path, simulator: Simulator, session: str = "main", *, applications: str = ""
    ) -> AsyncIterator["LinkedStack"]:
        """A stack of its own in `folder`, ready and connected; everything of it ends with the block.

        `applications` are mounted, by their names. Raises StackError when it does not start.
        """
        trust, key = simulator.trust_file, folder / "master.key"
        place = Place(
            folder,
            "127.0.0.1",
            free_port(),
            free_port(),
            trust,
            master_key=key,
            applications=applications,
        )
        async with Stack.start(place) as stack:
            phone = await link(stack.client, simulator, session)
            yield cls(stack, simulator, session, phone)

    @classmethod
    @asynccontextmanager
    async def beside(
        cls, folder: Path, trust_file: Path, session: str = "main"
    ) -> AsyncIterator["LinkedStack"]:
        """As `start`, with a simulator that somebody else runs, by its trust file."""
        async with Simulator.attach(trust_file) as simulator, cls.start(folder, simulator, session) as stack:
            yield stack

    @property
    def client(self) -> Client:
        """The public SDK, connected to this stack."""
        return self.stack.client

    @property
    def environment(self) -> Mapping[str, str]:
        """For a program of yours that finds Holdfast by its data folder (HOLDFAST_DATA)."""
        return self.stack.place.environment()

    async def link(self, session: str) -> Phone:
        """Link one more number under this name; returns its phone."""
        return await link(self.client, self.simulator, session)

    @asynccontextmanager
    async def bot(self, bot: Bot | Path | str) -> AsyncIterator[None]:
        """A bot at work in this process, for the length of the block: an object, or its file.

        Raises BotFileError, and at the end of the block whatever ended the bot before its time.
        """
        made = bot if isinstance(bot, Bot) else load(Path(bot))
        ready = asyncio.Event()
        working = asyncio.create_task(Runner(made, self.client).run(ready.set))
        waiting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                yield
        finally:
            waiting.cancel()
            working.cancel()
            await asyncio.wait({working})
            if not working.cancelled():
                working.result()

    async def kill(self, what: str = "both") -> None:
        """kill -9 of "gateway", "engine" or "both"; returns when everything is back and connected."""
        before = await self.stack.identity()
        victims = self.stack.kill(what)
        if not victims:
            raise StackError(f"Nothing of {what} was alive")
        await self.stack.wait_replaced(victims, before)
        await self.client.sessions.wait_for(self.session, timeout_s=_CONNECTED_WITHIN_S)


async def link(client: Client, simulator: Simulator, session: str) -> Phone:
    """Let a new phone scan the code of a new session, and wait until it is connected."""
    phone = await simulator.phone(session)
    await client.sessions.create(session)
    await phone.scan((await client.sessions.first_qr(session)).code)
    await client.sessions.wait_for(session, timeout_s=_CONNECTED_WITHIN_S)
    return phone
