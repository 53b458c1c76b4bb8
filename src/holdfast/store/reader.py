"""Threads that read beside the writer, each on a connection of its own and in one snapshot per call."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from holdfast.model.errors import StoreUnavailable
from holdfast.store.connection import Connection, Database
from holdfast.store.unit import ReadUnit

_THREADS = 3


class Readers:
    """A few reading threads. A slow query holds up other reads at most, never the writer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mine = threading.local()
        self._all: set[Connection] = set()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="holdfast-reader")

    async def read(self, work: Callable[[ReadUnit], Any]) -> Any:
        """The result of `work`, which sees one committed state throughout."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work)

    async def close(self) -> None:
        """Wait for the reads that run, then close."""
        await asyncio.to_thread(self._pool.shutdown, wait=True)
        for connection in self._all:
            connection.close()

    def _read(self, work: Callable[[ReadUnit], Any]) -> Any:
        connection = self._begin()
        try:
            result = work(ReadUnit(connection, {}))
        except BaseException:
            connection.roll_back()
            raise
        connection.commit()
        return result

    def _begin(self) -> Connection:
        connection = self._connection()
        try:
            connection.begin_read()
        except StoreUnavailable:
            if not connection.lost:
                raise
            connection = self._connection()  # it was lost while nobody used it: nothing has begun
            connection.begin_read()
        return connection

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._mine, "connection", None)
        if connection is not None and connection.lost:
            self._all.discard(connection)
            connection.close()
            connection = None
        if connection is None:
            self._mine.connection = None
            connection = self._mine.connection = self._database.open_reader()
            self._all.add(connection)
        return connection
