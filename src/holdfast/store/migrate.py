"""The schema's way from any earlier version to this one, at start, in one transaction."""

from pathlib import Path

from sqlalchemy import Connection, Engine

from holdfast.model.errors import StoreUnavailable
from holdfast.store.sqlite import raw_of

#: The newest revision. Alembic costs 0.2 s of imports: a database that is there already does not pay them.
HEAD = "0001"
MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: Engine) -> None:
    """Bring the schema up to `HEAD`. All or nothing; nothing to do is the common case.

    Raises StoreUnavailable when the database was written by a newer Holdfast.
    """
    with engine.connect() as conn:
        if _revision(conn) == HEAD:
            return
        raw = raw_of(conn)
        raw.execute("BEGIN IMMEDIATE")
        try:
            _upgrade(conn)
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        raw.execute("COMMIT")


def _revision(conn: Connection) -> str | None:
    known = "SELECT 1 FROM sqlite_master WHERE type='table' AND name='alembic_version'"
    if conn.exec_driver_sql(known).first() is None:
        return None
    row = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])


def _upgrade(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    found = _revision(conn)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"The database has schema {found}, which this version does not know (it knows {HEAD})",
            next_step="Install the Holdfast that wrote it, or a newer one.",
        )
    command.upgrade(config, "head")
