"""Messages by number: counted once, by quarters of an hour, whatever comes in between, on both databases."""

from unittest.mock import create_autospec

import pytest

from databases import refuse_writes
from holdfast.chats import Count, Telling, Traffic
from holdfast.chats.traffic import KEPT_MS, QUARTER_MS
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.outbox import Outbox
from holdfast.search import Index
from holdfast.store import Store
from rooms import add_session, message

#: The first moment of a quarter of an hour.
NOON = 1_795_600_800_000 // QUARTER_MS * QUARTER_MS


class Clock:
    now = NOON

    def __call__(self) -> int:
        return self.now


class World:
    """An inbox whose clock a test sets, and what counts beside it."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.clock = Clock()
        outbox = Outbox(store, journal, create_autospec(object))
        self.inbox = Inbox(store, journal, Telling(outbox, Index().again), clock=self.clock)
        self.traffic = Traffic(store, self.clock)
        self._delivery = 0

    async def come(self, count: int = 1, session_id: str = "ses_a") -> None:
        for _ in range(count):
            self._delivery += 1
            name = f"M{self._delivery}"
            await self.inbox.receive([message(self._delivery, name, session_id=session_id)])


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    for session_id in ("ses_a", "ses_b"):
        await add_session(store, session_id)
    return World(store, journal)


async def test_each_number_is_counted_and_what_is_new_is_added(world: World) -> None:
    assert await world.traffic.since(NOON) == {}
    await world.come(3)
    await world.come(2, "ses_b")
    assert await world.traffic.since(NOON) == {"ses_a": Count(3), "ses_b": Count(2)}
    await world.come(1, "ses_b")
    assert await world.traffic.since(NOON) == {"ses_a": Count(3), "ses_b": Count(3)}
    assert await world.traffic.since(NOON) == {"ses_a": Count(3), "ses_b": Count(3)}


async def test_a_day_begins_where_it_is_asked_for(world: World) -> None:
    await world.come(2)
    world.clock.now += QUARTER_MS
    await world.come(1)
    assert await world.traffic.since(NOON + QUARTER_MS) == {"ses_a": Count(1)}
    assert await world.traffic.since(NOON) == {"ses_a": Count(3)}
    assert await world.traffic.since(NOON + 2 * QUARTER_MS) == {}


async def test_a_fresh_process_counts_what_the_one_before_has_counted(world: World, store: Store) -> None:
    await world.come(4)
    world.clock.now += KEPT_MS + QUARTER_MS
    await world.come(3)
    again = Traffic(store, world.clock)
    # What is older than two days is not even looked at.
    assert await again.since(NOON) == {"ses_a": Count(3)}


async def test_what_is_over_is_forgotten(world: World) -> None:
    await world.come(4)
    await world.traffic.since(NOON)
    world.clock.now += KEPT_MS + QUARTER_MS
    assert await world.traffic.since(NOON) == {}
    assert world.traffic._counts == {}


async def test_a_database_that_only_reads_is_enough(world: World, store: Store) -> None:
    await world.come(2)
    refuse_writes(store)
    assert await world.traffic.since(NOON) == {"ses_a": Count(2)}
