"""What a new database file begins with, out of the migrations: `store/migrations/new_file.sql`."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from holdfast.store.migrate import HEAD, NEW_FILE, by_revisions
from holdfast.store.sqlite import SqliteDatabase

#: The tables that one of them makes for itself.
_SHADOWS = ("search_data", "search_idx", "search_content", "search_docsize", "search_config")


def by_all_revisions(path: Path) -> str:
    """Make a file there, one revision after the other; what is in it then."""
    connection = SqliteDatabase(path).reopen_writer()
    by_revisions(connection, "sqlite", connection.raw)
    try:
        return written(connection.raw)
    finally:
        connection.close()


def written(raw: sqlite3.Connection) -> str:
    """The statements that make such a file again: tables and indices, then rows."""
    return ";\n\n".join([*_tables(raw), *_rows(raw)]) + ";\n"


def _tables(raw: sqlite3.Connection) -> Iterator[str]:
    for name, sql in raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"):
        if name not in _SHADOWS and name != "sqlite_sequence":
            yield str(sql)


def _rows(raw: sqlite3.Connection) -> Iterator[str]:
    tables = [
        name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    for table in tables:
        if table in _SHADOWS:
            continue
        for row in raw.execute(f'SELECT * FROM "{table}"'):
            values = ", ".join(raw.execute("SELECT quote(?)", (value,)).fetchone()[0] for value in row)
            yield f'INSERT INTO "{table}" VALUES ({values})'


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        NEW_FILE.write_text(by_all_revisions(Path(folder) / "holdfast.db"))
    print(f"{NEW_FILE.name}: revision {HEAD}")
