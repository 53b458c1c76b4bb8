"""What the first schema held is carried over: messages, receipts, the queue in its order, every event."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import pytest
import sqlalchemy as sa

from databases import PostgresqlForTests, alchemy, sql
from holdfast.chats import Chats, ListOfChats, Wanted
from holdfast.journal import Filter, Journal
from holdfast.messages import Follower, Message, MessageReader, Outgoing
from holdfast.model.content import Image, Poll, Text
from holdfast.model.events import ErrorNote, SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import SendRequest
from holdfast.outbox.acceptance import check
from holdfast.outbox.v1.whatsapp_pb2 import Message as Protobuf
from holdfast.people import Activities
from holdfast.store import DatabaseAddress, SqliteFile, Store
from holdfast.store.migrate import MIGRATIONS
from rooms import TENANT

ANN, BOB, GROUP = "10@lid", "22222@s.whatsapp.net", "7-8@g.us"


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest) -> DatabaseAddress:
    """A database as the first version left it."""
    if request.param == "sqlite":
        address: DatabaseAddress = request.getfixturevalue("sqlite_file")
        assert isinstance(address, SqliteFile)
        address.path.parent.mkdir(parents=True, exist_ok=True)
    else:
        server: PostgresqlForTests = request.getfixturevalue("postgresql")
        address = server.empty()
    engine = alchemy(address).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        upgrade_to_first(conn)
        fill(conn)
    engine.dispose()
    return address


def upgrade_to_first(conn: sa.Connection) -> None:
    """The first schema, by its own revision."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, "0001")


def fill(conn: sa.Connection) -> None:
    """A day's work: received, sent, read, failed, queued; the clock went back in between."""
    add(
        conn,
        "sessions",
        id="ses_a",
        tenant_id=TENANT,
        name="shop",
        phone="4900000",
        jid="4900000:3@s.whatsapp.net",
        lid="900000:3@lid",
        wish="up",
        state="connected",
        since_ms=0,
        created_at_ms=0,
    )
    told = {
        "chat_phone": "+1", "sender_phone": "+1", "from_me": False, "group": False, "push_name": "Ann",
        "timestamp": "1970-01-01T00:00:01.000Z", "offline": True,
    }  # fmt: skip
    message(conn, 1, 1_000, "text", "hi", fields={}, told=told | {"quoted_id": "M0"})
    media = {"mimetype": "image/png", "size_bytes": 9, "file_name": "", "duration_s": 0}
    again = told | {"quoted_id": None, "replaces": "evt_9"}
    message(conn, 2, 5_000, "image", "caption", fields=media, told=again)
    poll = {"options": ["a", "b"], "selectable": 1}
    message(conn, 3, 5_001, "poll", "when?", fields=poll, told=told | {"quoted_id": None})
    gone = told | {
        "message_id": "M2",
        "chat": ANN,
        "sender": ANN,
        "kind": "undecryptable",
        "text": "",
        "why": "no key",
    }
    event(conn, 4, "evt_9", "message.received", gone)
    event(
        conn,
        5,
        "evt_5",
        "message.status",
        {
            "message_id": "S2",
            "to": BOB,
            "status": "failed",
            "error": {"code": "send_rejected", "message": "WhatsApp refused (463)"},
        },
    )
    event(
        conn,
        6,
        "evt_6",
        "session.state",
        {
            "state": "connected",
            "previous": "connecting",
            "color": "green",
            "reason": "logged_in",
            "sentence": "Connected.",
            "next_step": "Nothing to do.",
        },
    )
    sent(
        conn,
        1,
        ANN,
        "read",
        2_000,
        sent_at_ms=2_100,
        delivered_at_ms=2_200,
        read_at_ms=2_300,
        message=b"\n\x03one",
        idempotency_key="k1",
    )
    sent(conn, 2, BOB, "failed", 3_000, error_code="send_rejected", error="WhatsApp refused (463)")
    sent(
        conn,
        3,
        GROUP,
        "delivered",
        3_500,
        sent_at_ms=3_600,
        delivered_at_ms=3_700,
        message=b"\n\x05three",
    )
    sent(conn, 4, BOB, "queued", 9_000, attempts=2, next_at_ms=9_999, error_code="send_outcome_unknown")
    sent(conn, 5, BOB, "queued", 4_000, idempotency_key="k5")


def add(conn: sa.Connection, table: str, **values: Any) -> None:
    """One row."""
    marks = ", ".join(f":{name}" for name in values)
    conn.execute(sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"), values)


def event(conn: sa.Connection, position: int, event_id: str, type_: str, data: dict[str, Any]) -> None:
    """One event."""
    add(
        conn,
        "events",
        position=position,
        session_id="ses_a",
        seq=position,
        event_id=event_id,
        tenant_id=TENANT,
        type=type_,
        at_ms=position,
        data_json=json.dumps(data, ensure_ascii=False),
    )


def message(conn: sa.Connection, n: int, at_ms: int, kind: str, text: str, *, fields: Any, told: Any) -> None:
    """A received message with its event, as the first version wrote both."""
    message_id = f"M{n}"
    add(
        conn,
        "messages",
        session_id="ses_a",
        message_id=message_id,
        chat=ANN,
        sender=ANN,
        from_me=0,
        is_group=0,
        kind=kind,
        text=text,
        body_json=json.dumps({"offline": True, "quoted_id": told["quoted_id"], "fields": fields}),
        raw=message_id.encode(),
        timestamp_ms=1_000,
        push_name="Ann",
        event_id=f"evt_{n}",
        received_at_ms=at_ms,
    )
    data = told | {"message_id": message_id, "chat": ANN, "sender": ANN, "kind": kind, "text": text, **fields}
    event(conn, n, f"evt_{n}", "message.received", data)


def sent(conn: sa.Connection, n: int, to: str, status: str, accepted_at_ms: int, **more: Any) -> None:
    """An accepted message, as the first version wrote it."""
    message_id = f"S{n}"
    add(
        conn,
        "outbox",
        order_no=n,
        session_id="ses_a",
        message_id=message_id,
        tenant_id=TENANT,
        chat=to,
        to_jid=to,
        text={"S1": "one", "S3": "three"}.get(message_id, message_id),
        status=status,
        accepted_at_ms=accepted_at_ms,
        request_hash=HASHES.get(message_id, "x"),
        **more,
    )


def _hash(to: str, text: str) -> str:
    made = check(SendRequest(SessionRef("ses_a", TENANT, "shop"), to, Text(text)), 0)
    return made.hash  # type: ignore[union-attr]


HASHES = {"S1": _hash(ANN, "one"), "S5": _hash(BOB, "S5")}


def out(found: Message) -> Outgoing:
    """What became of it."""
    assert found.outgoing is not None
    return found.outgoing


async def test_every_message_is_there_in_the_order_in_which_it_was_taken(before: DatabaseAddress) -> None:
    store = await Store.open(before)
    reader = MessageReader(store)
    page = await reader.page("ses_a", chat=None, direction=None, after=0, limit=100)
    # S5 was accepted after S4, by a clock that had been set back.
    assert [each.message_id for each in page] == ["M1", "S1", "S2", "S3", "M2", "M3", "S4", "S5"]
    assert [each.order_no for each in page] == list(range(1, 9))
    kinds = [page[0].content, page[4].content, page[5].content, page[6].content]
    assert kinds == [
        Text("hi"), Image("caption", "image/png", 9), Poll("when?", ("a", "b"), 1), Text("S4")
    ]  # fmt: skip
    assert (page[0].quoted_id, page[0].push_name, page[0].event_id) == ("M0", "Ann", "evt_1")
    statuses = {each.message_id: out(each).status for each in page if each.outgoing}
    assert statuses == {
        "S1": SendStatus.READ, "S2": SendStatus.FAILED, "S3": SendStatus.SENT, "S4": SendStatus.QUEUED,
        "S5": SendStatus.QUEUED,
    }  # fmt: skip
    read, failed, group, queued = [out(page[n]) for n in (1, 2, 3, 6)]
    assert (read.sent_at_ms, read.delivered_at_ms, read.read_at_ms) == (2_100, 2_200, 2_300)
    assert failed.error == ErrorNote("send_rejected", "WhatsApp refused (463)")
    assert (group.delivered_to, group.sent_at_ms) == (1, 3_600)
    assert (queued.attempts, queued.next_at_ms) == (2, 9_999)
    assert {each.sender for each in page if each.outgoing} == {"900000@lid"}
    await store.close()


async def test_what_waits_has_its_final_bytes_its_number_and_its_key(before: DatabaseAddress) -> None:
    store = await Store.open(before)
    reader = MessageReader(store)
    assert Protobuf.FromString((await reader.get("ses_a", "S4")).raw).conversation == "S4"
    assert (await reader.get("ses_a", "S1")).raw == b"\n\x03one"
    queue = await store.read(
        lambda unit: unit.all(sql("SELECT order_no, chat, phone FROM outbox ORDER BY 1"))
    )
    assert queue == [(7, BOB, "4900000"), (8, BOB, "4900000")]
    keys = sql("SELECT phone, key, hash, order_no FROM idempotency ORDER BY key")
    assert await store.read(lambda unit: unit.all(keys)) == [
        ("4900000", "k1", HASHES["S1"], 2), ("4900000", "k5", HASHES["S5"], 8)
    ]  # fmt: skip
    await store.close()


async def test_every_event_is_told_as_this_version_tells_it(before: DatabaseAddress) -> None:
    store = await Store.open(before)
    journal = await Journal.open(store)
    events = (await journal.read(0, 100, Filter(TENANT))).events
    assert [each.event_id for each in events] == ["evt_1", "evt_2", "evt_3", "evt_9", "evt_5", "evt_6"]
    data = [each.data for each in events]
    assert data[0]["content"] == {"kind": "text", "text": "hi"}
    assert (data[0]["sender_phone"], data[0]["offline"], data[0]["quoted_id"]) == ("+1", True, "M0")
    assert data[1]["replaces"] == "evt_9"
    assert data[3]["content"] == {"kind": "undecryptable", "why": "no key"}
    assert data[4]["error"] == {"code": "send_rejected", "detail": "WhatsApp refused (463)"}
    assert data[4]["chat"] == BOB
    assert "sentence" not in data[5]
    pointing = sql("SELECT event_id FROM events WHERE data_json IS NULL ORDER BY position")
    assert await store.read(lambda unit: unit.all(pointing)) == [("evt_1",), ("evt_2",), ("evt_3",)]
    await store.close()


async def test_every_chat_is_in_the_list_with_nothing_unread(before: DatabaseAddress) -> None:
    store = await Store.open(before)
    chats = Chats(store, Follower(store, ListOfChats()), create_autospec(Activities, instance=True))
    found = await chats.page(SessionRef("ses_a", TENANT, "shop"), Wanted())
    last = {it.row.chat: (it.last.message_id, it.row.unread) for it in found if it.last is not None}
    assert last == {ANN: ("M3", 0), BOB: ("S5", 0), GROUP: ("S3", 0)}
    await store.close()


async def test_it_happens_once(before: DatabaseAddress, tmp_path: Path) -> None:
    for _ in range(2):
        store = await Store.open(before)
        count = await store.read(lambda unit: unit.scalar(sql("SELECT count(*) FROM messages")))
        await store.close()
        assert count == 8
