"""A query saw a commit of which the event loop had not heard: the journal told nothing of what was stored."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from databases import sql
from holdfast.journal import Draft, Journal
from holdfast.model.events import SessionPairing
from holdfast.store import Store, WriteUnit
from holdfast.store.writer import Writer
from rooms import EVERYTHING, TENANT

COUNT = sql("SELECT count(*) FROM events")


async def test_what_a_query_has_seen_the_journal_tells(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed, go_on = asyncio.Event(), threading.Event()
    on_loop, loop = Writer._on_loop, asyncio.get_running_loop()

    def late(self: Writer, act: Callable[..., None], *args: object) -> None:
        loop.call_soon_threadsafe(committed.set)
        go_on.wait()
        on_loop(self, act, *args)

    def append(unit: WriteUnit) -> None:
        journal.append_many(unit, [Draft("ses_a", TENANT, SessionPairing(ended="linked"))])

    monkeypatch.setattr(Writer, "_on_loop", late)
    writing = asyncio.ensure_future(store.write(append))
    await committed.wait()
    reading = asyncio.ensure_future(store.read(lambda unit: unit.scalar(COUNT)))
    await store._readers.read(lambda unit: unit.scalar(COUNT))  # time for a query that waits for nobody
    go_on.set()
    assert await reading == 1
    assert journal.head == 1
    assert writing.done()
    assert len((await journal.read(0, 9, EVERYTHING)).events) == 1


async def test_what_the_thread_has_committed_is_told_before_a_group_of_the_loop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else events come out of order, and whoever reads waits for a commit that nobody tells of."""
    loop, came, order = asyncio.get_running_loop(), asyncio.Event(), list[int]()
    held: list[tuple[Callable[..., None], tuple[object, ...]]] = []

    def hold(self: Writer, act: Callable[..., None], *args: object) -> None:
        held.append((act, args))
        loop.call_soon_threadsafe(came.set)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_on_loop", hold)
        first = asyncio.ensure_future(store.write(lambda unit: unit.after_commit(lambda: order.append(1))))
        await came.wait()
        second = asyncio.ensure_future(
            store.write(lambda unit: unit.after_commit(lambda: order.append(2)), short=True)
        )
        while len(held) < 2 and not second.done():  # noqa: ASYNC110 - another thread's turn
            await asyncio.sleep(0.001)
    for act, args in held:
        act(*args)
    await first
    await second
    assert order == [1, 2]
    assert await store.read(lambda unit: unit.scalar(COUNT)) == 0
