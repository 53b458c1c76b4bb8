"""The door: write, read, close."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

from holdfast.kit.histogram import Histogram
from holdfast.model.errors import StoreUnavailable
from holdfast.store.address import DatabaseAddress
from holdfast.store.connection import Database
from holdfast.store.databases import database_at
from holdfast.store.reader import Readers
from holdfast.store.unit import ReadUnit, WriteUnit
from holdfast.store.writer import Writer

T = TypeVar("T")

#: How long a write that nobody waits for may wait for company.
LAZY_S = 0.1
#: Work on so many messages is short, on more it is not.
FEW = 16


class Store:
    """The gateway's database. Belongs to one event loop."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._writer = writer
        self._readers = Readers(database)

    @classmethod
    async def open(cls, address: DatabaseAddress) -> "Store":
        """Open or create the database and bring its schema up to date.

        Raises StoreUnavailable with what to do: folder missing or read-only, disk full, file damaged, server
        not there, another gateway on it, schema of a newer version.
        """
        database = database_at(address)
        return cls(database, Writer(database, await asyncio.to_thread(database.open_writer)))

    async def write(
        self, work: Callable[[WriteUnit], T], *, patience_s: float = 0.0, short: bool = False
    ) -> T:
        """Do `work` in one transaction and return its result after the commit.

        `work(unit)` is synchronous, runs under a savepoint of its own and never commits: on the writer's
        thread, or on the event loop's when it is `short`, which is some statements on some rows each. What it
        raises comes back here, and only its own writes are undone. With `patience_s` the unit may wait that
        long for another one to share its commit (`LAZY_S` where nobody waits). A caller that is cancelled has
        still written.

        Raises StoreUnavailable: nothing of this unit is durable; do not ack, repeat later.
        """
        return cast(T, await self._writer.write(work, patience_s, short=short))

    async def read(self, work: Callable[[ReadUnit], T]) -> T:
        """Do `work` on a reading thread, in one snapshot. It sees everything whose `write` has returned.

        Raises StoreUnavailable.
        """
        return cast(T, await self._readers.read(work))

    @property
    def trouble(self) -> StoreUnavailable | None:
        """Why the last write was refused, None when it was taken: a full disk is told where it can."""
        return self._writer.trouble

    @property
    def commits(self) -> Histogram:
        """How long commits took, from the begin of a transaction to its end."""
        return self._writer.commits

    async def watch(self) -> None:
        """Never return; raise when the writing thread has died. The process must not outlive it."""
        await self._writer.died

    async def close(self) -> None:
        """Commit what is queued, then close every connection."""
        await self._writer.close()
        await self._readers.close()
