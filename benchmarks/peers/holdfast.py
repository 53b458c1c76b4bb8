"""Holdfast in the comparison: gateway, engine and a bot on the SDK, each a process."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import fixtures
from benchmarks.installation import Installation
from benchmarks.peers.peer import Peer, Say
from benchmarks.processes import Started
from benchmarks.simulator import Simulator

_READY_S = 60.0


class Holdfast(Peer):
    """The product as `holdfast up` runs it, without the page."""

    name = "holdfast"
    title = "Holdfast"
    configured = (
        "gateway and engine with their defaults (SQLite, synchronous FULL, encrypted session files) in "
        "lab mode; bot in a process of its own, on the SDK"
    )

    def __init__(self, folder: Path, simulator: Simulator, before: Sequence[str] = ()) -> None:
        super().__init__(folder, simulator)
        (folder / "holdfast").mkdir(mode=0o700)
        self._installation = Installation(folder, simulator, database_url=None, before=before)
        self._bot: Started | None = None

    @classmethod
    async def prepare(cls, say: Say) -> None:
        """`make dev` has built it."""

    async def spawn(self, count: int, *, bot: bool) -> None:
        await self._installation.start()
        if bot:
            command = [sys.executable, "-m", "benchmarks.echobot", str(self.heard)]
            log, environment = self.folder / "bot.log", self._installation.environment
            self._bot = await Started.start("bot", command, log, environment, pipe=True)
            await self._bot.line(_READY_S)

    async def link(self, count: int, say: Say) -> None:
        for number in range(len(self.numbers), count):
            say(f"{self.title}: linking {count} numbers: {number}")
            await fixtures.link_one(self._installation, f"peer-{number:03d}")
            session = await self._installation.api.get(f"/v1/sessions/peer-{number:03d}")
            self.numbers.append(session["phone"])
        await self._connected(count)

    async def _connected(self, count: int) -> None:
        async with asyncio.timeout(_READY_S):
            while True:
                states = [session["state"] for session in await self._installation.sessions()]
                if states.count("connected") >= count:
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.kill()
        await self._installation.kill()

    async def end(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.end()
        await self._installation.stop()

    def pids(self) -> Mapping[str, int]:
        pids = self._installation.pids()
        return pids if self._bot is None else {**pids, "bot": self._bot.pid}
