"""One thread that owns every write and commits in groups.

While one commit runs, units queue up in the open batch; the writer then takes the batch whole, runs each
unit under a savepoint of its own, commits once, and lets every caller resume. A unit that raises rolls back
alone. When the database refuses the group (full, read-only, locked), every unit of it fails with
StoreUnavailable and nothing was written.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine

from holdfast.kit import logging
from holdfast.model.errors import HoldfastError, StoreUnavailable
from holdfast.store.failures import unavailable
from holdfast.store.sqlite import raw_of
from holdfast.store.unit import cache, take_actions

_log = logging.get("store")

#: Values that units may keep in the cache, some 20 MB; then it starts anew.
_REMEMBERED: Final = 100_000


@dataclass(slots=True, eq=False)
class _Unit:
    work: Callable[[Connection], Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    actions: list[Callable[[], None]] | None = None


class Writer:
    """The writing thread. Its methods but `_run` and what that calls belong to the event loop's thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._open: list[_Unit] = []
        self._due = 0.0
        self._closing = False
        self._bell = threading.Condition()
        self._healthy = True
        self.died: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="holdfast-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], Any], patience_s: float) -> Any:
        """Have `work` done in the next group; its result after the commit."""
        unit = _Unit(work, self._loop.create_future())
        due = time.monotonic() + patience_s
        with self._bell:
            if self._closing:
                raise StoreUnavailable("The database is closed", next_step="Start the gateway again.")
            alone = not self._open
            self._open.append(unit)
            if alone or due < self._due:
                self._due = due
                self._bell.notify()
        return await unit.future

    async def close(self) -> None:
        """Commit what is open, then end the thread."""
        with self._bell:
            self._closing = True
            self._bell.notify()
        await asyncio.to_thread(self._thread.join)

    # ---- the thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        conn: Connection | None = None
        batch: list[_Unit] | None = []
        try:
            conn = self._engine.connect()
            while (batch := self._take()) is not None:
                self._commit(conn, batch)
                self._hand_back(batch)
        except BaseException as exc:
            _log.error("store.writer_died", exc_info=exc)
            self._die(batch or [], exc)
        finally:
            if conn is not None:
                conn.close()

    def _take(self) -> list[_Unit] | None:
        with self._bell:
            while True:
                wait = self._due - time.monotonic() if self._open else None
                if self._closing or (wait is not None and wait <= 0):
                    batch, self._open = self._open, []
                    return batch if batch or not self._closing else None
                self._bell.wait(wait)

    def _commit(self, conn: Connection, batch: list[_Unit]) -> None:
        raw = raw_of(conn)
        if len(cache(conn)) > _REMEMBERED:
            cache(conn).clear()
        try:
            raw.execute("BEGIN IMMEDIATE")
            for unit in batch:
                self._do(conn, raw, unit)
            raw.execute("COMMIT")
        except Exception as exc:
            self._roll_back(conn, raw)
            self._fail(batch, exc)
        else:
            self._recovered()

    def _do(self, conn: Connection, raw: sqlite3.Connection, unit: _Unit) -> None:
        """Run one unit under its savepoint. Raises only what ends the whole group."""
        raw.execute("SAVEPOINT unit")
        try:
            unit.result = unit.work(conn)
        except Exception as exc:
            # Disk full and the like may have rolled back everything already; then the group is lost, not
            # the unit.
            if not raw.in_transaction:
                raise
            take_actions(conn)
            cache(conn).clear()
            raw.execute("ROLLBACK TO unit")
            unit.error = unavailable(exc) or exc
        else:
            unit.actions = take_actions(conn)
        raw.execute("RELEASE unit")

    def _roll_back(self, conn: Connection, raw: sqlite3.Connection) -> None:
        take_actions(conn)
        cache(conn).clear()
        if raw.in_transaction:
            raw.execute("ROLLBACK")

    def _fail(self, batch: list[_Unit], exc: Exception) -> None:
        refusal = unavailable(exc)
        if refusal is None:
            _log.error("store.group_failed", units=len(batch), exc_info=exc)
            refusal = StoreUnavailable()
        elif self._healthy:
            _log.error("store.unavailable", reason=refusal.message)
        self._healthy = False
        for unit in batch:
            unit.actions, unit.result = None, None
            # A unit that was refused on its own account keeps its own answer.
            if not isinstance(unit.error, HoldfastError):
                unit.error = refusal

    def _recovered(self) -> None:
        if not self._healthy:
            self._healthy = True
            _log.info("store.available")

    # ---- back to the loop --------------------------------------------------------------------------------

    def _hand_back(self, batch: list[_Unit]) -> None:
        self._on_loop(_resolve, batch)

    def _die(self, batch: list[_Unit], exc: BaseException) -> None:
        with self._bell:
            self._closing = True
            left, self._open = [*batch, *self._open], []
        for unit in left:
            unit.error, unit.actions = StoreUnavailable("The database's writer has ended"), None
        self._on_loop(_resolve, left)
        self._on_loop(_set_died, self.died, exc)

    def _on_loop(self, act: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(act, *args)
        except RuntimeError:
            _log.warning("store.loop_closed")


def _resolve(batch: list[_Unit]) -> None:
    for unit in batch:
        for act in unit.actions or ():
            try:
                act()
            except Exception as exc:  # a bug there must not leave every caller of the group waiting
                _log.error("store.action_failed", exc_info=exc)
    for unit in batch:
        if unit.future.done():  # its caller was cancelled; the unit is committed all the same
            continue
        if unit.error is not None:
            unit.future.set_exception(unit.error)
        else:
            unit.future.set_result(unit.result)


def _set_died(died: "asyncio.Future[None]", exc: BaseException) -> None:
    if not died.done():
        died.set_exception(RuntimeError(f"The database's writer has died: {exc!r}"))
