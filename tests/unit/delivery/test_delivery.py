"""Feeds, windows and subscriptions."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.delivery import Feed, Subscriptions, Window
from holdfast.journal import Draft, Filter, Journal, encode_cursor
from holdfast.model.errors import CursorInvalid, RequestInvalid, UnknownSubscription
from holdfast.model.events import SessionPairing
from holdfast.store import Store
from rooms import EVERYTHING, TENANT


async def append(store: Store, journal: Journal, count: int, session: str = "ses_a") -> None:
    """Append events numbered from 1."""
    drafts = [Draft(session, TENANT, SessionPairing(index=n + 1)) for n in range(count)]
    await store.write(lambda unit: journal.append_many(unit, drafts))


# ---- feeds -------------------------------------------------------------------------------------------------


async def test_a_feed_gives_what_there_is_and_then_what_comes(store: Store, journal: Journal) -> None:
    await append(store, journal, 3)
    feed = Feed(journal, EVERYTHING, 0)
    assert [each.seq for each in await feed.next(2)] == [1, 2]
    assert [each.seq for each in await feed.next(2)] == [3]
    assert await feed.take(2) == []
    waiting = asyncio.ensure_future(feed.next(2))
    await asyncio.sleep(0)
    assert not waiting.done()
    await append(store, journal, 1)
    assert [each.seq for each in await waiting] == [4]


async def test_a_feed_that_is_cancelled_loses_nothing(store: Store, journal: Journal) -> None:
    feed = Feed(journal, EVERYTHING, 0)
    waiting = asyncio.ensure_future(feed.next(10))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await append(store, journal, 2)
    assert [each.seq for each in await feed.next(10)] == [1, 2]


async def test_a_slow_consumer_holds_up_nobody(store: Store, journal: Journal) -> None:
    slow, fast = Feed(journal, EVERYTHING, 0), Feed(journal, EVERYTHING, 0)
    seen = []
    for _ in range(30):
        await append(store, journal, 10)
        seen += [each.seq for each in await fast.next(100)]
    assert seen == list(range(1, 301))
    assert [each.seq for each in await slow.next(1000)] == seen


async def test_a_long_stretch_without_a_wanted_event_moves_the_feed(store: Store, journal: Journal) -> None:
    await append(store, journal, 1200, "ses_b")
    feed = Feed(journal, Filter(TENANT, frozenset({"ses_a"})), 0)
    assert await feed.next(10) == []
    assert feed.position == 1200


# ---- windows -----------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 3), max_size=40), st.lists(st.integers(0, 130), max_size=20), st.integers(1, 20)
)
def test_a_window_counts_what_is_not_acknowledged(steps: list[int], acks: list[int], size: int) -> None:
    window = Window(size)
    given_out: list[int] = []
    acked = 0
    for number, step in enumerate(steps):
        given_out.append((given_out[-1] if given_out else 0) + step)
        window.gave([given_out[-1]])
        if number < len(acks):
            acked = max(acked, acks[number])
            window.acked(acks[number])
            # What is acknowledged in advance counts when it is given out; nobody may acknowledge the future.
            acked = min(acked, given_out[-1])
        open_ = [position for position in given_out if position > acked]
        assert len(window) == len(open_)
        assert window.room == max(0, size - len(open_))


# ---- subscriptions -----------------------------------------------------------------------------------------


@pytest.fixture
async def subscriptions(store: Store, journal: Journal) -> Subscriptions:
    """The subscriptions of a journal with ten events."""
    await append(store, journal, 10)
    return Subscriptions(store, journal, clock=lambda: 5_000)


async def test_where_a_new_subscription_begins(subscriptions: Subscriptions) -> None:
    assert await subscriptions.open(TENANT, "from now on", None) == 10
    assert await subscriptions.open(TENANT, "from the beginning", "") == 0
    assert await subscriptions.open(TENANT, "from there", encode_cursor(4)) == 4


async def test_one_that_exists_goes_on_where_it_was_acknowledged(
    subscriptions: Subscriptions, store: Store
) -> None:
    await subscriptions.open(TENANT, "bot", "")
    await subscriptions.ack(TENANT, "bot", 7)
    await subscriptions.ack(TENANT, "bot", 3)
    again = Subscriptions(store, await Journal.open(store))
    assert await again.open(TENANT, "bot", None) == 7
    assert await again.open(TENANT, "bot", "") == 7
    (only,) = await again.list(TENANT)
    assert (only.name, only.position, only.created_at_ms, only.acked_at_ms) == ("bot", 7, 5_000, 5_000)


async def test_two_that_come_at_the_same_moment_share_one(subscriptions: Subscriptions) -> None:
    began = await asyncio.gather(*(subscriptions.open(TENANT, "bot", after) for after in ("", None, "")))
    assert len(set(began)) == 1
    assert len(await subscriptions.list(TENANT)) == 1


async def test_a_tenant_sees_its_own_alone(subscriptions: Subscriptions) -> None:
    await subscriptions.open(TENANT, "bot", "")
    assert await subscriptions.list("ten_other") == []
    with pytest.raises(UnknownSubscription):
        await subscriptions.ack("ten_other", "bot", 1)
    assert await subscriptions.open("ten_other", "bot", None) == 10


async def test_what_is_refused(subscriptions: Subscriptions) -> None:
    with pytest.raises(UnknownSubscription):
        await subscriptions.ack(TENANT, "nobody", 1)
    with pytest.raises(CursorInvalid):
        await subscriptions.open(TENANT, "bot", encode_cursor(11))
    for name in ("", "x" * 129, "two\nlines"):
        with pytest.raises(RequestInvalid):
            await subscriptions.open(TENANT, name, None)


async def test_names_are_listed_by_their_bytes_whatever_language_the_server_speaks(
    store: Store, journal: Journal
) -> None:
    subscriptions = Subscriptions(store, journal)
    for name in ("a", "B", "ä", "A-1", "A1"):
        await subscriptions.open(TENANT, name, None)
    assert [each.name for each in await subscriptions.list(TENANT)] == ["A-1", "A1", "B", "a", "ä"]
