"""A whatsmeow database on a PostgreSQL server: whose it is, and its rows for the engine. Only read.

The engine knows no such server and is told no password: it reads the rows on a socket, and writes them
straight into the encrypted file. Nothing of them lies on a disk in between.
"""

import asyncio
import base64
import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from holdfast.model.errors import HoldfastError, SourceUnusable
from holdfast.vault import statements
from holdfast.vault.source import Kind, PasswordWanted, Source, chosen

_OPTIONS: Final[Mapping[str, Any]] = {
    "application_name": "holdfast",
    "connect_timeout": 10,
    # A table that its program has locked is not waited for longer than the engine waits.
    "options": "-c statement_timeout=20s -c default_transaction_read_only=on",
}
#: So many rows go over at once; a row is some hundred bytes.
_BATCH_ROWS: Final = 500
#: Which column says whose a row is; a table with neither has no owner.
_OWNERS: Final = ("our_jid", "jid")


def look(address: str, device: str) -> Source:
    """What of a device is in a database. Raises SourceUnusable, PasswordWanted."""
    try:
        with psycopg.connect(_conninfo(address)) as conn:
            jid, push_name = chosen(conn.execute(statements.THEIR_DEVICES).fetchall(), device)
            carried = {
                noun: _number(conn, statements.for_server(count), jid)
                for noun, count in statements.THEIR_COUNTS.items()
            }
            users = conn.execute(statements.THEIR_USERS).fetchall()
    except psycopg.Error as exc:
        raise _unusable(exc) from None
    used_by = "; ".join(f"{name} (connection {pid} to the database)" for name, pid in users)
    return Source(Kind.WHATSMEOW, address, jid, push_name, carried, {}, used_by)


def _conninfo(address: str) -> str:
    return make_conninfo(address, **_OPTIONS)


def _number(conn: "psycopg.Connection[tuple[Any, ...]]", count: str, jid: str) -> int:
    try:
        with conn.transaction():
            row = conn.execute(count.encode(), {"jid": jid}).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0  # an older schema has no such table
    return int(row[0]) if row else 0


def _unusable(exc: psycopg.Error) -> SourceUnusable:
    """Why a server did not give its rows, without what its text may quote."""
    failed = getattr(exc, "pgconn", None)
    if isinstance(exc, psycopg.OperationalError) and failed is not None and failed.needs_password:
        return PasswordWanted(
            "The server asks for a password",
            next_step="Name a file with it: --password-file (- is standard input).",
        )
    if isinstance(exc, psycopg.errors.UndefinedTable):
        return SourceUnusable(
            "The database has no tables whatsmeow_…", next_step="Name the database that the program uses."
        )
    if isinstance(exc, psycopg.ProgrammingError) and failed is None and exc.sqlstate is None:
        return SourceUnusable(
            "The address of the server cannot be read", next_step="Write postgresql://user@host/database."
        )
    said = " ".join(str(exc).split())
    return SourceUnusable(
        f"The server does not give its rows: {said}", next_step="Look at its address and its rights."
    )


@contextlib.asynccontextmanager
async def handed_over(address: str, jid: str) -> AsyncIterator[str]:
    """The path of a socket that gives the rows of one device to whoever asks first, until the block ends.

    Raises SourceUnusable where the server broke off, whatever the reader made of it.
    """
    desk = _Desk(address, jid)
    folder = Path(tempfile.mkdtemp(prefix="holdfast-"))  # short enough for a socket, and nobody else's
    try:
        server = await asyncio.start_unix_server(desk.serve, folder / "rows.sock")
        try:
            yield str(folder / "rows.sock")
        finally:
            server.close()
            desk.end()
    except HoldfastError as exc:
        if desk.broke_off is None:
            raise
        raise _unusable(desk.broke_off) from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Desk:
    """Gives the rows out, once."""

    def __init__(self, address: str, jid: str) -> None:
        self._address, self._jid = address, jid
        self._serving: asyncio.Task[Any] | None = None
        self.broke_off: psycopg.Error | None = None

    async def serve(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._serving is None:
            self._serving = asyncio.current_task()
            with contextlib.suppress(ConnectionError):  # whoever reads has seen enough, and says why
                await self._write(writer)
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        try:
            async with contextlib.aclosing(_batches(self._address, self._jid)) as batches:
                async for batch in batches:
                    writer.write(json.dumps(batch).encode() + b"\n")
                    await writer.drain()
        except psycopg.Error as exc:
            self.broke_off = exc

    def end(self) -> None:
        """Whoever still reads has been given up."""
        if self._serving is not None:
            self._serving.cancel()


async def _batches(address: str, jid: str) -> AsyncGenerator[dict[str, object], None]:
    """The rows of a device at one moment, as the engine's `batch` has them. Raises psycopg.Error."""
    async with await psycopg.AsyncConnection.connect(_conninfo(address)) as conn:
        await conn.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        schema = await (await conn.execute(statements.THEIR_SCHEMA)).fetchone()
        yield {"schema": int(schema[0]) if schema else 0}
        for table, columns in await (await conn.execute(statements.THEIR_TABLES)).fetchall():
            async with conn.cursor(name="rows") as cursor:
                await cursor.execute(_rows_of(table, columns), {"jid": jid})
                while rows := await cursor.fetchmany(_BATCH_ROWS):
                    yield {
                        "table": table,
                        "columns": columns,
                        "rows": [[_plain(it) for it in row] for row in rows],
                    }
        yield {"last": True}


def _rows_of(table: str, columns: Sequence[str]) -> sql.Composed:
    asked = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    owner = next((it for it in _OWNERS if it in columns), None)
    return asked if owner is None else asked + sql.SQL(" WHERE {} = %(jid)s").format(sql.Identifier(owner))


def _plain(value: object) -> dict[str, object]:
    """One value as the engine reads it."""
    match value:
        case None:
            return {}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case int():  # what is true is 1
            return {"integer": int(value)}
        case str() | UUID():
            return {"text": str(value)}
    raise psycopg.DataError(f"a column holds a {type(value).__name__}")
