"""The schema's way from any earlier version to this one, at start, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.model.errors import StoreUnavailable
from holdfast.store import statements
from holdfast.store.connection import Connection
from holdfast.store.unit import ReadUnit

if TYPE_CHECKING:
    from sqlalchemy import Connection as Alchemy

#: The newest revision. SQLAlchemy and Alembic cost half a second, and 30 MiB until the process ends: neither
#: a database that is there already nor a new file pays them.
HEAD = "0027"
MIGRATIONS = Path(__file__).with_name("migrations")
#: What all revisions make of an empty file: `make new-file` writes it, a test holds them together.
NEW_FILE = MIGRATIONS / "new_file.sql"


def migrate(connection: Connection, dialect: str, raw: Any) -> None:
    """Bring the schema up to `HEAD`. All or nothing; nothing to do is the common case.

    `raw` is the driver's side of the connection, `dialect` how SQLAlchemy calls that driver. The caller sees
    to it that nobody else migrates. Raises StoreUnavailable when the database was written by a newer
    Holdfast, and the driver's own errors.
    """
    found = revision(connection)
    if found == HEAD:
        return
    if found is None and dialect == "sqlite":
        with _all_or_nothing(connection):
            _make(raw)
    else:
        by_revisions(connection, dialect, raw)


def by_revisions(connection: Connection, dialect: str, raw: Any) -> None:
    """The same, one revision after the other: the way of a database that holds something."""
    with _alchemy(dialect, raw) as conn, _all_or_nothing(connection):
        _upgrade(revision(connection), conn)


@contextmanager
def _all_or_nothing(connection: Connection) -> Iterator[None]:
    connection.begin_write()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.roll_back()
        raise


def _make(raw: Any) -> None:
    """Everything that a new file begins with."""
    for statement in NEW_FILE.read_text().split(";\n\n"):
        raw.execute(statement)


def revision(connection: Connection) -> str | None:
    """The revision of the schema that is there; None in an empty database."""
    unit = ReadUnit(connection, {})
    if unit.first(statements.HAS_REVISION) is None:
        return None
    found = unit.scalar(statements.REVISION)
    return None if found is None else str(found)


@contextmanager
def _alchemy(dialect: str, raw: Any) -> "Iterator[Alchemy]":
    """SQLAlchemy on a connection that is not its own. What the driver raises comes out as the driver's."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    engine = create_engine(
        f"{dialect}://",
        creator=lambda: raw,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
    )
    try:
        # Alembic leaves a transaction alone that it finds. This one is SQLAlchemy's word only.
        with engine.connect() as conn, conn.begin():
            yield conn
    except DBAPIError as exc:
        raise exc.orig or exc from None


def _upgrade(found: str | None, conn: "Alchemy") -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The database has schema {found}, which this version does not know (it knows {HEAD})",
            next_step="Install the Holdfast that wrote it, or a newer one.",
        )
    command.upgrade(config, "head")
