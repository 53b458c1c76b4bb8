"""One thread that owns every write and commits in groups.

While one commit runs, units queue up in the open batch; the writer then takes the batch whole, runs each
unit under a savepoint of its own, commits once, and lets every caller resume. A unit that raises rolls back
alone. When the database refuses the group (full, read-only, locked, not reached), every unit of it fails with
StoreUnavailable and nothing was written.

A connection that is lost is opened again for the next group. If it is lost while committing, the writer
finds out what became of the group before it says anything about it: callers may believe both answers.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from holdfast.kit import logging
from holdfast.kit.histogram import Histogram
from holdfast.model.errors import HoldfastError, StoreUnavailable
from holdfast.store.connection import Database, Displaced, WritingConnection
from holdfast.store.unit import WriteUnit

_log = logging.get("store")

#: Values that units may keep in the cache, some 20 MB; then it starts again.
_REMEMBERED: Final = 100_000
#: Pause before the outcome of a commit is asked for again.
_ASK_AGAIN_S: Final = 0.25


_COMMITS_WITHIN_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


@dataclass(slots=True, eq=False)
class _Unit:
    work: Callable[[WriteUnit], Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    made: WriteUnit | None = None  #: once it stands; what it wants done after the commit is in it


class Writer:
    """The writing thread. Its methods but `_run` and what that calls belong to the event loop's thread."""

    def __init__(self, database: Database, connection: WritingConnection) -> None:
        self._database, self._connection = database, connection
        self._cache: dict[Any, Any] = {}
        self._loop = asyncio.get_running_loop()
        self._open: list[_Unit] = []
        self._due = 0.0
        self._closing = False
        self._bell = threading.Condition()
        self._healthy = True
        #: Why the last group was refused; None when it was written.
        self.trouble: StoreUnavailable | None = None
        self.commits = Histogram(_COMMITS_WITHIN_S)
        self.died: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="holdfast-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[WriteUnit], Any], patience_s: float) -> Any:
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
        batch: list[_Unit] | None = []
        try:
            while (batch := self._take()) is not None:
                self._commit(batch)
                self._on_loop(_resolve, batch)
        except BaseException as exc:
            _log.error("store.writer_died", exc_info=exc)
            self._die(batch or [], exc)
        finally:
            self._connection.close()

    def _take(self) -> list[_Unit] | None:
        with self._bell:
            while True:
                wait = self._due - time.monotonic() if self._open else None
                if self._closing or (wait is not None and wait <= 0):
                    batch, self._open = self._open, []
                    return batch if batch or not self._closing else None
                self._bell.wait(wait)

    def _commit(self, batch: list[_Unit]) -> None:
        if len(self._cache) > _REMEMBERED:
            self._cache.clear()
        began = time.monotonic()
        try:
            self._begin()
            for unit in batch:
                self._do(unit)
            self._end()
            self.commits.observe(time.monotonic() - began)
        except Displaced:
            raise
        except Exception as exc:
            self._cache.clear()
            self._connection.roll_back()
            self._fail(batch, exc)
        else:
            self._recovered()

    def _begin(self) -> None:
        try:
            self._connection.begin_write()
        except StoreUnavailable:
            if not self._connection.lost:
                raise
            self._reopen()
            self._connection.begin_write()

    def _reopen(self) -> None:
        self._cache.clear()
        self._connection.close()
        self._connection = self._database.reopen_writer()

    def _do(self, unit: _Unit) -> None:
        """Run one unit under its savepoint. Raises only what ends the whole group."""
        self._connection.savepoint()
        made = WriteUnit(self._connection, self._cache)
        try:
            unit.result = unit.work(made)
            self._connection.release()
        except Exception as exc:
            # Disk full and the like may have rolled back everything already; then the group is lost, not
            # the unit.
            if not self._connection.in_transaction:
                raise
            self._cache.clear()
            self._connection.roll_back_unit()
            unit.error = exc
        else:
            unit.made = made

    def _end(self) -> None:
        try:
            self._connection.commit()
        except StoreUnavailable:
            transaction = self._connection.transaction
            if not self._connection.lost or transaction is None:
                raise
            if not self._was_committed(transaction):
                raise

    def _was_committed(self, transaction: str) -> bool:
        """Find out, however long it takes. Meanwhile whoever wants to write is told that it cannot be now.

        Raises StoreUnavailable when the store is closed before that: nobody lives on to act on the answer.
        """
        while True:
            try:
                if self._connection.lost:
                    self._reopen()
                outcome = self._connection.was_committed(transaction)
                if outcome is not None:
                    return outcome
            except StoreUnavailable as exc:
                self._refuse_open(exc)
            with self._bell:
                if self._closing:
                    raise StoreUnavailable("The database was lost while it committed")
                self._bell.wait(_ASK_AGAIN_S)

    def _refuse_open(self, refusal: StoreUnavailable) -> None:
        with self._bell:
            waiting, self._open = self._open, []
        self._fail(waiting, refusal)
        self._on_loop(_resolve, waiting)

    def _fail(self, batch: list[_Unit], exc: Exception) -> None:
        if not isinstance(exc, StoreUnavailable):
            _log.error("store.group_failed", units=len(batch), exc_info=exc)
            exc = StoreUnavailable()
        elif self._healthy:
            _log.error("store.unavailable", reason=exc.message)
        self._healthy = False
        self.trouble = exc
        for unit in batch:
            unit.made, unit.result = None, None
            # A unit that was refused on its own account keeps its own answer.
            if not isinstance(unit.error, HoldfastError):
                unit.error = exc

    def _recovered(self) -> None:
        if not self._healthy:
            self._healthy = True
            self.trouble = None
            _log.info("store.available")

    # ---- back to the loop --------------------------------------------------------------------------------

    def _die(self, batch: list[_Unit], exc: BaseException) -> None:
        with self._bell:
            self._closing = True
            left, self._open = [*batch, *self._open], []
        for unit in left:
            unit.error, unit.made = StoreUnavailable("The database's writer has ended"), None
        self._on_loop(_resolve, left)
        self._on_loop(_set_died, self.died, exc)

    def _on_loop(self, act: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(act, *args)
        except RuntimeError:
            _log.warning("store.loop_closed")


def _resolve(batch: list[_Unit]) -> None:
    for unit in batch:
        for act in unit.made.actions if unit.made is not None else ():
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
