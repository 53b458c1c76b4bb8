"""Never again: journal, messages, timeline, dead keys and links grow until the disk is full."""

from pathlib import Path

import pytest

from databases import sql
from holdfast.accounts import Accounts
from holdfast.delivery import Consumer, Subscriptions
from holdfast.inbox import Inbox
from holdfast.journal import Draft, Journal
from holdfast.messages import MessageReader
from holdfast.model.content import Text
from holdfast.model.events import SessionHeartbeat, SessionPairing
from holdfast.model.ids import SessionId
from holdfast.model.messages import ReceiptKind
from holdfast.model.seams import SessionRef
from holdfast.model.states import State
from holdfast.outbox import Outbox
from holdfast.retention import Keep, Kind, Retention
from holdfast.retention.statements import GIVE_BACK
from holdfast.store import SqliteFile, Store
from outbox_stage import ScriptedSender
from rooms import EVERYTHING, TENANT, add_session, message, receipt

DAY = 86_400_000
BOT = Consumer(TENANT, "key_bot")
SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000 * DAY

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    """Some day."""
    return Time()


@pytest.fixture
async def journal(store: Store, time: Time) -> Journal:
    """A journal by that clock."""
    return await Journal.open(store, time)


@pytest.fixture
def retention(store: Store, time: Time) -> Retention:
    """Events for 10 days, messages for 20."""
    return Retention(store, {Kind.EVENTS: Keep(10), Kind.MESSAGES: Keep(20)}, clock=time)


async def happen(store: Store, journal: Journal, count: int) -> None:
    """Events of a session."""
    drafts = [Draft("ses_a", TENANT, SessionPairing(ended="linked")) for _ in range(count)]
    await store.write(lambda unit: journal.append_many(unit, drafts))


async def positions(journal: Journal, store: Store) -> list[int]:
    """What is still there, for somebody who was away."""
    rows = await store.read(lambda unit: unit.all(sql("SELECT position FROM events ORDER BY position")))
    return [int(row[0]) for row in rows]


async def test_old_events_leave_and_new_ones_stay(
    store: Store, journal: Journal, retention: Retention, time: Time
) -> None:
    await happen(store, journal, 5)
    time.now += 11 * DAY
    await happen(store, journal, 3)
    assert (await retention.sweep())[Kind.EVENTS] == 5
    assert await positions(journal, store) == [6, 7, 8]
    time.now += 100 * DAY
    await retention.sweep()
    assert await positions(journal, store) == [8]  # the newest keeps the count of positions
    again = await Journal.open(store, time)
    assert again.head == 8


async def test_what_a_consumer_has_not_acknowledged_stays_up_to_a_limit(
    store: Store, journal: Journal, retention: Retention, time: Time
) -> None:
    subscriptions = Subscriptions(store, journal, time)
    await subscriptions.open(BOT, "bot", "")
    await happen(store, journal, 5)
    await subscriptions.ack(BOT, "bot", 2)
    time.now += 11 * DAY
    await happen(store, journal, 1)
    await retention.sweep()
    assert await positions(journal, store) == [3, 4, 5, 6]
    time.now += 18 * DAY  # the consumer is silent, but not for so long that it counts as gone
    await subscriptions.ack(BOT, "bot", 2)
    time.now += 5 * DAY
    await retention.sweep()
    assert 3 not in await positions(journal, store)  # three times the age: no longer


async def test_a_consumer_that_is_gone_holds_nothing_back(
    store: Store, journal: Journal, retention: Retention, time: Time
) -> None:
    subscriptions = Subscriptions(store, journal, time)
    await subscriptions.open(BOT, "gone", "")
    await happen(store, journal, 5)
    time.now += 31 * DAY
    await happen(store, journal, 1)
    await retention.sweep()
    assert await positions(journal, store) == [6]


async def test_what_was_superseded_pushes_nothing_else_out(
    store: Store, journal: Journal, time: Time
) -> None:
    """A heartbeat takes the place of the one before: a thousand numbers must not shorten the journal."""
    retention = Retention(store, {Kind.EVENTS: Keep(10, 4)}, clock=time)
    await happen(store, journal, 3)
    last: str | None = None
    for _ in range(20):
        heartbeat = SessionHeartbeat(State.CONNECTED, "+4915", 0, 0)
        draft = Draft(SessionId("ses_a"), TENANT, heartbeat, supersedes=last)
        last = draft.event_id
        await store.write(lambda unit, draft=draft: journal.append_many(unit, [draft]))
    assert (await retention.figures()).events == 4
    await retention.sweep()
    assert await positions(journal, store) == [1, 2, 3, 23]
    await happen(store, journal, 1)
    await retention.sweep()
    assert await positions(journal, store) == [2, 3, 23, 24]


async def test_messages_leave_with_what_belongs_to_them_once_no_event_tells_of_them(
    store: Store, journal: Journal, retention: Retention, time: Time
) -> None:
    await add_session(store, "ses_a")
    outbox = Outbox(store, journal, ScriptedSender(), clock=time)
    inbox = Inbox(store, journal, outbox, clock=time)
    await inbox.receive([message(1, "M1")])
    sent = await outbox.accept(SES, "+11111", Text("hi"), "k")
    await inbox.receive([receipt(2, ReceiptKind.DELIVERED, sent.message_id, sender="11111@s.whatsapp.net")])
    waiting = await outbox.accept(SES, "+22222", Text("still queued"))
    time.now += 21 * DAY
    await inbox.receive([message(3, "M2")])
    left = await retention.sweep()
    assert left[Kind.MESSAGES] == 2
    reader = MessageReader(store)
    page = await reader.page("ses_a", chat=None, direction=None, after=0, limit=10)
    assert [each.message_id for each in page] == [waiting.message_id, "M2"]
    for table in ("receipts", "idempotency"):
        assert await store.read(lambda unit, table=table: unit.all(sql(f"SELECT 1 FROM {table}"))) == []
    # A key whose message is gone makes a new one.
    assert (await outbox.accept(SES, "+11111", Text("hi"), "k")).message_id != sent.message_id


async def test_a_message_stays_as_long_as_an_event_tells_of_it(
    store: Store, journal: Journal, time: Time
) -> None:
    await add_session(store, "ses_a")
    inbox = Inbox(store, journal, Outbox(store, journal, ScriptedSender()), clock=time)
    await inbox.receive([message(1, "M1"), message(2, "M2")])
    time.now += 25 * DAY
    keeps_events_longer = Retention(store, {Kind.MESSAGES: Keep(20)}, clock=time)
    assert (await keeps_events_longer.sweep())[Kind.MESSAGES] == 0
    again = await Journal.open(store, time)
    assert len((await again.read(0, 10, EVERYTHING)).events) == 2


async def test_dead_keys_and_links_leave(store: Store, retention: Retention, time: Time) -> None:
    accounts = Accounts(store, clock=time)
    await accounts.create_key(TENANT, "works")
    revoked = await accounts.create_key(TENANT, "revoked")
    await accounts.revoke(TENANT, revoked.key_id)
    time.now += 91 * DAY
    assert (await retention.sweep())[Kind.KEYS] == 1


async def test_a_session_keeps_its_newest_changes(store: Store, retention: Retention) -> None:
    add = sql(
        "INSERT INTO timeline (session_id, seq, at_ms, state, epoch) VALUES ('ses_a', :seq, 0, 'new', 0)"
    )
    await store.write(lambda unit: unit.run_many(add, [{"seq": seq} for seq in range(1, 251)]))
    assert (await retention.sweep())[Kind.TIMELINE] == 150


async def test_the_figures(store: Store, journal: Journal, retention: Retention, time: Time) -> None:
    assert (await retention.figures()).events == 0
    began = time.now
    await happen(store, journal, 3)
    time.now += 1_000
    figures = await retention.figures()
    assert (figures.events, figures.oldest_event_ms, figures.messages) == (3, began, 0)
    assert figures.database_bytes > 10_000


async def test_a_file_that_is_made_now_gives_space_back(tmp_path: Path) -> None:
    store = await Store.open(SqliteFile(tmp_path / "holdfast.db"))
    assert await store.read(lambda unit: unit.scalar(sql("PRAGMA auto_vacuum"))) == 2
    add = sql("INSERT INTO settings_kv (key, value) VALUES (:key, :value)")
    rows = [{"key": f"{n}", "value": "x" * 1_000} for n in range(2_000)]
    await store.write(lambda unit: unit.run_many(add, rows))
    await store.write(lambda unit: unit.run(sql("DELETE FROM settings_kv")))
    free = sql("PRAGMA freelist_count")
    before = await store.read(lambda unit: unit.scalar(free))
    await store.write(lambda unit: unit.all(GIVE_BACK))
    assert await store.read(lambda unit: unit.scalar(free)) < before
    await store.close()
