"""Threads that read beside the writer, each on a connection of its own and in one snapshot per call."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine

from holdfast.store.failures import unavailable
from holdfast.store.sqlite import raw_of
from holdfast.store.unit import cache

_THREADS = 3


class Readers:
    """A few reading threads. A slow query holds up other reads at most, never the writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine = threading.local()
        self._all: list[Connection] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="holdfast-reader")

    async def read(self, work: Callable[[Connection], Any]) -> Any:
        """The result of `work`, which sees one committed state throughout."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work)

    async def close(self) -> None:
        """Wait for the reads that run, then close."""
        await asyncio.to_thread(self._pool.shutdown, wait=True)
        for conn in self._all:
            conn.close()

    def _read(self, work: Callable[[Connection], Any]) -> Any:
        try:
            conn = self._connection()
            raw = raw_of(conn)
            cache(conn).clear()  # what one read remembers must not answer the next
            raw.execute("BEGIN")
            try:
                return work(conn)
            finally:
                raw.execute("COMMIT")
        except Exception as exc:
            refusal = unavailable(exc)
            if refusal is None:
                raise
            raise refusal from exc

    def _connection(self) -> Connection:
        conn: Connection | None = getattr(self._mine, "conn", None)
        if conn is None:
            conn = self._engine.connect()
            raw_of(conn).execute("PRAGMA query_only=ON")
            self._mine.conn = conn
            self._all.append(conn)
        return conn
