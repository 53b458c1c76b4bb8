"""SQLite: connections all opened here and all alike."""

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from holdfast.model.errors import StoreUnavailable
from holdfast.store.connection import Values
from holdfast.store.failures import ConstraintViolated, StatementFailed, of_sqlite
from holdfast.store.migrate import migrate
from holdfast.store.statement import Row, Statement

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A confirmed message must survive a power cut: NORMAL would lose the last commits of the WAL.
    "PRAGMA synchronous=FULL",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
    "PRAGMA journal_size_limit=67108864",
)
#: Only for a file that is made now: space that retention frees goes back to the disk, page by page. Said of
#: a file that has pages already it would change nothing, and wait for whoever writes.
_PRAGMA_OF_A_NEW_FILE = "PRAGMA auto_vacuum=INCREMENTAL"
_BUSY_MS = 5000


class SqliteDatabase:
    """A database file. That one process writes to it, the lock of the data folder sees to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_writer(self) -> "SqliteConnection":
        """Open or create the file, for its owner alone, and bring its schema up to date."""
        try:
            _create_private(self._path)
        except OSError as exc:
            raise StoreUnavailable(f"The database {self._path} cannot be opened: {exc.strerror}") from exc
        connection = self._connect(new=self._path.stat().st_size == 0)
        try:
            migrate(connection, "sqlite", connection.raw)
        except sqlite3.Error as exc:
            connection.close()
            raise _told(exc, "store.migrate") from exc
        except BaseException:
            connection.close()
            raise
        return connection

    def reopen_writer(self) -> "SqliteConnection":
        """Another connection to the same file."""
        return self._connect()

    def open_reader(self) -> "SqliteConnection":
        """A connection that refuses to write."""
        connection = self._connect()
        connection.raw.execute("PRAGMA query_only=ON")
        return connection

    def _connect(self, *, new: bool = False) -> "SqliteConnection":
        try:
            raw = sqlite3.connect(
                self._path,  # never read as a URI: a `?`, `%` or `#` in it is part of it
                isolation_level=None,
                check_same_thread=False,
                timeout=_BUSY_MS / 1000,
                cached_statements=256,
            )
            for pragma in (_PRAGMA_OF_A_NEW_FILE, *_PRAGMAS) if new else _PRAGMAS:
                raw.execute(pragma)
        except sqlite3.Error as exc:
            raise _told(exc, "store.connect") from exc
        return SqliteConnection(raw)


class SqliteConnection:
    """One connection to the file. In autocommit: it says BEGIN and COMMIT itself."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self._waits = True

    def fetch(self, statement: Statement, values: Values) -> list[Row]:
        """Run a statement that returns rows."""
        try:
            return self.raw.execute(statement.for_sqlite.text, values).fetchall()
        except sqlite3.Error as exc:
            raise _told(exc, statement.name) from exc

    def fetch_keyed(
        self, statement: Statement, keys: Sequence[Sequence[object]], values: Values
    ) -> list[Row]:
        """Run a statement that takes keys."""
        text, given = statement.for_sqlite.with_keys(keys, values)
        try:
            return self.raw.execute(text, given).fetchall()
        except sqlite3.Error as exc:
            raise _told(exc, statement.name) from exc

    def run(self, statement: Statement, values: Values) -> int:
        """Run a statement that changes rows."""
        try:
            return self.raw.execute(statement.for_sqlite.text, values).rowcount
        except sqlite3.Error as exc:
            raise _told(exc, statement.name) from exc

    def run_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run it once per row."""
        try:
            ready = statement.for_sqlite
            return self.raw.executemany(ready.parts[0], ready.in_order(rows)).rowcount
        except sqlite3.Error as exc:
            raise _told(exc, statement.name) from exc

    def begin_read(self) -> None:
        """The first statement takes the snapshot."""
        self._say("BEGIN")

    def begin_write(self, *, wait: bool = True) -> None:
        """Take the write lock now, so that no later statement can find it taken."""
        if wait != self._waits:
            self._waits = wait
            self._say(f"PRAGMA busy_timeout={_BUSY_MS if wait else 0}")
        self._say("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable on return."""
        self._say("COMMIT")

    def roll_back(self) -> None:
        """Undo everything."""
        if self.raw.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self.raw.rollback()

    def savepoint(self) -> None:
        """Where one unit begins."""
        self._say("SAVEPOINT unit")

    def release(self) -> None:
        """Where it ends."""
        self._say("RELEASE unit")

    def roll_back_unit(self) -> None:
        """Undo one unit, and leave its savepoint."""
        self._say("ROLLBACK TO unit")
        self._say("RELEASE unit")

    @property
    def in_transaction(self) -> bool:
        """False also after SQLite rolled back by itself, as it does when the disk is full."""
        return self.raw.in_transaction

    @property
    def local(self) -> bool:
        """A file is on this machine."""
        return True

    @property
    def lost(self) -> bool:
        """A file is never lost: every refusal may pass."""
        return False

    @property
    def transaction(self) -> str | None:
        """A commit of a file has happened or has not; nothing is ever in doubt."""
        return None

    def was_committed(self, transaction: str) -> bool | None:
        """Never asked."""
        raise AssertionError("no commit of a file is ever in doubt")

    def close(self) -> None:
        """Give it back."""
        self.raw.close()

    def _say(self, words: str) -> None:
        try:
            self.raw.execute(words)
        except sqlite3.Error as exc:
            raise _told(exc, words) from exc


def _create_private(path: Path) -> None:
    """Make a database file that only its owner reads: it will hold message bodies. Keeps an existing one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _told(exc: sqlite3.Error, statement: str) -> Exception:
    """The store's error for the driver's. SQLite's messages name columns, never values."""
    refusal = of_sqlite(getattr(exc, "sqlite_errorcode", None))
    if refusal is not None:
        return refusal
    kind = ConstraintViolated if isinstance(exc, sqlite3.IntegrityError) else StatementFailed
    return kind(statement, str(exc))
