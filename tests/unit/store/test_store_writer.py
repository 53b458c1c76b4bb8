"""Groups commit together, units fail alone, and a database that refuses confirms nothing."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from holdfast.model.errors import StoreUnavailable
from holdfast.store import Store, after_commit, cache
from holdfast.store.sqlite import raw_of


def put(key: str, value: str = "") -> "object":
    """A unit of work that adds one row."""
    return lambda conn: conn.exec_driver_sql("INSERT INTO settings_kv VALUES (?, ?)", (key, value)).rowcount


async def keys(store: Store) -> list[str]:
    """What is durable."""
    return await store.read(
        lambda conn: [row[0] for row in conn.exec_driver_sql("SELECT key FROM settings_kv ORDER BY key")]
    )


def fill_up(conn: Connection) -> None:
    """From now on the database may not grow: what SQLite says then is what a full disk makes it say."""
    pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def make_room(conn: Connection) -> None:
    """The disk is free again."""
    conn.exec_driver_sql("PRAGMA max_page_count = 1073741823")


async def test_one_bad_unit_rolls_back_alone(store: Store) -> None:
    def bad(conn: Connection) -> None:
        conn.exec_driver_sql("INSERT INTO settings_kv VALUES ('half', '')")
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
    assert type(results[2]).__name__ == "IntegrityError"
    assert await keys(store) == ["a", "b"]


async def test_what_queues_up_shares_one_commit(store: Store, tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(conn: Connection) -> None:
        seen.append(raw_of(conn).total_changes)

    # One batch: 50 units are queued before the writer's thread can answer the first.
    await asyncio.gather(*(store.write(put(f"{n:02}")) for n in range(50)), store.write(watch))
    with sqlite3.connect(tmp_path / "holdfast.db") as other:
        assert other.execute("SELECT count(*) FROM settings_kv").fetchone() == (50,)
    assert seen


async def test_a_write_is_visible_to_reads_and_to_other_programs_when_it_returns(
    store: Store, tmp_path: Path
) -> None:
    await store.write(put("a"))
    assert await keys(store) == ["a"]
    with sqlite3.connect(tmp_path / "holdfast.db") as other:
        assert other.execute("SELECT key FROM settings_kv").fetchall() == [("a",)]


async def test_a_full_disk_confirms_nothing_and_the_writer_goes_on_when_there_is_room(store: Store) -> None:
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
    assert "Free space" in refused.next_step
    await store.write(make_room)
    await store.write(put("later", "x" * 200_000))
    assert "later" in await keys(store)


async def test_a_read_only_database_refuses_with_the_next_step(store: Store) -> None:
    raw = await store.write(raw_of)
    raw.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        await store.write(put("a"))
    raw.execute("PRAGMA query_only=OFF")
    await store.write(put("a"))
    assert await keys(store) == ["a"]


async def test_a_database_that_another_program_holds_refuses_the_whole_group(
    store: Store, tmp_path: Path
) -> None:
    await store.write(lambda conn: raw_of(conn).execute("PRAGMA busy_timeout=1"))
    other = sqlite3.connect(tmp_path / "holdfast.db", isolation_level=None)
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

    def unit(name: str, fail: bool = False) -> "object":
        def work(conn: Connection) -> None:
            after_commit(conn, lambda: done.append(name))
            if fail:
                raise ValueError(name)

        return work

    await asyncio.gather(
        *(store.write(unit(name, fail=name == "b")) for name in "abc"), return_exceptions=True
    )
    assert done == ["a", "c"]


async def test_actions_of_a_group_that_is_refused_never_run(store: Store) -> None:
    done: list[str] = []

    def unit(conn: Connection) -> None:
        after_commit(conn, lambda: done.append("never"))

    raw = await store.write(raw_of)
    raw.execute("PRAGMA query_only=ON")
    both = await asyncio.gather(store.write(unit), store.write(put("a")), return_exceptions=True)
    assert [type(each) for each in both] == [StoreUnavailable, StoreUnavailable]
    raw.execute("PRAGMA query_only=OFF")
    await store.write(put("b"))
    assert done == []
    assert await keys(store) == ["b"]


async def test_an_action_that_breaks_leaves_nobody_waiting(store: Store) -> None:
    def breaks() -> None:
        raise ValueError("bug")

    both = await asyncio.gather(store.write(lambda conn: after_commit(conn, breaks)), store.write(put("a")))
    assert both == [None, 1]
    assert await keys(store) == ["a"]


async def test_the_cache_is_empty_after_a_rollback(store: Store) -> None:
    def remember(conn: Connection) -> None:
        cache(conn)["key"] = 1

    def forget(conn: Connection) -> None:
        cache(conn)["key"] = 2
        raise ValueError("no")

    await store.write(remember)
    assert await store.write(lambda conn: cache(conn).get("key")) == 1
    with pytest.raises(ValueError, match="no"):
        await store.write(forget)
    assert await store.write(lambda conn: cache(conn).get("key")) is None


async def test_what_one_read_remembers_does_not_answer_the_next(store: Store) -> None:
    def remember(conn: Connection) -> bool:
        known = "key" in cache(conn)
        cache(conn)["key"] = True
        return known

    assert [await store.read(remember) for _ in range(8)] == [False] * 8


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        await store.read(put("a"))
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


async def test_close_commits_what_is_queued_and_then_refuses(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "holdfast.db")
    waiting = asyncio.ensure_future(store.write(put("a"), patience_s=3600))
    await asyncio.sleep(0)
    await store.close()
    assert await waiting == 1
    with pytest.raises(StoreUnavailable):
        await store.write(put("b"))
    again = await Store.open(tmp_path / "holdfast.db")
    assert await keys(again) == ["a"]
    await again.close()


async def test_the_death_of_the_writer_is_loud_and_hangs_nobody(store: Store) -> None:
    def die(_: Connection) -> None:
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
        store.write(lambda conn: raw_of(conn).commit()), store.write(put("a")), return_exceptions=True
    )
    assert isinstance(results[0], Exception)
    assert (await keys(store) == ["a"]) == (results[1] == 1)
    await store.write(put("b"))
    assert "b" in await keys(store)


async def test_what_a_statement_was_given_is_not_in_its_error(store: Store) -> None:
    await store.write(put("the body of a message"))
    with pytest.raises(IntegrityError) as refused:
        await store.write(put("the body of a message", "another body"))
    assert "body" not in str(refused.value)
