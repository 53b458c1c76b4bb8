"""What the writer and the readers need of a database, whichever it is.

Below SQLAlchemy's connection, on the driver's own: a statement costs a third there. Every method raises the
errors of `failures` and no driver's.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from holdfast.store.statement import Row, Statement

#: Values by name.
Values = Mapping[str, object]


class Connection(Protocol):
    """One connection, used by one thread at a time."""

    def fetch(self, statement: Statement, values: Values) -> list[Row]:
        """Run a statement that returns rows."""
        ...

    def fetch_keyed(
        self, statement: Statement, keys: Sequence[Sequence[object]], values: Values
    ) -> list[Row]:
        """Run a statement that takes keys, for a few hundred of them at most."""
        ...

    def run(self, statement: Statement, values: Values) -> int:
        """Run a statement that changes rows; how many."""
        ...

    def run_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run it once per row; how many rows changed in all."""
        ...

    def begin_read(self) -> None:
        """Begin a transaction that sees one committed state and may change nothing."""
        ...

    def begin_write(self, *, wait: bool = True) -> None:
        """Begin a transaction that writes. StoreUnavailable: another program writes, also after some seconds.

        Without `wait` where nothing may be waited for.
        """
        ...

    def commit(self) -> None:
        """End it. StoreUnavailable means that nothing was kept, unless the connection is `lost`."""
        ...

    def roll_back(self) -> None:
        """End it without a trace. Never raises: a connection that is lost has nothing to undo."""
        ...

    def savepoint(self) -> None:
        """Mark the place to which one unit may fall back."""
        ...

    def release(self) -> None:
        """The unit stands."""
        ...

    def roll_back_unit(self) -> None:
        """Undo what came after the savepoint."""
        ...

    @property
    def in_transaction(self) -> bool:
        """False also when the database has ended the transaction by itself."""
        ...

    @property
    def lost(self) -> bool:
        """True when this connection can never be used again. Another one may be opened."""
        ...

    def close(self) -> None:
        """Give it back. Never raises."""
        ...


class WritingConnection(Connection, Protocol):
    """The connection of the one writer. While it is open, no other process writes as a gateway."""

    @property
    def local(self) -> bool:
        """True where nothing but this machine's disk is waited for."""
        ...

    @property
    def transaction(self) -> str | None:
        """What names the present transaction after the connection is lost. None: no need to ask."""
        ...

    def was_committed(self, transaction: str) -> bool | None:
        """What became of a transaction of an earlier connection; None while it is still under way."""
        ...


class Database(Protocol):
    """A place that holds a store."""

    def open_writer(self) -> WritingConnection:
        """The writer's first connection, with the newest schema.

        Raises StoreUnavailable, also when another gateway uses this database.
        """
        ...

    def reopen_writer(self) -> WritingConnection:
        """The writer's next connection after a lost one.

        Raises StoreUnavailable: try again later. Raises Displaced: another gateway has written in between.
        """
        ...

    def open_reader(self) -> Connection:
        """A connection that only reads. Raises StoreUnavailable."""
        ...


class Displaced(Exception):
    """Another gateway has written since this one lost the database: what is in memory no longer holds."""
