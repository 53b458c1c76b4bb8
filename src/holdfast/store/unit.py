"""A unit of work: what a room's function may do inside one transaction.

A function that only looks takes a `ReadUnit`; one that changes something takes a `WriteUnit`. A write unit is
a read unit too, so both can use the same look-ups.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from holdfast.store.connection import Connection
from holdfast.store.statement import Row, Statement

#: Keys that one statement takes at once; SQLite takes 32,766 values. More are looked up in several goes.
_AT_ONCE: Final = 8000


class ReadUnit:
    """One look at the database, in one snapshot."""

    __slots__ = ("_connection", "memo")

    def __init__(self, connection: Connection, memo: dict[Any, Any]) -> None:
        self._connection = connection
        #: Values that were read and cannot have changed since. In a read that is as long as the call; in a
        #: write it is `sole_writer_cache`. Key by room: `("alias", session_id, jid)`.
        self.memo = memo

    def all(self, statement: Statement, **values: object) -> list[Row]:
        """Every row."""
        return self._connection.fetch(statement, values)

    def first(self, statement: Statement, **values: object) -> Row | None:
        """The first row, None without any."""
        rows = self._connection.fetch(statement, values)
        return rows[0] if rows else None

    def scalar(self, statement: Statement, **values: object) -> Any:
        """The first column of the first row, None without any."""
        rows = self._connection.fetch(statement, values)
        return rows[0][0] if rows else None

    def keyed(self, statement: Statement, keys: Sequence[Sequence[object]], **values: object) -> list[Row]:
        """The rows for a list of keys, each a tuple as the statement's `wanted(...)` says.

        However many keys; none without keys. A statement's own ORDER BY and LIMIT hold for 8,000 keys.
        """
        if len(keys) <= _AT_ONCE:
            return self._connection.fetch_keyed(statement, keys, values) if keys else []
        found: list[Row] = []
        for start in range(0, len(keys), _AT_ONCE):
            found += self._connection.fetch_keyed(statement, keys[start : start + _AT_ONCE], values)
        return found


class WriteUnit(ReadUnit):
    """One change of the database, committed together with others or not at all."""

    __slots__ = ("_actions",)

    def __init__(self, connection: Connection, cache: dict[Any, Any]) -> None:
        super().__init__(connection, cache)
        self._actions: list[Callable[[], None]] = []

    @property
    def sole_writer_cache(self) -> dict[Any, Any]:
        """Values that hold until somebody rolls back: counters, names, aliases. They outlive the unit.

        Sound because one process owns writing: the store holds a lock for that. Emptied at every rollback, of
        a unit or of a group, so what a unit puts here may already include its own writes.
        """
        return self.memo

    def run(self, statement: Statement, **values: object) -> int:
        """Change something; how many rows it touched."""
        return self._connection.run(statement, values)

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, object]]) -> int:
        """Do it once per row, in their order; how many rows it touched. Nothing happens without rows."""
        return self._connection.run_many(statement, rows) if rows else 0

    def after_commit(self, act: Callable[[], None]) -> None:
        """Have `act` called on the event loop's thread once this unit is durable. Dropped if it rolls back.

        Called in the order of the units, before any of their callers resumes. Must be quick and must not
        raise.
        """
        self._actions.append(act)

    @property
    def actions(self) -> Sequence[Callable[[], None]]:
        """What is to be called after the commit. For the writer alone."""
        return self._actions
