"""A PostgreSQL server that goes away: nothing is confirmed that is not there, nothing denied that is."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from databases import PostgresqlForTests, impatient, sql
from holdfast.model.errors import StoreUnavailable
from holdfast.store import PostgresqlServer, Store, WriteUnit
from holdfast.store.postgresql import PostgresqlConnection

PUT = sql("INSERT INTO settings_kv (key, value) VALUES (:key, '')")
KEYS = sql("SELECT key FROM settings_kv WHERE key <> 'writer' ORDER BY key")


def put(key: str) -> Callable[[WriteUnit], int]:
    """A unit of work that adds one row."""
    return lambda unit: unit.run(PUT, key=key)


async def keys(store: Store) -> list[str]:
    """What is durable."""
    return [key for (key,) in await store.read(lambda unit: unit.all(KEYS))]


def connection(store: Store) -> PostgresqlConnection:
    """The writer's."""
    found = store._writer._connection
    assert isinstance(found, PostgresqlConnection)
    return found


@pytest.fixture
def address(postgresql: PostgresqlForTests) -> PostgresqlServer:
    """Where the store lies."""
    return postgresql.fresh()


@pytest.fixture
async def store(address: PostgresqlServer) -> AsyncIterator[Store]:
    """A store on a server."""
    opened = await Store.open(address)
    yield opened
    await opened.close()


def cut(server: PostgresqlForTests) -> None:
    """Cut every connection of the store, as a server that restarts does."""
    server.server.ask(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'holdfast'"
    )


async def test_a_restart_between_two_writes_is_not_noticed(
    store: Store, postgresql: PostgresqlForTests
) -> None:
    await store.write(put("a"))
    await keys(store)
    await store.write(lambda unit: unit.sole_writer_cache.update(known=True))
    postgresql.server.stop()
    postgresql.server.start()
    await store.write(put("b"))
    assert await keys(store) == ["a", "b"]
    assert not await store.write(lambda unit: unit.sole_writer_cache.get("known"))


async def test_without_a_server_nothing_is_confirmed_and_it_goes_on_by_itself(
    store: Store, postgresql: PostgresqlForTests
) -> None:
    await store.write(put("a"))
    postgresql.server.stop(crash=True)
    try:
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="cannot be reached") as refused:
                await store.write(put("b"))
            assert "HOLDFAST_DATABASE_URL" in refused.value.next_step
            with pytest.raises(StoreUnavailable):
                await keys(store)
    finally:
        postgresql.server.start()
    await store.write(put("c"))
    assert await keys(store) == ["a", "c"]


async def test_a_connection_that_is_cut_within_a_group_writes_nothing_of_it(
    store: Store, postgresql: PostgresqlForTests
) -> None:
    done: list[str] = []

    def cuts(unit: WriteUnit) -> None:
        put("a")(unit)
        unit.after_commit(lambda: done.append("never"))
        cut(postgresql)
        put("b")(unit)

    results = await asyncio.gather(store.write(cuts), store.write(put("c")), return_exceptions=True)
    assert isinstance(results[0], StoreUnavailable)
    assert ("c" in await keys(store)) == (results[1] == 1)
    assert not {"a", "b"} & set(await keys(store))
    assert done == []
    await store.write(put("a"))


async def test_a_commit_whose_answer_is_lost_is_known_to_have_happened(store: Store) -> None:
    done: list[str] = []

    def unit(unit: WriteUnit) -> str:
        put("a")(unit)
        unit.after_commit(lambda: done.append("committed"))
        this = connection(store)

        def commit() -> None:
            this._say("COMMIT")
            this.raw.close()
            raise StoreUnavailable("The line was cut before the answer came")

        this.commit = commit  # type: ignore[method-assign]
        return "result"

    assert await store.write(unit) == "result"
    assert done == ["committed"]
    assert await keys(store) == ["a"]
    await store.write(put("b"))


async def test_a_commit_that_never_arrived_is_known_not_to_have_happened(store: Store) -> None:
    done: list[str] = []

    def unit(unit: WriteUnit) -> None:
        put("a")(unit)
        unit.after_commit(lambda: done.append("never"))
        this = connection(store)

        def commit() -> None:
            this.raw.close()
            raise StoreUnavailable("The line was cut before the question left")

        this.commit = commit  # type: ignore[method-assign]

    with pytest.raises(StoreUnavailable):
        await store.write(unit)
    assert done == []
    assert await keys(store) == []
    await store.write(put("a"))


async def test_while_an_outcome_is_not_known_others_are_refused_and_its_own_waits(
    store: Store, postgresql: PostgresqlForTests
) -> None:
    stopped = threading.Event()

    def unit(unit: WriteUnit) -> str:
        put("a")(unit)
        this = connection(store)

        def commit() -> None:
            this._say("COMMIT")
            postgresql.server.stop()
            this.raw.close()
            stopped.set()
            raise StoreUnavailable("The server has gone")

        this.commit = commit  # type: ignore[method-assign]
        return "result"

    waiting = asyncio.ensure_future(store.write(unit))
    await asyncio.to_thread(stopped.wait)
    try:
        with pytest.raises(StoreUnavailable):
            await store.write(put("b"))
        assert not waiting.done()
    finally:
        postgresql.server.start()
    assert await waiting == "result"
    assert await keys(store) == ["a"]


async def test_closing_does_not_wait_for_a_server_that_stays_away(
    address: PostgresqlServer, postgresql: PostgresqlForTests
) -> None:
    store = await Store.open(address)
    stopped = threading.Event()

    def unit(unit: WriteUnit) -> None:
        this = connection(store)

        def commit() -> None:
            postgresql.server.stop()
            this.raw.close()
            stopped.set()
            raise StoreUnavailable("The server has gone")

        this.commit = commit  # type: ignore[method-assign]

    waiting = asyncio.ensure_future(store.write(unit))
    await asyncio.to_thread(stopped.wait)
    try:
        await store.close()
        with pytest.raises(StoreUnavailable):
            await waiting
    finally:
        postgresql.server.start()


async def test_a_gateway_that_another_one_has_replaced_never_writes_again(
    address: PostgresqlServer, postgresql: PostgresqlForTests
) -> None:
    store = await Store.open(address)
    await store.write(put("a"))
    cut(postgresql)
    other = await Store.open(address)
    await other.write(put("b"))
    with impatient(), pytest.raises(StoreUnavailable, match="Another gateway"):
        await store.write(put("c"))
    await other.close()
    watching = asyncio.ensure_future(store.watch())
    with pytest.raises(StoreUnavailable):
        await store.write(put("d"))
    with pytest.raises(RuntimeError, match="Displaced"):
        await watching
    again = await Store.open(address)
    assert await keys(again) == ["a", "b"]
    await again.close()
    await store.close()
