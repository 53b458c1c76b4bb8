"""Groups commit together, units fail alone, and a database that refuses confirms nothing."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from databases import refuse_writes, sql, take_writes
from holdfast.model.errors import StoreUnavailable
from holdfast.store import ConstraintViolated, DatabaseAddress, ReadUnit, SqliteFile, Store, WriteUnit

PUT = sql("INSERT INTO settings_kv (key, value) VALUES (:key, :value)")
KEYS = sql("SELECT key FROM settings_kv WHERE key <> 'writer' ORDER BY key")


def put(key: str, value: str = "") -> Callable[[WriteUnit], int]:
    """A unit of work that adds one row."""
    return lambda unit: unit.run(PUT, key=key, value=value)


async def keys(store: Store) -> list[str]:
    """What is durable."""
    return [key for (key,) in await store.read(lambda unit: unit.all(KEYS))]


@pytest.fixture
async def in_a_file(sqlite_file: SqliteFile) -> AsyncIterator[Store]:
    """A store in a file: for what other databases cannot be made to do."""
    opened = await Store.open(sqlite_file)
    yield opened
    await opened.close()


def fill_up(unit: WriteUnit) -> None:
    """From now on the database may not grow: what SQLite says then is what a full disk makes it say."""
    pages = unit.scalar(sql("PRAGMA page_count"))
    unit.run(sql(f"PRAGMA max_page_count = {pages}"))


def make_room(unit: WriteUnit) -> None:
    """The disk is free again."""
    unit.run(sql("PRAGMA max_page_count = 1073741823"))


async def test_one_bad_unit_rolls_back_alone(store: Store) -> None:
    def bad(unit: WriteUnit) -> None:
        put("half")(unit)
        raise ValueError("no")

    results = await asyncio.gather(
        store.write(put("a")),
        store.write(bad),
        store.write(put("a")),
        store.write(put("b")),
        return_exceptions=True,
    )
    assert results[0] == results[3] == 1
    assert isinstance(results[1], ValueError)
    assert isinstance(results[2], ConstraintViolated)
    assert await keys(store) == ["a", "b"]


async def test_a_unit_that_swallows_a_refusal_fails_alone(store: Store) -> None:
    def hides(unit: WriteUnit) -> str:
        put("half")(unit)
        try:
            put("half")(unit)
        except ConstraintViolated:
            return "never mind"
        raise AssertionError

    results = await asyncio.gather(
        store.write(put("a")), store.write(hides), store.write(put("b")), return_exceptions=True
    )
    assert results[0] == results[2] == 1
    hidden = results[1] == "never mind"  # SQLite undoes the statement alone, PostgreSQL the unit
    assert await keys(store) == (["a", "b", "half"] if hidden else ["a", "b"])


async def test_what_queues_up_shares_one_commit(store: Store) -> None:
    running, go_on = threading.Event(), threading.Event()

    def holds_the_writer(unit: WriteUnit) -> None:
        running.set()
        go_on.wait()

    held = asyncio.ensure_future(store.write(holds_the_writer))
    await asyncio.to_thread(running.wait)
    done: list[str] = []

    async def write(name: str, work: Callable[[WriteUnit], object]) -> None:
        await store.write(work)
        done.append(name)

    def bad(unit: WriteUnit) -> None:
        raise ValueError

    queued = [asyncio.ensure_future(write(f"{n:02}", put(f"{n:02}"))) for n in range(50)]
    failing = asyncio.ensure_future(store.write(bad))
    await asyncio.sleep(0)
    assert await keys(store) == []
    go_on.set()
    with pytest.raises(ValueError):  # noqa: PT011
        await failing
    # The last of the group has its answer, so every one has: there was one commit.
    await asyncio.gather(held, *queued)
    assert done == [f"{n:02}" for n in range(50)]
    assert await keys(store) == done


async def test_a_write_is_visible_to_reads_when_it_returns(store: Store) -> None:
    await store.write(put("a"))
    assert await keys(store) == ["a"]


async def test_a_write_is_visible_to_other_programs_when_it_returns(
    in_a_file: Store, sqlite_file: SqliteFile
) -> None:
    await in_a_file.write(put("a"))
    with sqlite3.connect(sqlite_file.path) as other:
        assert other.execute("SELECT key FROM settings_kv").fetchall() == [("a",)]


async def test_a_full_disk_confirms_nothing_and_the_writer_goes_on_when_there_is_room(
    in_a_file: Store,
) -> None:
    store = in_a_file
    await store.write(fill_up)
    results = await asyncio.gather(
        store.write(put("small")), store.write(put("big", "x" * 200_000)), return_exceptions=True
    )
    assert any(isinstance(result, StoreUnavailable) for result in results)
    durable = await keys(store)
    for key, result in zip(("small", "big"), results, strict=True):
        assert (key in durable) == (not isinstance(result, Exception))
    refused = next(result for result in results if isinstance(result, StoreUnavailable))
    assert "disk" in str(refused)
    assert "ree space" in refused.next_step
    await store.write(make_room)
    await store.write(put("later", "x" * 200_000))
    assert "later" in await keys(store)


async def test_a_read_only_database_refuses_with_the_next_step(store: Store) -> None:
    refuse_writes(store)
    with pytest.raises(StoreUnavailable, match=r"cannot be written|only reads") as refused:
        await store.write(put("a"))
    assert refused.value.next_step
    take_writes(store)
    await store.write(put("a"))
    assert await keys(store) == ["a"]


async def test_a_database_that_another_program_holds_refuses_the_whole_group(
    in_a_file: Store, sqlite_file: SqliteFile
) -> None:
    store = in_a_file
    await store.write(lambda unit: unit.run(sql("PRAGMA busy_timeout=1")))
    other = sqlite3.connect(sqlite_file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(store.write(put("a")), store.write(put("b")), return_exceptions=True)
    assert [type(result) for result in results] == [StoreUnavailable, StoreUnavailable]
    other.execute("ROLLBACK")
    other.close()
    await store.write(put("a"))
    assert await keys(store) == ["a"]


async def test_a_caller_that_leaves_has_written_all_the_same(store: Store) -> None:
    writing = asyncio.ensure_future(store.write(put("a")))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await store.write(put("b"))
    assert await keys(store) == ["a", "b"]


async def test_actions_after_commit_run_in_order_and_only_for_units_that_stand(store: Store) -> None:
    done: list[str] = []

    def unit(name: str, fail: bool = False) -> Callable[[WriteUnit], None]:
        def work(unit: WriteUnit) -> None:
            unit.after_commit(lambda: done.append(name))
            if fail:
                raise ValueError(name)

        return work

    await asyncio.gather(
        *(store.write(unit(name, fail=name == "b")) for name in "abc"), return_exceptions=True
    )
    assert done == ["a", "c"]


async def test_actions_of_a_group_that_is_refused_never_run(
    in_a_file: Store, sqlite_file: SqliteFile
) -> None:
    store = in_a_file
    done: list[str] = []
    await store.write(lambda unit: unit.run(sql("PRAGMA busy_timeout=1")))
    other = sqlite3.connect(sqlite_file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    act = lambda unit: unit.after_commit(lambda: done.append("never"))  # noqa: E731
    both = await asyncio.gather(store.write(act), store.write(put("a")), return_exceptions=True)
    assert [type(each) for each in both] == [StoreUnavailable, StoreUnavailable]
    other.close()
    await store.write(put("b"))
    assert done == []
    assert await keys(store) == ["b"]


async def test_an_action_that_breaks_leaves_nobody_waiting(store: Store) -> None:
    def breaks() -> None:
        raise ValueError("bug")

    both = await asyncio.gather(store.write(lambda unit: unit.after_commit(breaks)), store.write(put("a")))
    assert both == [None, 1]
    assert await keys(store) == ["a"]


async def test_the_cache_outlives_a_unit_and_is_empty_after_a_rollback(store: Store) -> None:
    def remember(unit: WriteUnit) -> None:
        unit.sole_writer_cache["key"] = 1

    def forget(unit: WriteUnit) -> None:
        unit.sole_writer_cache["key"] = 2
        raise ValueError("no")

    await store.write(remember)
    assert await store.write(lambda unit: unit.sole_writer_cache.get("key")) == 1
    with pytest.raises(ValueError, match="no"):
        await store.write(forget)
    assert await store.write(lambda unit: unit.sole_writer_cache.get("key")) is None


async def test_what_one_read_remembers_does_not_answer_the_next(store: Store) -> None:
    def remember(unit: ReadUnit) -> bool:
        known = "key" in unit.memo
        unit.memo["key"] = True
        return known

    assert [await store.read(remember) for _ in range(8)] == [False] * 8


async def test_a_read_sees_one_state_while_the_writer_goes_on(store: Store) -> None:
    await store.write(put("a"))
    looked, go_on = threading.Event(), threading.Event()

    def look_twice(unit: ReadUnit) -> tuple[int, int]:
        first = len(unit.all(KEYS))
        looked.set()
        go_on.wait()
        return first, len(unit.all(KEYS))

    reading = asyncio.ensure_future(store.read(look_twice))
    await asyncio.to_thread(looked.wait)
    await store.write(put("b"))
    go_on.set()
    assert await reading == (1, 1)
    assert await keys(store) == ["a", "b"]


async def test_readers_cannot_write(store: Store) -> None:
    def cheat(unit: ReadUnit) -> None:
        unit.all(sql("INSERT INTO settings_kv (key, value) VALUES ('a', '') RETURNING key"))

    with pytest.raises(StoreUnavailable):
        await store.read(cheat)
    assert await keys(store) == []


async def test_a_patient_write_travels_with_the_next_one(store: Store) -> None:
    order: list[str] = []

    async def patient() -> None:
        await store.write(put("lazy"), patience_s=3600)
        order.append("lazy")

    waiting = asyncio.ensure_future(patient())
    await asyncio.sleep(0)
    assert await keys(store) == []
    await store.write(put("eager"))
    await waiting
    assert await keys(store) == ["eager", "lazy"]


async def test_a_short_unit_is_written_where_it_is_asked_for_and_a_long_one_is_not(in_a_file: Store) -> None:
    here = threading.get_ident()
    assert await in_a_file.write(lambda _: threading.get_ident(), short=True) == here
    both = await asyncio.gather(
        in_a_file.write(lambda _: threading.get_ident(), short=True),
        in_a_file.write(lambda _: threading.get_ident()),
    )
    assert here not in both


async def test_a_short_unit_takes_along_what_waits_and_fails_alone(in_a_file: Store) -> None:
    waiting = asyncio.ensure_future(in_a_file.write(put("lazy"), patience_s=3600, short=True))

    def bad(unit: WriteUnit) -> None:
        put("half")(unit)
        raise ValueError("no")

    done = await asyncio.gather(
        in_a_file.write(bad, short=True), in_a_file.write(put("a"), short=True), return_exceptions=True
    )
    assert isinstance(done[0], ValueError)
    assert done[1] == await waiting == 1
    assert await keys(in_a_file) == ["a", "lazy"]


async def test_a_server_is_never_waited_for_where_it_is_asked(store: Store) -> None:
    local = store._writer._connection.local  # a file and not a server
    here = await store.write(lambda _: threading.get_ident(), short=True) == threading.get_ident()
    assert here == local


async def test_while_another_program_writes_a_short_unit_waits_in_the_thread(
    in_a_file: Store, sqlite_file: SqliteFile
) -> None:
    other = sqlite3.connect(sqlite_file.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(in_a_file.write(put("a"), short=True))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()  # and the loop goes on
    other.execute("ROLLBACK")
    other.close()
    assert await waiting == 1


async def test_after_a_refusal_the_thread_writes(in_a_file: Store) -> None:
    await in_a_file.write(fill_up, short=True)
    with pytest.raises(StoreUnavailable):
        await in_a_file.write(put("big", "x" * 200_000), short=True)
    await in_a_file.write(make_room)
    assert await in_a_file.write(lambda _: threading.get_ident(), short=True) != threading.get_ident()


async def test_the_death_of_the_writer_is_loud_also_where_it_wrote_on_the_loop(in_a_file: Store) -> None:
    def die(_: WriteUnit) -> None:
        raise SystemExit

    watching = asyncio.ensure_future(in_a_file.watch())
    with pytest.raises(StoreUnavailable):
        await in_a_file.write(die, short=True)
    with pytest.raises(RuntimeError, match="SystemExit"):
        await watching


async def test_close_commits_what_is_queued_and_then_refuses(database: DatabaseAddress) -> None:
    store = await Store.open(database)
    waiting = asyncio.ensure_future(store.write(put("a"), patience_s=3600))
    await asyncio.sleep(0)
    await store.close()
    assert await waiting == 1
    with pytest.raises(StoreUnavailable):
        await store.write(put("b"))
    again = await Store.open(database)
    assert await keys(again) == ["a"]
    await again.close()


async def test_the_death_of_the_writer_is_loud_and_hangs_nobody(store: Store) -> None:
    def die(_: WriteUnit) -> None:
        raise SystemExit

    watching = asyncio.ensure_future(store.watch())
    results = await asyncio.gather(store.write(die), store.write(put("a")), return_exceptions=True)
    assert all(isinstance(result, StoreUnavailable) for result in results)
    with pytest.raises(RuntimeError, match="SystemExit"):
        await watching
    with pytest.raises(StoreUnavailable):
        await store.write(put("b"))


async def test_a_unit_that_commits_by_itself_is_a_bug_that_harms_nobody_else(store: Store) -> None:
    results = await asyncio.gather(
        store.write(lambda unit: unit.run(sql("COMMIT"))), store.write(put("a")), return_exceptions=True
    )
    assert isinstance(results[0], Exception)
    assert (await keys(store) == ["a"]) == (results[1] == 1)
    await store.write(put("b"))
    assert "b" in await keys(store)


async def test_what_a_statement_was_given_is_not_in_its_error(store: Store) -> None:
    await store.write(put("the body of a message"))
    with pytest.raises(ConstraintViolated) as refused:
        await store.write(put("the body of a message", "another body"))
    assert "body" not in str(refused.value)
    assert refused.value.__suppress_context__ or "body" not in str(refused.value.__cause__)
