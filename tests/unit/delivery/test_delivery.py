"""Feeds, windows and subscriptions."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.delivery import Consumer, Feed, Subscriptions, Wanted, Window
from holdfast.journal import Draft, Filter, Journal
from holdfast.model.errors import (
    CursorGenerationChanged,
    Forbidden,
    RequestInvalid,
    SubscriptionFilterDiffers,
    UnknownSubscription,
)
from holdfast.model.events import SessionPairing
from holdfast.model.ids import TenantId
from holdfast.store import Statement, Store
from rooms import EVERYTHING, TENANT

ELSEWHERE = TenantId("ten_other")
BOT, STRANGER = Consumer(TENANT, "key_bot"), Consumer(ELSEWHERE, "key_stranger")


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


async def test_where_a_new_subscription_begins(subscriptions: Subscriptions, journal: Journal) -> None:
    assert (await subscriptions.open(BOT, "from now on", None)).position == 10
    assert (await subscriptions.open(BOT, "from the beginning", "")).position == 0
    assert (await subscriptions.open(BOT, "from there", journal.cursor_at(4))).position == 4


async def test_one_that_exists_goes_on_where_it_was_acknowledged(
    subscriptions: Subscriptions, store: Store
) -> None:
    await subscriptions.open(BOT, "bot", "")
    await subscriptions.ack(BOT, "bot", 7)
    await subscriptions.ack(BOT, "bot", 3)
    again = Subscriptions(store, await Journal.open(store))
    assert (await again.open(BOT, "bot", None)).position == 7
    assert (await again.open(BOT, "bot", "")).position == 7
    (only,) = await again.list(TENANT)
    assert (only.name, only.position, only.created_at_ms, only.acked_at_ms) == ("bot", 7, 5_000, 5_000)


async def test_two_that_come_at_the_same_moment_share_one(subscriptions: Subscriptions) -> None:
    began = await asyncio.gather(*(subscriptions.open(BOT, "bot", after) for after in ("", None, "")))
    assert len({found.position for found in began}) == 1
    assert len(await subscriptions.list(TENANT)) == 1


async def test_a_tenant_sees_its_own_alone(subscriptions: Subscriptions) -> None:
    await subscriptions.open(BOT, "bot", "")
    assert await subscriptions.list("ten_other") == []
    with pytest.raises(UnknownSubscription):
        await subscriptions.ack(STRANGER, "bot", 1)
    assert (await subscriptions.open(STRANGER, "bot", None)).position == 10


async def test_what_is_refused(subscriptions: Subscriptions, journal: Journal) -> None:
    with pytest.raises(UnknownSubscription):
        await subscriptions.ack(BOT, "nobody", 1)
    with pytest.raises(CursorGenerationChanged):
        await subscriptions.open(BOT, "bot", journal.cursor_at(11))
    for name in ("", "x" * 129, "two\nlines"):
        with pytest.raises(RequestInvalid):
            await subscriptions.open(BOT, name, None)


async def test_names_are_listed_by_their_bytes_whatever_language_the_server_speaks(
    store: Store, journal: Journal
) -> None:
    subscriptions = Subscriptions(store, journal)
    for name in ("a", "B", "ä", "A-1", "A1"):
        await subscriptions.open(BOT, name, None)
    assert [each.name for each in await subscriptions.list(TENANT)] == ["A-1", "A1", "B", "a", "ä"]


# ---- owners, filters, turns --------------------------------------------------------------------------------

OTHER, ADMIN = Consumer(TENANT, "key_other"), Consumer(TENANT, "key_admin", may_take_over=True)
TALK = Wanted.of(None, ["message.received"])


async def test_a_subscription_keeps_the_filter_that_it_was_made_with(subscriptions: Subscriptions) -> None:
    assert (await subscriptions.open(BOT, "bot", "", TALK)).wanted == TALK
    assert (await subscriptions.open(BOT, "bot", None)).wanted == TALK
    with pytest.raises(SubscriptionFilterDiffers):
        await subscriptions.open(BOT, "bot", None, Wanted.of(None, ["session.state"]))
    assert (await subscriptions.change(BOT, "bot", Wanted())).wanted == Wanted()
    assert (await subscriptions.open(BOT, "bot", None)).wanted == Wanted()


async def test_only_its_owner_and_an_admin_use_it(subscriptions: Subscriptions) -> None:
    await subscriptions.open(BOT, "bot", "")
    for forbidden in (
        subscriptions.open(OTHER, "bot", None),
        subscriptions.ack(OTHER, "bot", 9),
        subscriptions.change(OTHER, "bot", TALK),
        subscriptions.delete(OTHER, "bot"),
    ):
        with pytest.raises(Forbidden):
            await forbidden
    await subscriptions.ack(ADMIN, "bot", 3)
    found = await subscriptions.open(ADMIN, "bot", None)
    assert (found.position, found.owner_key_id) == (3, "key_bot")


async def test_an_admin_hands_one_over_to_another_key(subscriptions: Subscriptions) -> None:
    await subscriptions.open(BOT, "bot", "")
    await subscriptions.change(ADMIN, "bot", Wanted(), "key_other")
    assert (await subscriptions.open(OTHER, "bot", None)).owner_key_id == "key_other"
    with pytest.raises(Forbidden):
        await subscriptions.ack(BOT, "bot", 1)


async def test_one_of_an_older_version_is_settled_when_it_is_used_again(
    subscriptions: Subscriptions, store: Store
) -> None:
    await subscriptions.open(BOT, "bot", "", TALK)
    forget = Statement(
        "test.forget", "As before.", "UPDATE subscriptions SET owner_key_id=NULL, filter_json=NULL"
    )
    await store.write(lambda unit: unit.run(forget))
    await subscriptions.ack(OTHER, "bot", 0)
    settled = await subscriptions.open(OTHER, "bot", None, Wanted())
    assert (settled.owner_key_id, settled.wanted, settled.position) == ("key_other", Wanted(), 0)


async def test_a_deleted_one_begins_again(subscriptions: Subscriptions) -> None:
    await subscriptions.open(BOT, "bot", "")
    await subscriptions.ack(BOT, "bot", 7)
    await subscriptions.delete(BOT, "bot")
    assert (await subscriptions.open(BOT, "bot", "")).position == 0
    with pytest.raises(UnknownSubscription):
        await subscriptions.delete(BOT, "never made")


async def test_the_newest_consumer_has_the_turn(subscriptions: Subscriptions) -> None:
    first = subscriptions.take_turn(TENANT, "bot")
    told = asyncio.ensure_future(first.taken())
    with subscriptions.take_turn(TENANT, "another name"), subscriptions.take_turn(ELSEWHERE, "bot"):
        await asyncio.sleep(0)
        assert not told.done()
    second = subscriptions.take_turn(TENANT, "bot")
    assert (await told).code == "subscription_taken"
    first.end()  # it leaves late: that ends nobody else's turn
    third = subscriptions.take_turn(TENANT, "bot")
    assert (await second.taken()).code == "subscription_taken"
    third.end()
