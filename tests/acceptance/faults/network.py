"""A network between Holdfast and the simulator that can be cut: bytes stand still, connections stay open.

As in a real outage nothing is lost of what TCP carries: when the network is back, it comes.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast.lab import Simulator

_CHUNK = 65536


class Network:
    """Carries bytes both ways while it is `up`."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._up = asyncio.Event()
        self._up.set()
        self._carrying: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def before(cls, simulator: Simulator, trust_file: Path) -> AsyncIterator["Network"]:
        """A network with an address of its own, which is written to a trust file; it ends with the block."""
        host, _, port = simulator.address.rpartition(":")
        network = cls(host, int(port))
        server = await asyncio.start_server(network._accept, "127.0.0.1", 0)
        trust = json.loads(simulator.trust_file.read_text())
        trust["address"] = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        trust_file.write_text(json.dumps(trust))
        try:
            yield network
        finally:
            server.close()
            for task in network._carrying:
                task.cancel()
            await asyncio.gather(*network._carrying, return_exceptions=True)

    def cut(self) -> None:
        """Nothing passes any more, in neither direction; new connections hang."""
        self._up.clear()

    def mend(self) -> None:
        """Everything passes again."""
        self._up.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            await self._connect(reader, writer)
        finally:
            self._carrying.discard(task)
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._up.wait()
        with contextlib.suppress(OSError):
            there = await asyncio.open_connection(self._host, self._port)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._carry(reader, there[1]))
                    ways.create_task(self._carry(there[0], writer))
            finally:
                there[1].close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                await self._up.wait()
                target.write(chunk)
                await target.drain()
        target.close()
