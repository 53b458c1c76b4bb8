"""A copy of the database file, whole or without messages, of one moment, while a gateway writes to it."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from holdfast.backup import statements
from holdfast.model.errors import BackupError
from holdfast.store import HEAD, SqliteFile, Store
from holdfast.store.statements import REVISION

#: What is a message, belongs to one or is a place in their journal. Everything else is how the installation
#: is set up, and goes along always.
MESSAGES: Final = frozenset(
    {
        "messages",
        "chats",
        "labels",
        "chat_labels",
        "receipts",
        "aliases",
        "events",
        "outbox",
        "idempotency",
        "media",
        "attachments",
        "subscriptions",
        "alerts",
        "alert_deliveries",
    }
)
_COUNTED: Final = ("sessions", "messages", "events", "outbox")


def copy_whole(source: Path, target: Path) -> None:
    """Copy every page as of one moment. A gateway goes on writing meanwhile. Raises BackupError, OSError."""
    with _failing(source), _opened(source) as reading, contextlib.closing(sqlite3.connect(target)) as copy:
        # All pages in one step: between steps, a writer would have the copy begin again.
        reading.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


async def copy_setup(source: Path, target: Path) -> None:
    """Copy what is no message into a new database, as of one moment. Raises BackupError, StoreUnavailable."""
    from holdfast.store.schema import metadata  # half a second of imports, which no start pays

    await (await Store.open(SqliteFile(target))).close()
    with _failing(source), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("ATTACH ? AS source", (str(source),))
        copy.execute("BEGIN")
        for table in metadata.sorted_tables:
            if table.name in MESSAGES:
                continue
            for sql in statements.take_over(table.name, [column.name for column in table.columns]):
                copy.execute(sql)
        copy.execute(statements.FORGET_POSITIONS.sql)
        copy.execute("COMMIT")
        copy.execute("DETACH source")
        copy.execute("PRAGMA journal_mode=DELETE")


def look(database: Path) -> Mapping[str, int]:
    """How much a copy holds, by noun; every page of it has been checked. Raises BackupError."""
    with _failing(database), _opened(database) as copy:
        if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise BackupError(f"The database {database.name} is damaged: {said}", next_step="holdfast doctor")
        return dict(zip(_COUNTED, copy.execute(statements.COUNTS.sql).fetchone(), strict=True))


def world_of(database: Path) -> str:
    """`lab` or `whatsapp`, as the first start has noted it. Raises BackupError."""
    with _failing(database), _opened(database) as reading:
        row = reading.execute(statements.WORLD.sql).fetchone()
    return str(row[0]) if row else "whatsapp"


def check_revision(database: Path) -> None:
    """Raises BackupError for a database that this version has not opened yet."""
    with _failing(database), _opened(database) as reading:
        found = reading.execute(REVISION.sql).fetchone()
    if found is None or found[0] != HEAD:
        raise BackupError(
            "The database was written by another version of Holdfast",
            next_step="Start this one once, then try again.",
        )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    ) as raw:
        yield raw


@contextlib.contextmanager
def _failing(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        if getattr(exc, "sqlite_errorname", "") == "SQLITE_FULL":
            raise OSError(28, "No space left on device", str(path)) from exc
        raise BackupError(f"The database cannot be copied: {exc}", next_step="holdfast doctor") from exc
