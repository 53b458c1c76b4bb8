"""Both kinds of database for tests: a file, and a database on a PostgreSQL server of the test run's own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import URL, Engine, create_engine, make_url

from holdfast.lab.postgresql import ScratchPostgresql
from holdfast.store import DatabaseAddress, PostgresqlServer, SqliteFile, Statement, Store, postgresql
from holdfast.store.postgresql import PostgresqlDatabase
from holdfast.store.schema import metadata
from holdfast.store.sqlite import SqliteConnection, SqliteDatabase
from patience import PATIENCE_S

_KEPT = {"tenants"}
#: The index of words is made by its migration: SQLAlchemy knows no table of its kind.
_EMPTY = sorted({*metadata.tables, "search"} - _KEPT)
#: Every connection to this database but the one that asks.
_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
#: Which of these tables hold anything, or have held a row since they were truncated.
_USED = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 0"


def sql(text: str, postgresql: str | None = None) -> Statement:
    """A statement for a test to look behind the scenes."""
    return Statement("test.statement", "What a test asks.", text, postgresql)


_READ_ONLY = "default_transaction_read_only"


def alchemy(address: DatabaseAddress) -> Engine:
    """SQLAlchemy's own view of a database."""
    if isinstance(address, SqliteFile):
        return create_engine(URL.create("sqlite", database=str(address.path)))
    return create_engine(make_url(address.url).set(drivername="postgresql+psycopg"))


def refuse_writes(store: Store) -> None:
    """From now on the database only reads, as one on a standby or on a disk that went read-only does."""
    _on_the_writers_connection(store, sqlite="PRAGMA query_only=ON", postgresql=f"SET {_READ_ONLY} = on")


def take_writes(store: Store) -> None:
    """The database writes again."""
    _on_the_writers_connection(store, sqlite="PRAGMA query_only=OFF", postgresql=f"SET {_READ_ONLY} = off")


def _on_the_writers_connection(store: Store, *, sqlite: str, postgresql: str) -> None:
    connection = store._writer._connection
    connection.raw.execute(sqlite if isinstance(connection, SqliteConnection) else postgresql)


@contextmanager
def impatient() -> Iterator[None]:
    """A gateway that finds its PostgreSQL database taken says so at once instead of after five seconds.

    Only while it is to be refused: a connection that was closed may hold the database for a moment more.
    """
    usual = postgresql._SETTINGS
    postgresql._SETTINGS = usual.replace("lock_timeout = '5s'", "lock_timeout = '50ms'")  # type: ignore[misc]
    try:
        yield
    finally:
        postgresql._SETTINGS = usual  # type: ignore[misc]


def file_of_newest_schema(path: Path) -> SqliteFile:
    """The database file there. One that is not there yet is copied: to migrate one costs 0.2 s."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_newest_schema())
    return SqliteFile(path)


@cache
def _newest_schema() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "holdfast.db"
        SqliteDatabase(path).open_writer().close()
        return path.read_bytes()


class PostgresqlForTests:
    """One server for the whole run. Started by the first test that needs it."""

    def __init__(self) -> None:
        self.server = ScratchPostgresql()
        self._used: str | None = None

    def empty(self) -> PostgresqlServer:
        """A database without any table."""
        return PostgresqlServer(self.server.url(self.server.create()))

    def fresh(self) -> PostgresqlServer:
        """A database of the newest schema without a row. The same one each time: making one costs 0.3 s."""
        if self._used is None:
            self._used = self.server.create()
            address = PostgresqlServer(self.server.url(self._used))
            PostgresqlDatabase(address.url).open_writer().close()
            return address
        address = PostgresqlServer(self.server.url(self._used))
        with psycopg.connect(address.url, autocommit=True) as connection:
            # Whoever is told to end may hold the lock of the one gateway for a moment more.
            deadline = time.monotonic() + PATIENCE_S
            while connection.execute(_END_OTHERS).fetchall():
                assert time.monotonic() < deadline, "a test's connection to the database does not end"
                time.sleep(0.005)
            # Each table that is truncated gets new files, so only those that have some.
            if used := connection.execute(_USED, [_EMPTY]).fetchall():
                names = ", ".join(name for (name,) in used)
                connection.execute(f"TRUNCATE {names} RESTART IDENTITY".encode())
        return address


@contextmanager
def postgresql_for_tests() -> Iterator[PostgresqlForTests]:
    """The server, taken away at the end."""
    made = PostgresqlForTests()
    try:
        yield made
    finally:
        made.server.close()
