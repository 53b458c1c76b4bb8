"""Opening: the schema, its migrations, and what a human is told when it does not work."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import inspect

from databases import PostgresqlForTests, alchemy, impatient, sql
from holdfast.model.errors import SettingsError, StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.store import DatabaseAddress, PostgresqlServer, SqliteFile, Store, address_of, migrate
from holdfast.store.migrate import HEAD, MIGRATIONS
from holdfast.store.schema import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing(request: pytest.FixtureRequest) -> DatabaseAddress:
    """Where no table is."""
    if request.param == "sqlite":
        file: SqliteFile = request.getfixturevalue("sqlite_file")
        return file
    server: PostgresqlForTests = request.getfixturevalue("postgresql")
    return server.empty()


async def test_migrations_lead_to_the_schema_and_nowhere_else(nothing: DatabaseAddress) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    store = await Store.open(nothing)
    tenants = await store.read(lambda unit: unit.all(sql("SELECT id FROM tenants")))
    assert tenants == [(DEFAULT_TENANT,)]
    await store.close()
    with alchemy(nothing).connect() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": is_described})
        assert compare_metadata(context, metadata) == []


def is_described(name: str | None, type_: str, _: object) -> bool:
    """The index of words is of a kind that SQLAlchemy does not know, and tested by what it finds."""
    return type_ != "table" or not str(name).startswith("search")


def test_head_is_the_newest_revision() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_bodies_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "holdfast.db"
    store = await Store.open(SqliteFile(path))
    await store.write(lambda unit: unit.run(sql("INSERT INTO settings_kv VALUES ('a', 'b')")))
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["holdfast.db", "holdfast.db-shm", "holdfast.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    await store.close()


@pytest.mark.parametrize("name", ["what?", "100%", "a#b", "mode=memory&?cache=shared", "%41", "ü ;'\""])
async def test_the_database_lies_where_the_path_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "holdfast.db"
    store = await Store.open(SqliteFile(path))
    await store.write(lambda unit: unit.run(sql("INSERT INTO settings_kv VALUES ('a', 'b')")))
    await store.close()
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert path.stat().st_size > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_every_connection_to_a_file_is_durable_and_in_wal(sqlite_file: SqliteFile) -> None:
    store = await Store.open(sqlite_file)
    for ask in (store.write, store.read):
        assert await ask(lambda unit: unit.scalar(sql("PRAGMA synchronous"))) == 2
        assert await ask(lambda unit: unit.scalar(sql("PRAGMA journal_mode"))) == "wal"
    await store.close()


async def test_a_migration_that_breaks_leaves_nothing_behind(
    nothing: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "_make" if isinstance(nothing, SqliteFile) else "_upgrade"
    whole = getattr(migrate, name)

    def breaks(*arguments: object) -> None:
        whole(*arguments)
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrate, name, breaks)
    with pytest.raises(RuntimeError):
        await Store.open(nothing)
    with alchemy(nothing).connect() as conn:
        assert inspect(conn).get_table_names() == []
    monkeypatch.undo()
    await (await Store.open(nothing)).close()


async def test_a_database_of_a_newer_version_is_left_alone(nothing: DatabaseAddress) -> None:
    store = await Store.open(nothing)
    await store.write(lambda unit: unit.run(sql("UPDATE alembic_version SET version_num = '9999'")))
    await store.close()
    with pytest.raises(StoreUnavailable, match="9999") as refused:
        await Store.open(nothing)
    assert "newer" in refused.value.next_step


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.db"
    path.write_bytes(b"not a database, " * 500)
    with pytest.raises(StoreUnavailable, match="damaged"):
        await Store.open(SqliteFile(path))


async def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await Store.open(SqliteFile(tmp_path / "file" / "holdfast.db"))


async def test_a_second_gateway_is_refused_and_the_first_goes_on(postgresql: PostgresqlForTests) -> None:
    address = postgresql.fresh()
    first = await Store.open(address)
    with impatient(), pytest.raises(StoreUnavailable, match="Another gateway") as refused:
        await Store.open(address)
    assert "HOLDFAST_DATABASE_URL" in refused.value.next_step
    await first.write(lambda unit: unit.run(sql("INSERT INTO settings_kv VALUES ('a', 'b')")))
    await first.close()
    await (await Store.open(address)).close()


async def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached") as refused:
        await Store.open(PostgresqlServer("postgresql://me:geheim@127.0.0.1:1/holdfast"))
    assert "geheim" not in str(refused.value)
    assert "geheim" not in repr(PostgresqlServer("postgresql://me:geheim@127.0.0.1:1/holdfast"))


def test_the_setting_chooses(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "holdfast.db")
    assert address_of(None, file.path) == address_of("", file.path) == file
    assert address_of("postgres://a@b/c", file.path) == PostgresqlServer("postgresql://a@b/c")
    for wrong in ("mysql://a@b/c", "holdfast.db", "sqlite:///x"):
        with pytest.raises(SettingsError, match="HOLDFAST_DATABASE_URL"):
            address_of(wrong, file.path)


async def test_a_url_that_cannot_be_read_is_told_without_its_password() -> None:
    with pytest.raises(SettingsError, match="cannot be read") as refused:
        await Store.open(PostgresqlServer("postgresql://me:geh%eim@here/holdfast"))
    assert "eim" not in str(refused.value)
