"""Opening: the schema, its migrations, and what a human is told when it does not work."""

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from holdfast.model.errors import StoreUnavailable
from holdfast.store import Store, migrate
from holdfast.store.migrate import HEAD, MIGRATIONS
from holdfast.store.schema import DEFAULT_TENANT, metadata


async def test_migrations_lead_to_the_schema_and_nowhere_else(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    path = tmp_path / "holdfast.db"
    await (await Store.open(path)).close()
    with create_engine(f"sqlite:///{path}").connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
        made = dict(
            conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WHERE%'").fetchall()
        )
        assert list(made) == ["ix_outbox_queued"]
        assert conn.exec_driver_sql("SELECT id FROM tenants").scalars().all() == [DEFAULT_TENANT]


def test_head_is_the_newest_revision() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_bodies_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "holdfast.db"
    store = await Store.open(path)
    await store.write(lambda conn: conn.exec_driver_sql("INSERT INTO settings_kv VALUES ('a', 'b')").rowcount)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["holdfast.db", "holdfast.db-shm", "holdfast.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    await store.close()


async def test_every_connection_is_durable_and_in_wal(store: Store) -> None:
    for ask in (store.write, store.read):
        assert await ask(lambda conn: conn.exec_driver_sql("PRAGMA synchronous").scalar()) == 2
        assert await ask(lambda conn: conn.exec_driver_sql("PRAGMA journal_mode").scalar()) == "wal"


async def test_a_migration_that_breaks_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "holdfast.db"
    whole = migrate._upgrade

    def breaks(conn: object) -> None:
        whole(conn)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrate, "_upgrade", breaks)
    with pytest.raises(RuntimeError):
        await Store.open(path)
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT name FROM sqlite_master").fetchall() == []
    monkeypatch.undo()
    await (await Store.open(path)).close()


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.db"
    await (await Store.open(path)).close()
    with sqlite3.connect(path) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="9999") as refused:
        await Store.open(path)
    assert "newer" in refused.value.next_step


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.db"
    path.write_bytes(b"not a database, " * 500)
    with pytest.raises(StoreUnavailable, match="damaged"):
        await Store.open(path)


async def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await Store.open(tmp_path / "file" / "holdfast.db")
