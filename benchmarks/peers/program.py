"""A peer that is one program with lines of JSON: QR codes to scan, and who is connected."""

import asyncio
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Peer, Say
from benchmarks.processes import ProcessFailed, Started
from benchmarks.simulator import Simulator

#: So long may a program that links numbers say nothing.
_LINK_S = 120.0
_FOREVER_S = 86_400.0


class Program(Peer):
    """Drives such a program. A session that shows a QR code is scanned by a new phone, once in each life."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        super().__init__(folder, simulator)
        self._files = folder / "files"
        self._files.mkdir()
        self._process: Started | None = None
        self._reader: asyncio.Task[None] | None = None
        self._facts: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._phones = 0
        self._scanned: set[int] = set()
        self._connected: set[int] = set()

    @abstractmethod
    def command(self, count: int) -> Sequence[str | Path]:
        """What starts it for so many numbers."""

    def environment(self) -> Mapping[str, str]:
        """What it needs in its environment."""
        return {}

    async def spawn(self, count: int, *, bot: bool) -> None:
        log = self.folder / f"{self.name}.log"
        self._process = await Started.start(
            self.title, self.command(count), log, self.environment(), pipe=True
        )
        self._facts = asyncio.Queue()
        self._scanned, self._connected = set(), set()
        self._reader = asyncio.create_task(self._read(self._process, self._facts))

    async def link(self, count: int, say: Say) -> None:
        self.numbers += [""] * (count - len(self.numbers))
        while len(self._connected) < count:
            async with asyncio.timeout(_LINK_S):
                fact = await self._facts.get()
            if fact is None:
                assert self._process is not None
                raise ProcessFailed(f"{self.title} ended\n{self._process.last_words()}")
            session = int(fact["session"])
            if fact["event"] == "connected":
                self._connected.add(session)
                say(f"{self.title}: linking {count} numbers: {len(self._connected)}")
            elif session not in self._scanned:
                self._scanned.add(session)
                await self._scan(session, str(fact["code"]))

    async def _scan(self, session: int, code: str) -> None:
        self._phones += 1
        phone = await self.simulator.make_phone(f"{self.name}-{self._phones}")
        await self.simulator.scan(phone, code)
        self.numbers[session] = phone

    async def kill(self) -> None:
        if self._process is not None:
            await self._process.kill()
        await self._forget()

    async def end(self) -> None:
        if self._process is not None:
            await self._process.end()
        await self._forget()

    def pids(self) -> Mapping[str, int]:
        assert self._process is not None
        return {self.name: self._process.pid}

    async def _forget(self) -> None:
        reader, self._reader, self._process = self._reader, None, None
        if reader is not None:
            await reader

    @staticmethod
    async def _read(process: Started, facts: asyncio.Queue[dict[str, Any] | None]) -> None:
        """Read to the end whatever happens: a full pipe would stop the program.

        Libraries print there as they like: what is no fact is passed over.
        """
        try:
            while True:
                line = await process.line(_FOREVER_S)
                if line.startswith("{"):
                    facts.put_nowait(json.loads(line))
        except ProcessFailed:
            facts.put_nowait(None)
