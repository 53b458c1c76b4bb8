"""The schema's way from any earlier version to this one, at start, in one transaction."""

from pathlib import Path

import sqlalchemy

from holdfast.model.errors import StoreUnavailable
from holdfast.store import statements
from holdfast.store.connection import Connection
from holdfast.store.unit import ReadUnit

#: The newest revision. Alembic costs 0.2 s of imports: a database that is there already does not pay them.
HEAD = "0004"
MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(connection: Connection, beneath: sqlalchemy.Connection) -> None:
    """Bring the schema up to `HEAD`. All or nothing; nothing to do is the common case.

    `beneath` is SQLAlchemy's side of the same connection. The caller sees to it that nobody else migrates.
    Raises StoreUnavailable when the database was written by a newer Holdfast.
    """
    if revision(connection) == HEAD:
        return
    connection.begin_write()
    # Alembic leaves a transaction alone that it finds. This one is SQLAlchemy's word only: ours has begun.
    found = beneath.begin()
    try:
        _upgrade(revision(connection), beneath)
        connection.commit()
    except BaseException:
        connection.roll_back()
        raise
    finally:
        found.close()


def revision(connection: Connection) -> str | None:
    """The revision of the schema that is there; None in an empty database."""
    unit = ReadUnit(connection, {})
    if unit.first(statements.HAS_REVISION) is None:
        return None
    found = unit.scalar(statements.REVISION)
    return None if found is None else str(found)


def _upgrade(found: str | None, beneath: sqlalchemy.Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = beneath
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The database has schema {found}, which this version does not know (it knows {HEAD})",
            next_step="Install the Holdfast that wrote it, or a newer one.",
        )
    command.upgrade(config, "head")
