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
