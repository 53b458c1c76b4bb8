"""One writer that owns every write and commits in groups.

While one commit runs, units queue up in the open batch; the writer then takes the batch whole, runs each
unit under a savepoint of its own, commits once, and lets every caller resume. A unit that raises rolls back
alone. When the database refuses the group (full, read-only, locked, not reached), every unit of it fails with
StoreUnavailable and nothing was written.

Groups are written by a thread. A small one that a quick disk takes at once is written by the event loop's own
thread: to wake another one and to be woken by it costs more.

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
#: A group of no more units than these, all of them short, is written where it is asked for while groups
#: usually take no longer than that.
_FEW: Final = 16
_QUICK_S: Final = 0.002
#: The weight of the newest group in what groups usually take: one that stalls is remembered for some twenty.
_NEWEST: Final = 0.1
#: After a refusal the thread writes until some sixty groups have been quick.
_REFUSED_S: Final = 1.0
#: The clock of a timer is a little coarser than the one that says what is due.
_EARLY_S: Final = 0.002
_NEVER: Final = float("inf")
#: Pause before the outcome of a commit is asked for again.
_ASK_AGAIN_S: Final = 0.25


_COMMITS_WITHIN_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


@dataclass(slots=True, eq=False)
class _Unit:
    work: Callable[[WriteUnit], Any]
    future: "asyncio.Future[Any]"
    short: bool
    result: Any = None
    error: BaseException | None = None
    made: WriteUnit | None = None  #: once it stands; what it wants done after the commit is in it


class Writer:
    """The writer and its thread. Whoever has set `_busy` is the one that writes."""

    def __init__(self, database: Database, connection: WritingConnection) -> None:
        self._database, self._connection = database, connection
        self._cache: dict[Any, Any] = {}
        self._loop = asyncio.get_running_loop()
        self._open: list[_Unit] = []
        self._due = _NEVER
        self._busy = self._asked = self._closing = False
        self._timer: asyncio.TimerHandle | None = None
        self._usual_s = 0.0
        self._bell = threading.Condition()
        #: How many groups were given to the loop to be told, and how many of them are told.
        self._given = self._told = 0
        self._healthy = True
        #: Why the last group was refused; None when it was written.
        self.trouble: StoreUnavailable | None = None
        self.commits = Histogram(_COMMITS_WITHIN_S)
        self.died: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="holdfast-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[WriteUnit], Any], patience_s: float, *, short: bool) -> Any:
        """Have `work` done in the next group; its result after the commit."""
        unit = _Unit(work, self._loop.create_future(), short)
        with self._bell:
            if self._closing:
                raise StoreUnavailable("The database is closed", next_step="Start the gateway again.")
            self._open.append(unit)
            self._due = min(self._due, time.monotonic() + patience_s)
        if patience_s > 0:
            self._ask_within(patience_s)
        elif not self._asked:
            # A turn of the loop later: what is asked for in this one shares the group.
            self._asked = True
            self._loop.call_soon(self._begin_group)
        return await unit.future

    def _ask_within(self, wait_s: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= self._loop.time() + wait_s:
                return
            self._timer.cancel()
        self._timer = self._loop.call_later(wait_s, self._timed_out)

    def _timed_out(self) -> None:
        self._timer = None
        with self._bell:
            wait_s = self._due - time.monotonic()
        if wait_s <= _EARLY_S:
            self._begin_group()
        elif wait_s != _NEVER:
            self._ask_within(wait_s)

    def _begin_group(self) -> None:
        """Write what is open here, or have the thread do it. One that is at work takes it up by itself."""
        with self._bell:
            self._asked = False
            if self._busy or self._closing or not self._open:
                return
            if not self._is_quick():
                self._due = time.monotonic()
                self._bell.notify()
                return
            batch = self._take_open()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._write_here(batch)

    def _is_quick(self) -> bool:
        return (
            # What the thread has committed is told first: actions after commits are done in their order.
            self._told == self._given
            and self._connection.local
            and self._usual_s < _QUICK_S
            and len(self._open) <= _FEW
            and all(unit.short for unit in self._open)
        )

    def _write_here(self, batch: list[_Unit]) -> None:
        try:
            begun = self._begin_at_once()
            if begun:
                self._commit(batch, begun=True)
        except BaseException as exc:
            _log.error("store.writer_died", exc_info=exc)
            self._die(batch, exc)
            return
        with self._bell:
            self._busy = False
            if not begun:  # it has to wait: that is for the thread
                self._open = [*batch, *self._open]
                self._due = time.monotonic()
                self._bell.notify()
        if begun:
            _resolve(batch)

    def _begin_at_once(self) -> bool:
        try:
            self._connection.begin_write(wait=False)
        except StoreUnavailable:
            return False
        return True

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
                self._give(batch)
        except BaseException as exc:
            _log.error("store.writer_died", exc_info=exc)
            self._die(batch or [], exc)
        finally:
            self._connection.close()

    def _take(self) -> list[_Unit] | None:
        """The next group, as soon as one is due; None when there will be none."""
        with self._bell:
            self._busy = False
            while not self._closing and self._due > time.monotonic():
                self._bell.wait()
            batch = self._take_open()
            return batch if batch or not self._closing else None

    def _take_open(self) -> list[_Unit]:
        batch, self._open = self._open, []
        self._due, self._busy = _NEVER, True
        return batch

    # ---- whoever writes -----------------------------------------------------------------------------------

    def _commit(self, batch: list[_Unit], *, begun: bool = False) -> None:
        if len(self._cache) > _REMEMBERED:
            self._cache.clear()
        began = time.monotonic()
        try:
            if not begun:
                self._begin()
            for unit in batch:
                self._do(unit)
            self._end()
            took_s = time.monotonic() - began
            self._usual_s += _NEWEST * (took_s - self._usual_s)
            self.commits.observe(took_s)
        except Displaced:
            raise
        except Exception as exc:
            self._usual_s = _REFUSED_S
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
            waiting, self._open, self._due = self._open, [], _NEVER
        self._fail(waiting, refusal)
        self._give(waiting)

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
            left, self._open, self._due = [*batch, *self._open], [], _NEVER
            self._bell.notify()
        for unit in left:
            unit.error, unit.made = StoreUnavailable("The database's writer has ended"), None
        self._give(left)
        self._on_loop(_set_died, self.died, exc)

    def _give(self, batch: list[_Unit]) -> None:
        self._given += 1
        self._on_loop(self._tell, batch)

    def _tell(self, batch: list[_Unit]) -> None:
        try:
            _resolve(batch)
        finally:
            self._told += 1

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
