"""PostgreSQL, by psycopg 3: a lock makes one gateway the only writer, and lost connections are told."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown

from holdfast.kit.ids import new_id
from holdfast.model.errors import SettingsError, StoreUnavailable
from holdfast.store import statements
from holdfast.store.connection import Displaced, Values
from holdfast.store.failures import ConstraintViolated, StatementFailed, of_postgresql
from holdfast.store.migrate import migrate
from holdfast.store.statement import Row, Statement

#: Names the lock that a gateway holds as long as it writes: the first bytes of "holdfast".
_LOCK: Final = int.from_bytes(b"holdfast"[:7], "big")
_OPTIONS: Final[Mapping[str, Any]] = {
    "application_name": "holdfast",
    # A server that vanished without a word is noticed within a quarter of a minute, and notices us as fast:
    # until then it keeps the lock of a gateway that is gone.
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
_SETTINGS: Final = (
    # Also how long the start waits for the lock: a gateway that was killed is still being let go.
    "SET lock_timeout = '5s'; SET client_encoding = 'UTF8';"
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3"
)
# Every statement has its index. Without this a plan that was made while the tables were empty reads them
# whole, and stays in use until somebody analyses them. Migrations plan as they like.
_BY_INDEX: Final = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
_OLDEST: Final = 13_00_00
_SAVEPOINT: Final = "SAVEPOINT unit"
_RELEASE: Final = "RELEASE unit"


class PostgresqlDatabase:
    """A database on a server."""

    def __init__(self, url: str) -> None:
        self._writer_id = new_id("wrt")
        try:
            chosen = conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # its text may quote the password
            raise SettingsError(
                "HOLDFAST_DATABASE_URL cannot be read",
                next_step="Write postgresql://user:password@host/database; an @ in the password is %40.",
            ) from None
        self._conninfo = make_conninfo(**{**_OPTIONS, **chosen})

    def open_writer(self) -> "PostgresqlConnection":
        """Become the only gateway of this database and bring its schema up to date."""
        connection = self._lock()
        try:
            migrate(connection, "postgresql+psycopg", connection.raw)
            connection.raw.execute(_BY_INDEX)
            connection.run(statements.BECOME_OWNER, {"writer": self._writer_id})
        except psycopg.Error as exc:
            connection.close()
            raise _told(exc, "store.migrate") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def reopen_writer(self) -> "PostgresqlConnection":
        """Take the lock again, and see that nobody had it in between."""
        connection = self._lock()
        try:
            if connection.fetch(statements.OWNER, {}) != [(self._writer_id,)]:
                raise Displaced
            connection.raw.execute(_BY_INDEX)
        except psycopg.Error as exc:
            connection.close()
            raise _told(exc, "store.reopen") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def open_reader(self) -> "PostgresqlConnection":
        """A connection for reading."""
        return self._connect(f"{_SETTINGS}; {_BY_INDEX}")

    def _lock(self) -> "PostgresqlConnection":
        connection = self._connect(_SETTINGS)
        try:
            connection.raw.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        except psycopg.errors.LockNotAvailable:
            connection.close()
            raise StoreUnavailable(
                "Another gateway uses this PostgreSQL database",
                next_step="Stop it, or name another database in HOLDFAST_DATABASE_URL.",
            ) from None
        except psycopg.Error as exc:
            connection.close()
            raise _told(exc, "store.lock") from None
        return connection

    def _connect(self, settings: str) -> "PostgresqlConnection":
        try:
            raw = psycopg.connect(self._conninfo, autocommit=True)
            raw.adapters.register_dumper(str, _Text)
            raw.execute(settings.encode())
        except psycopg.Error as exc:
            raise _unreachable(exc) from None
        connection = PostgresqlConnection(raw)
        if connection.raw.info.server_version < _OLDEST:
            connection.close()
            raise StoreUnavailable("The PostgreSQL server is too old", next_step="Use version 13 or newer.")
        return connection


class PostgresqlConnection:
    """One connection to the server. In autocommit: it says BEGIN and COMMIT itself."""

    def __init__(self, raw: "psycopg.Connection[Row]") -> None:
        self.raw = raw
        self._transaction: str | None = None
        #: Words about savepoints that travel with the next message: each costs a way to the server and back.
        self._owed: list[str] = []

    def fetch(self, statement: Statement, values: Values) -> list[Row]:
        """Run a statement that returns rows."""
        try:
            self._pay()
            return self.raw.execute(statement.for_postgresql.text, values).fetchall()
        except psycopg.Error as exc:
            raise self._refused(exc, statement.name) from None

    def fetch_keyed(
        self, statement: Statement, keys: Sequence[Sequence[object]], values: Values
    ) -> list[Row]:
        """Run a statement that takes keys."""
        text, given = statement.for_postgresql.with_keys(keys, values)
        try:
            self._pay()
            return self.raw.execute(text, given).fetchall()
        except psycopg.Error as exc:
            raise self._refused(exc, statement.name) from None

    def run(self, statement: Statement, values: Values) -> int:
        """Run a statement that changes rows."""
        try:
            self._pay()
            return self.raw.execute(statement.for_postgresql.text, values).rowcount
        except psycopg.Error as exc:
            raise self._refused(exc, statement.name) from None

    def run_many(self, statement: Statement, rows: Sequence[Values]) -> int:
        """Run it once per row, without waiting for the answer to each."""
        if len(rows) == 1:
            return self.run(statement, rows[0])
        try:
            self._pay()
            with self.raw.cursor() as cursor:
                ready = statement.for_postgresql
                cursor.executemany(ready.parts[0], ready.in_order(rows))
                return cursor.rowcount
        except psycopg.Error as exc:
            raise self._refused(exc, statement.name) from None

    def begin_read(self) -> None:
        """The first statement takes the snapshot."""
        self._say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_write(self, *, wait: bool = True) -> None:
        """Begin, and learn by what name to ask for the outcome if the connection is lost while committing."""
        try:
            cursor = self.raw.execute("BEGIN; SELECT pg_current_xact_id()::text")
            cursor.nextset()
            self._transaction = cursor.fetchall()[0][0]
        except psycopg.Error as exc:
            raise self._refused(exc, "BEGIN") from None

    def commit(self) -> None:
        """Durable on return."""
        if self._say("COMMIT") != "COMMIT":  # a transaction that has failed says ROLLBACK here
            raise StatementFailed("COMMIT", "the transaction had failed before")

    def roll_back(self) -> None:
        """Undo everything."""
        self._owed.clear()
        with contextlib.suppress(psycopg.Error):
            if self.in_transaction:
                self.raw.execute("ROLLBACK")

    def savepoint(self) -> None:
        """Where one unit begins."""
        self._owed.append(_SAVEPOINT)

    def release(self) -> None:
        """Where it ends. Raises StatementFailed for a unit that has hidden a refusal of the database."""
        if self.raw.info.transaction_status is TransactionStatus.INERROR:
            raise StatementFailed(_RELEASE, "a statement of this unit had failed")
        self._owed.append(_RELEASE)

    def roll_back_unit(self) -> None:
        """Undo one unit, and leave its savepoint."""
        if self._owed[-1:] == [_SAVEPOINT]:
            self._owed.pop()  # it has not said anything yet
        else:
            self._say(f"ROLLBACK TO unit; {_RELEASE}")

    @property
    def in_transaction(self) -> bool:
        """False also when the connection is gone."""
        return self.raw.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def local(self) -> bool:
        """A server may be anywhere."""
        return False

    @property
    def lost(self) -> bool:
        """True once the server, or the way to it, has gone."""
        return self.raw.closed

    @property
    def transaction(self) -> str | None:
        """The server's number of the present transaction."""
        return self._transaction

    def was_committed(self, transaction: str) -> bool | None:
        """Ask what became of a transaction of the connection before."""
        asked = "SELECT pg_xact_status(%s::xid8)"
        try:
            status = self.raw.execute(asked, (transaction,)).fetchall()[0][0]
        except psycopg.Error as exc:
            raise self._refused(exc, "store.outcome") from None
        return None if status == "in progress" else status == "committed"

    def close(self) -> None:
        """Give it back."""
        self.raw.close()

    def _say(self, words: str) -> str | None:
        """Say what is owed, then this. What the server answered to the last of it."""
        owed, self._owed = self._owed, []
        try:
            cursor = self.raw.execute("; ".join([*owed, words]).encode())
            while cursor.nextset():
                pass
            return cursor.statusmessage
        except psycopg.Error as exc:
            raise self._refused(exc, words) from None

    def _pay(self) -> None:
        if self._owed:
            owed, self._owed = self._owed, []
            self.raw.execute("; ".join(owed).encode())

    def _refused(self, exc: psycopg.Error, statement: str) -> Exception:
        if _is_gone(exc):
            self.raw.close()  # also when the server has said good-bye and the line still stands
        return _told(exc, statement)


class _Text(StrDumperUnknown):
    """Text as PostgreSQL takes it: it has no NUL. A person's message may, and shows it as U+2400 then.

    What WhatsApp sent stays as it was in the message's raw bytes.
    """

    def dump(self, obj: str) -> Any:
        """The bytes of a value."""
        return super().dump(obj.replace("\0", "\u2400") if "\0" in obj else obj)


def _is_gone(exc: psycopg.Error) -> bool:
    """True when this connection will not answer again."""
    sqlstate: str = getattr(exc, "sqlstate", None) or ""
    if isinstance(exc, psycopg.InterfaceError):
        return True
    return isinstance(exc, psycopg.OperationalError) and (not sqlstate or sqlstate.startswith(("08", "57P")))


def _unreachable(exc: psycopg.Error) -> StoreUnavailable:
    """Why there is no connection. The driver's text names host and user here, never a password or a row."""
    refusal = of_postgresql(getattr(exc, "sqlstate", None)) or StoreUnavailable()
    said = " ".join(str(exc).split())
    return StoreUnavailable(f"{refusal.message} ({said})", next_step=refusal.next_step)


def _told(exc: psycopg.Error, statement: str) -> Exception:
    """The store's error for the driver's. The driver's own text may quote a row, so it goes no further."""
    sqlstate: str | None = getattr(exc, "sqlstate", None)
    refusal = of_postgresql(sqlstate) if sqlstate is not None or _is_gone(exc) else None
    if refusal is not None:
        return refusal
    diagnosis = exc.diag.message_primary if isinstance(exc, psycopg.Error) else None
    kind = ConstraintViolated if isinstance(exc, psycopg.IntegrityError) else StatementFailed
    return kind(statement, diagnosis or type(exc).__name__)
