"""The door: write, read, close."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine

from holdfast.model.errors import StoreUnavailable
from holdfast.store.failures import unavailable
from holdfast.store.migrate import migrate
from holdfast.store.reader import Readers
from holdfast.store.sqlite import create_private, make_engine
from holdfast.store.writer import Writer

T = TypeVar("T")

#: How long a write that nobody waits for may wait for company.
LAZY_S = 0.025


class Store:
    """The gateway's database. Belongs to one event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = Writer(engine)
        self._readers = Readers(engine)

    @classmethod
    async def open(cls, path: Path) -> "Store":
        """Open or create the database file and bring its schema up to date.

        Raises StoreUnavailable with what to do: folder missing or read-only, disk full, file damaged,
        schema of a newer version.
        """
        engine = make_engine(path)
        try:
            create_private(path)
            migrate(engine)
        except OSError as exc:
            raise StoreUnavailable(f"The database {path} cannot be opened: {exc.strerror}") from exc
        except Exception as exc:
            refusal = unavailable(exc)
            if refusal is None:
                raise
            raise refusal from exc
        return cls(engine)

    async def write(self, work: Callable[[Connection], T], *, patience_s: float = 0.0) -> T:
        """Do `work` in one transaction and return its result after the commit.

        `work(conn)` is synchronous, runs on the writer's thread under a savepoint of its own and never
        commits. What it raises comes back here, and only its own writes are undone. With `patience_s` the
        unit may wait that long for another one to share its commit (`LAZY_S` where nobody waits). A caller
        that is cancelled has still written.

        Raises StoreUnavailable: nothing of this unit is durable; do not ack, repeat later.
        """
        return cast(T, await self._writer.write(work, patience_s))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do `work` on a reading thread, in one snapshot. It sees everything whose `write` has returned.

        Raises StoreUnavailable.
        """
        return cast(T, await self._readers.read(work))

    async def watch(self) -> None:
        """Never return; raise when the writing thread has died. The process must not outlive it."""
        await self._writer.died

    async def close(self) -> None:
        """Commit what is queued, then close every connection."""
        await self._writer.close()
        await self._readers.close()
        self._engine.dispose()
