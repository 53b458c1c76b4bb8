"""Each message once, whatever the order, the name, the batch or the failure."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from databases import PostgresqlForTests, refuse_writes, sql, take_writes
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import Direction, Message, MessageReader
from holdfast.model.attributes import Attributes
from holdfast.model.content import Image, Location, Text, Undecryptable, text_of
from holdfast.model.errors import StoreUnavailable, UnknownMessage
from holdfast.model.messages import InboundMessage, ReceiptKind
from holdfast.store import Store, WriteUnit
from rooms import (
    EVERYTHING,
    NobodyTold,
    Work,
    add_session,
    message,
    receipt,
    told,
    with_postgresql,
    with_store,
)

PN, LID = "1@s.whatsapp.net", "10@lid"


@pytest.fixture
async def inbox(store: Store, journal: Journal) -> Inbox:
    """An inbox for the session `ses_a`."""
    await add_session(store, "ses_a", name="shop")
    return Inbox(store, journal, NobodyTold(), clock=lambda: 5_000)


async def page(inbox: Inbox, chat: str | None, after: int) -> list[Message]:
    """Received messages after a place in the order."""
    reader = MessageReader(inbox._store)
    return await reader.page("ses_a", chat=chat, direction=Direction.IN, after=after, limit=10)


async def test_a_message_becomes_a_row_and_an_event(inbox: Inbox, journal: Journal) -> None:
    whole = message(
        7, "M1", LID, chat_alt=PN, push_name="Ann", attributes=Attributes(quoted_id="M0"), offline=True,
        content=Image("text of M1", "image/png", 9),
    )  # fmt: skip
    assert await inbox.receive([whole]) == [7]
    assert await told(journal) == [
        {
            "message_id": "M1", "chat": LID, "sender": LID, "chat_phone": "+1", "sender_phone": "+1",
            "from_me": False, "group": False, "timestamp": "1970-01-01T00:00:01.000Z", "push_name": "Ann",
            "offline": True, "quoted_id": "M0",
            "content": {
                "kind": "image", "text": "text of M1", "mimetype": "image/png", "size_bytes": 9,
                "file_name": "", "duration_s": 0, "media_id": "", "width": 0, "height": 0,
            },
        }
    ]  # fmt: skip
    stored = await MessageReader(inbox._store).get("ses_a", "M1")
    assert (stored.chat, stored.raw, stored.content) == (LID, b"raw of M1", whole.content)
    assert stored.event_id == (await journal.read(0, 1, EVERYTHING)).events[0].event_id


async def test_a_redelivery_is_confirmed_and_not_told_again(inbox: Inbox, journal: Journal) -> None:
    assert await inbox.receive([message(1, "M1"), message(2, "M1")]) == [1, 2]
    assert await inbox.receive([message(3, "M1")]) == [3]
    assert len(await told(journal)) == 1


async def test_under_the_number_first_and_under_the_lid_after_a_crash(inbox: Inbox, journal: Journal) -> None:
    await inbox.receive([message(1, "M1", PN)])
    await inbox.receive([message(2, "M1", LID, chat_alt=PN)])
    await inbox.receive([message(3, "M2", LID), message(4, "M2", PN)])
    events = await told(journal)
    assert [(each["message_id"], each["chat"], each["chat_phone"]) for each in events] == [
        ("M1", PN, "+1"),
        ("M2", LID, "+1"),
    ]


async def test_one_chat_under_both_names(inbox: Inbox) -> None:
    await inbox.receive([message(1, "M1", PN)])
    await inbox.receive([message(2, "M2", LID, chat_alt=PN), message(3, "M3", "2@s.whatsapp.net")])
    for chat in ("+1@x", PN, LID):
        assert [each.message_id for each in await page(inbox, chat, 0)] == (
            [] if chat == "+1@x" else ["M1", "M2"]
        )
    assert [each.message_id for each in await page(inbox, None, 1)] == ["M2", "M3"]


async def test_the_content_of_a_message_that_could_not_be_decrypted(inbox: Inbox, journal: Journal) -> None:
    await inbox.receive([message(1, "M1", content=Undecryptable())])
    await inbox.receive([message(2, "M1"), message(3, "M1")])
    first, second = await told(journal)
    assert first["content"]["kind"] == "undecryptable"
    assert second["content"] == {"kind": "text", "text": "text of M1"}
    assert second["replaces"].startswith("evt_")
    both = message(4, "M2", content=Undecryptable()), message(5, "M2")
    await inbox.receive(both)
    third = (await told(journal))[2:]
    assert [(each["content"]["kind"], "replaces" in each) for each in third] == [("text", False)]


async def test_a_message_of_one_mebibyte_passes(inbox: Inbox, journal: Journal) -> None:
    big = "ü" * (1 << 20)
    assert await inbox.receive([message(1, "M1", content=Text(big), raw=big.encode())]) == [1]
    assert (await told(journal))[0]["content"]["text"] == big
    assert (await MessageReader(inbox._store).get("ses_a", "M1")).raw == big.encode()


async def test_one_that_cannot_be_stored_holds_up_nobody_and_is_kept_by_its_bytes(
    inbox: Inbox, journal: Journal
) -> None:
    poison = message(2, "M2", content=Location(float("nan"), 0.0))
    assert await inbox.receive([message(1, "M1"), poison, message(3, "M3")]) == [1, 2, 3]
    assert [each["content"]["kind"] for each in await told(journal)] == ["text", "untranslatable", "text"]
    assert (await MessageReader(inbox._store).get("ses_a", "M2")).raw == b"raw of M2"


async def test_a_session_that_nobody_knows_is_never_confirmed(inbox: Inbox, journal: Journal) -> None:
    assert await inbox.receive([message(1, "M1", session_id="ses_x"), message(2, "M2")]) == [2]
    assert len(await told(journal)) == 1


async def test_a_database_that_refuses_confirms_nothing(inbox: Inbox, store: Store, journal: Journal) -> None:
    refuse_writes(store)
    with pytest.raises(StoreUnavailable):
        await inbox.receive([message(1, "M1")])
    take_writes(store)
    assert await told(journal) == []
    with pytest.raises(UnknownMessage):
        await MessageReader(inbox._store).get("ses_a", "M1")
    assert await inbox.receive([message(1, "M1")]) == [1]


async def test_receipts_are_applied_in_the_unit_of_their_batch(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    outbox = NobodyTold()
    inbox = Inbox(store, journal, outbox)
    delivered = receipt(2, ReceiptKind.DELIVERED, "X")
    assert await inbox.receive([message(1, "M1"), delivered]) == [1, 2]
    assert outbox.seen == [delivered]


async def test_an_outbox_that_breaks_on_a_receipt_holds_up_no_message(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")

    class Breaks(NobodyTold):
        def receipts(self, unit: WriteUnit, receipts: object) -> None:
            raise ValueError("receipt")

    inbox = Inbox(store, journal, Breaks())
    assert await inbox.receive([receipt(1, ReceiptKind.READ, "X"), message(2, "M1")]) == [2]
    assert len(await told(journal)) == 1


async def test_nothing_comes_of_nothing(inbox: Inbox) -> None:
    assert await inbox.receive([]) == []


# Two people with two names each, and a stranger whose LID nobody knows.
PEOPLE = [("1@s.whatsapp.net", "10@lid"), ("2@s.whatsapp.net", "20@lid")]
NAMES = [name for pair in PEOPLE for name in pair]


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[InboundMessage]]:
    """Messages, each delivered several times, shuffled, in batches, under either name."""
    originals = draw(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), unique=True, max_size=8))
    copies = []
    for person, number in originals:
        for _ in range(draw(st.integers(1, 3))):
            name = draw(st.sampled_from(PEOPLE[person]))
            other = next(each for each in PEOPLE[person] if each != name)
            alt = other if draw(st.booleans()) else ""
            # Two people may choose the same id: the bytes differ, as their secrets do.
            raw = f"{person} {number}".encode()
            copies.append(message(len(copies) + 1, f"M{number}", name, chat_alt=alt, sender_alt=alt, raw=raw))
    order = draw(st.permutations(copies))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=4)))
    return [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def each_once(batches: list[list[InboundMessage]], together: bool) -> Work:
    """Each message is stored once and told once, whatever comes again under whichever name."""

    async def work(store: Store, journal: Journal) -> None:
        inbox = Inbox(store, journal, NobodyTold())
        if together:
            confirmed = await asyncio.gather(*(inbox.receive(batch) for batch in batches))
        else:
            confirmed = [await inbox.receive(batch) for batch in batches]
        assert confirmed == [[each.delivery_id for each in batch] for batch in batches]
        events = await told(journal)
        expected = {each.raw for batch in batches for each in batch}
        raws = [raw for (raw,) in await store.read(lambda unit: unit.all(sql("SELECT raw FROM messages")))]
        assert sorted(raws) == sorted(expected)
        assert len(events) == len(expected)

    return work


@settings(max_examples=60)
@given(deliveries(), st.booleans())
def test_each_message_once_under_any_order_and_any_name(
    batches: list[list[InboundMessage]], together: bool
) -> None:
    with_store(each_once(batches, together))


@pytest.mark.long
@settings(max_examples=8)
@given(batches=deliveries(), together=st.booleans())
def test_each_message_once_on_postgresql(
    postgresql: PostgresqlForTests, batches: list[list[InboundMessage]], together: bool
) -> None:
    with_postgresql(postgresql, each_once(batches, together))


async def test_a_nul_in_a_message_neither_loses_it_nor_stops_its_batch(
    inbox: Inbox, store: Store, journal: Journal
) -> None:
    odd = message(1, "M1", content=Text("a\0b"), raw=b"raw\0raw", push_name="A\0nn")
    assert await inbox.receive([odd, message(2, "M2")]) == [1, 2]
    assert await inbox.receive([odd]) == [1]
    assert [each["message_id"] for each in await told(journal)] == ["M1", "M2"]
    stored = await MessageReader(store).get("ses_a", "M1")
    assert (stored.raw, text_of(stored.content)) == (b"raw\0raw", "a\0b")


async def test_a_nul_in_an_id_is_shown_and_does_not_come_twice(inbox: Inbox, journal: Journal) -> None:
    odd = message(1, "M\0", "1\0@s.whatsapp.net")
    assert await inbox.receive([odd, message(2, "M2")]) == [1, 2]
    assert await inbox.receive([odd]) == [1]
    assert len(await told(journal)) == 2
