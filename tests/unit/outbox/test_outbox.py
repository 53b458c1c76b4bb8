"""Accepted means sent once, in order, whatever the sender does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scripted import Phone, ScriptedSender, Step

from databases import PostgresqlForTests, refuse_writes, take_writes
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import Direction, Message, MessageReader, Outgoing
from holdfast.model import errors
from holdfast.model.content import Text, text_of
from holdfast.model.errors import (
    HoldfastError,
    IdempotencyConflict,
    MessageTooLarge,
    RecipientInvalid,
    RequestInvalid,
    StoreUnavailable,
    UnknownMessage,
)
from holdfast.model.events import ErrorNote, SendStatus
from holdfast.model.messages import ReceiptKind
from holdfast.model.seams import SessionRef
from holdfast.outbox import Length, Outbox, RetryPolicy, SendRequest
from holdfast.outbox.lanes import LANE_ROWS
from holdfast.store import Store
from rooms import TENANT, Work, add_session, message, receipt, told, with_postgresql, with_store

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
ANN, BOB = "11111@s.whatsapp.net", "22222@s.whatsapp.net"
AT_ONCE = RetryPolicy(pace=0)


@asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[Outbox]:
    """The outbox at work; killed at the end, as `kill -9` would."""
    work = asyncio.ensure_future(outbox.run())
    try:
        yield outbox
    finally:
        work.cancel()
        await asyncio.wait([work])


@pytest.fixture
async def phone() -> Phone:
    """The other side."""
    return Phone()


@pytest.fixture
async def outbox(store: Store, journal: Journal, phone: Phone) -> Outbox:
    """An outbox in front of a sender that always works."""
    await add_session(store, "ses_a", jid="4900000:7@s.whatsapp.net", lid="900000:7@lid")
    return Outbox(store, journal, ScriptedSender(phone), policy=AT_ONCE)


async def get(outbox: Outbox, session_id: str, message_id: str) -> Message:
    """One message without its bytes, as it was accepted."""
    return replace(await MessageReader(outbox._store).get(session_id, message_id), raw=b"")


async def page(outbox: Outbox, chat: str | None, limit: int) -> list[Message]:
    """The first messages of ours."""
    reader = MessageReader(outbox._store)
    return await reader.page("ses_a", chat=chat, direction=Direction.OUT, after=0, limit=limit)


def out(row: Message) -> Outgoing:
    """What became of it."""
    assert row.outgoing is not None
    return row.outgoing


async def finished(outbox: Outbox) -> None:
    """Wait until everything that was accepted is settled and stored."""

    async def settled() -> bool:
        rows = await page(outbox, None, 10_000)
        return all(out(row).status is not SendStatus.QUEUED for row in rows)

    await until(settled)
    # A read may be ahead of the loop: what the commit wakes has been called when another write returns.
    await outbox._store.write(lambda unit: None)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Let everybody work until this holds. The time-out of the test ends it if it never does."""
    for _ in count():
        if await true():
            return
        await asyncio.sleep(0)


async def tried(outbox: Outbox, row: Message) -> None:
    """Wait until an attempt is stored that came to nothing."""

    async def stored() -> bool:
        return out(await get(outbox, "ses_a", row.message_id)).attempts > 0

    await until(stored)


# ---- accept ------------------------------------------------------------------------------------------------


async def test_accepted_means_durable_with_an_id(outbox: Outbox, store: Store, journal: Journal) -> None:
    row = await outbox.accept(SES, "+1 23 45", Text("hello"), "k")
    again = await get(Outbox(store, journal, ScriptedSender(Phone())), "ses_a", row.message_id)
    assert again == row
    assert (out(row).to, out(row).status, out(row).attempts) == ("12345@s.whatsapp.net", SendStatus.QUEUED, 0)
    assert row.message_id.startswith("3EB0")


async def test_the_same_key_gives_the_same_message(outbox: Outbox) -> None:
    first = await outbox.accept(SES, "+12345", Text("hello"), "k")
    again = await asyncio.gather(
        *(outbox.accept(SES, to, Text("hello"), "k") for to in ("12345", "12345@c.us"))
    )
    assert {row.message_id for row in again} == {first.message_id}
    with pytest.raises(IdempotencyConflict):
        await outbox.accept(SES, "+12345", Text("other"), "k")
    with pytest.raises(IdempotencyConflict):
        await outbox.accept(SES, "+12346", Text("hello"), "k")
    assert (await outbox.accept(SES, "+12345", Text("hello"))).message_id != first.message_id


async def test_a_batch_is_answered_one_by_one(outbox: Outbox) -> None:
    answers = await outbox.accept_many(
        [
            SendRequest(SES, "+12345", Text("one"), "k1"),
            SendRequest(SES, "nobody", Text("two"), "k2"),
            SendRequest(SES, "+12345", Text("three"), "k1"),
            SendRequest(SES, "+12345", Text("one"), "k1"),
            SendRequest(SES, "+12345", Text("x" * 65_537)),
            SendRequest(SES, "+12345", Text("four")),
        ]
    )
    kinds = [type(answer) for answer in answers]
    assert kinds == [
        Message, RecipientInvalid, IdempotencyConflict, Message, MessageTooLarge, Message
    ]  # fmt: skip
    assert answers[0] == answers[3]


@pytest.mark.parametrize(
    ("to", "text", "key", "error"),
    [
        ("+12345", "", None, RequestInvalid),
        ("+12345", " \n ", None, RequestInvalid),
        ("+12345", "x" * (1 << 20), None, MessageTooLarge),
        ("+12345", "half \ud83d", None, RequestInvalid),
        ("+12345", "hi", "", RequestInvalid),
        ("+12345", "hi", "k" * 257, RequestInvalid),
        ("+12345", "hi", "k\0", RequestInvalid),
        ("nobody", "hi", None, RecipientInvalid),
    ],
)
async def test_what_is_refused(
    outbox: Outbox, to: str, text: str, key: str | None, error: type[HoldfastError]
) -> None:
    with pytest.raises(error) as refused:
        await outbox.accept(SES, to, Text(text), key)
    assert refused.value.next_step
    assert await page(outbox, None, 10) == []


async def test_the_longest_text_is_taken(outbox: Outbox) -> None:
    assert len((await outbox.accept(SES, "+12345", Text("😀" * 65_536))).content.text) == 65_536


async def test_a_database_that_refuses_accepts_nothing(outbox: Outbox, store: Store, phone: Phone) -> None:
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        refuse_writes(store)
        with pytest.raises(StoreUnavailable):
            await outbox.accept(SES, ANN, Text("lost?"), "k")
        take_writes(store)
        row = await outbox.accept(SES, ANN, Text("lost?"), "k")
        await finished(outbox)
    assert phone.arrivals == [row.message_id]


# ---- send --------------------------------------------------------------------------------------------------


async def test_sent_in_order_and_told(outbox: Outbox, phone: Phone, journal: Journal) -> None:
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        rows = [await outbox.accept(SES, to, Text(f"{n}")) for n in range(5) for to in (ANN, BOB)]
        await finished(outbox)
    for chat in (ANN, BOB):
        assert phone.by_chat[chat] == [row.message_id for row in rows if out(row).to == chat]
    stored = await MessageReader(outbox._store).get("ses_a", rows[0].message_id)
    # WhatsApp's clock says 1970 here: no message is shown as sent before it was accepted.
    assert (out(stored).status, out(stored).sent_at_ms) == (SendStatus.SENT, out(stored).accepted_at_ms)
    assert phone.sent_bytes[rows[0].message_id] == {stored.raw}
    assert {each["status"] for each in await told(journal, "message.status")} == {"sent"}
    assert len(await told(journal)) == 10


async def test_rows_of_a_session_that_is_down_wait(outbox: Outbox, phone: Phone) -> None:
    async with running(outbox):
        row = await outbox.accept(SES, ANN, Text("one"))
        await outbox.accept(SES, ANN, Text("two"))
        assert phone.arrivals == []
        outbox.session_up("ses_a", "4900000")
        await finished(outbox)
        outbox.session_down("ses_a")
        late = await outbox.accept(SES, ANN, Text("three"))
        assert phone.arrivals[0] == row.message_id
        assert late.message_id not in phone.arrivals
        outbox.session_up("ses_a", "4900000")
        await finished(outbox)
    assert len(phone.arrivals) == 3


async def test_how_much_each_session_has_to_send(outbox: Outbox) -> None:
    for text in ("one", "two"):
        await outbox.accept(SES, ANN, Text(text))
    assert await outbox.lengths(["ses_a", "ses_b"]) == {"ses_a": Length(2), "ses_b": Length(0)}


async def test_a_backlog_longer_than_the_window_keeps_its_order(outbox: Outbox, phone: Phone) -> None:
    async with running(outbox):
        wanted = [SendRequest(SES, (ANN, BOB)[n % 2], Text(f"{n}")) for n in range(LANE_ROWS * 20 + 10)]
        early = await outbox.accept_many(wanted)
        outbox.session_up("ses_a", "4900000")
        late = await outbox.accept_many(wanted[:50])
        await finished(outbox)
    rows = [row for row in (*early, *late) if isinstance(row, Message)]
    for chat in (ANN, BOB):
        assert phone.by_chat[chat] == [row.message_id for row in rows if out(row).to == chat]


async def test_what_is_refused_for_good_fails_and_the_next_goes_on(
    store: Store, journal: Journal, phone: Phone
) -> None:
    await add_session(store, "ses_a")
    script: list[Step] = [("none", lambda: errors.SendRejected("WhatsApp refused (463)", reason="463"))]
    outbox = Outbox(store, journal, ScriptedSender(phone, script), policy=AT_ONCE)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        bad, good = [await outbox.accept(SES, ANN, Text(text)) for text in ("bad", "good")]
        await finished(outbox)
    assert phone.arrivals == [good.message_id]
    assert await told(journal, "message.status") == [
        {
            "message_id": bad.message_id, "chat": ANN, "to": ANN, "status": "failed",
            "delivered_to": 0, "read_by": 0,
            "error": {"code": "send_rejected", "detail": "WhatsApp refused (463)"},
        },
        {
            "message_id": good.message_id, "chat": ANN, "to": ANN, "status": "sent",
            "delivered_to": 0, "read_by": 0,
        },
    ]  # fmt: skip
    stored = out(await get(outbox, "ses_a", bad.message_id))
    assert (stored.status, stored.error) == (
        SendStatus.FAILED,
        ErrorNote("send_rejected", "WhatsApp refused (463)"),
    )


async def test_attempts_survive_a_restart(store: Store, journal: Journal, phone: Phone) -> None:
    await add_session(store, "ses_a")
    script: list[Step] = [("none", errors.SendOutcomeUnknown)] * 3
    waits = RetryPolicy(pace=3600)
    outbox = Outbox(store, journal, ScriptedSender(phone, script), policy=waits, clock=lambda: 10_000)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        row = await outbox.accept(SES, ANN, Text("one"))
        await tried(outbox, row)
    stored = out(await get(outbox, "ses_a", row.message_id))
    assert stored.status is SendStatus.QUEUED
    assert stored.error is not None
    assert (stored.error.code, stored.attempts) == ("send_outcome_unknown", 1)
    assert (stored.next_at_ms or 0) > 10_000
    after = Outbox(store, journal, ScriptedSender(phone), clock=lambda: (stored.next_at_ms or 0) + 1)
    async with running(after):
        after.session_up("ses_a", "4900000")
        await finished(after)
    assert phone.arrivals == [row.message_id]


async def test_a_session_that_comes_up_anew_ends_the_wait(
    store: Store, journal: Journal, phone: Phone
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender(phone, [("none", errors.NotConnected)])
    outbox = Outbox(store, journal, sender, policy=RetryPolicy(pace=3600))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        row = await outbox.accept(SES, ANN, Text("one"))
        await until(sender.idle_after_an_attempt)
        assert sender.attempts == [row.message_id]
        outbox.session_down("ses_a")
        outbox.session_up("ses_a", "4900000")
        await finished(outbox)
    assert phone.arrivals == [row.message_id]


async def test_a_wait_that_whatsapp_asked_for_is_not_cut_short(
    store: Store, journal: Journal, phone: Phone
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender(phone, [("none", lambda: errors.RateLimited(retry_after_s=3600))])
    outbox = Outbox(store, journal, sender)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        row = await outbox.accept(SES, ANN, Text("one"))
        await tried(outbox, row)
        outbox.session_down("ses_a")
        outbox.session_up("ses_a", "4900000")
        for _ in range(100):
            await asyncio.sleep(0)
        assert sender.attempts == [row.message_id]
        await outbox.close()
    assert phone.arrivals == []


async def test_close_finishes_what_is_under_way_and_begins_nothing(
    store: Store, journal: Journal, phone: Phone
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender(phone, [("late", None)])
    outbox = Outbox(store, journal, sender, policy=AT_ONCE)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        first = await outbox.accept(SES, ANN, Text("one"))
        second = await outbox.accept(SES, ANN, Text("two"))
        await until(sender.is_asked)
        await outbox.close()
        third = await outbox.accept(SES, BOB, Text("three"))
    states = [out(await get(outbox, "ses_a", row.message_id)).status for row in (first, second, third)]
    arrived = [row.message_id in phone.arrivals for row in (first, second, third)]
    assert arrived == [state is SendStatus.SENT for state in states]
    assert arrived[0]
    assert not arrived[2]


async def test_what_is_accepted_while_the_gateway_leaves_waits_for_the_next(
    outbox: Outbox, store: Store, journal: Journal, phone: Phone
) -> None:
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await outbox.accept(SES, ANN, Text("one"))
    row = await outbox.accept(SES, ANN, Text("two"))
    after = Outbox(store, journal, ScriptedSender(phone), policy=AT_ONCE)
    async with running(after):
        after.session_up("ses_a", "4900000")
        await finished(after)
    assert phone.by_chat[ANN][-1] == row.message_id


# ---- receipts ----------------------------------------------------------------------------------------------


async def test_receipts_move_forward_only(outbox: Outbox, store: Store, journal: Journal) -> None:
    inbox = Inbox(store, journal, outbox)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        row = await outbox.accept(SES, ANN, Text("one"))
        await finished(outbox)
        kinds = [ReceiptKind.READ, ReceiptKind.DELIVERED, ReceiptKind.PLAYED, ReceiptKind.READ]
        for number, kind in enumerate(kinds):
            await inbox.receive([receipt(number, kind, row.message_id, "unknown to us")])
    assert [each["status"] for each in await told(journal, "message.status")] == ["sent", "read"]
    stored = out(await get(outbox, "ses_a", row.message_id))
    assert (stored.status, stored.sent_at_ms, stored.read_at_ms) == (
        SendStatus.READ,
        stored.accepted_at_ms,
        2_000,
    )


async def test_a_batch_of_receipts_tells_each_step(outbox: Outbox, store: Store, journal: Journal) -> None:
    inbox = Inbox(store, journal, outbox)
    row = await outbox.accept(SES, ANN, Text("one"))
    batch = [receipt(1, ReceiptKind.DELIVERED, row.message_id), receipt(2, ReceiptKind.READ, row.message_id)]
    assert await inbox.receive(batch) == [1, 2]
    assert [each["status"] for each in await told(journal)] == ["delivered", "read"]


@pytest.mark.parametrize("kind", [ReceiptKind.READ_SELF, ReceiptKind.OTHER])
async def test_what_says_nothing_about_the_recipient(
    outbox: Outbox, store: Store, journal: Journal, kind: ReceiptKind
) -> None:
    row = await outbox.accept(SES, ANN, Text("one"))
    await Inbox(store, journal, outbox).receive([receipt(1, kind, row.message_id)])
    assert await told(journal) == []


@pytest.mark.parametrize("own", ["4900000@s.whatsapp.net", "900000@lid"])
async def test_the_own_phone_is_not_the_recipient(
    outbox: Outbox, store: Store, journal: Journal, own: str
) -> None:
    row = await outbox.accept(SES, ANN, Text("one"))
    inbox = Inbox(store, journal, outbox)
    await inbox.receive([receipt(1, ReceiptKind.DELIVERED, row.message_id, sender=own)])
    assert await told(journal) == []


async def test_a_receipt_that_comes_before_the_ack_is_stored_proves_it(
    outbox: Outbox, store: Store, journal: Journal, phone: Phone
) -> None:
    """The gateway died with the acknowledgement unstored; the receipt comes first after the restart."""
    row = await outbox.accept(SES, ANN, Text("one"))
    other = await outbox.accept(SES, ANN, Text("two"))
    after = Outbox(store, journal, ScriptedSender(phone), policy=AT_ONCE)
    inbox = Inbox(store, journal, after)
    async with running(after):
        await inbox.receive([receipt(1, ReceiptKind.DELIVERED, row.message_id)])
        after.session_up("ses_a", "4900000")
        await finished(after)
    assert phone.arrivals == [other.message_id]
    assert out(await get(after, "ses_a", row.message_id)).status is SendStatus.DELIVERED


async def test_a_receipt_for_a_row_that_waits_in_memory_ends_its_attempts(
    store: Store, journal: Journal, phone: Phone
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender(phone, [("one", errors.SendOutcomeUnknown)])
    outbox = Outbox(store, journal, sender, policy=RetryPolicy(pace=3600))
    inbox = Inbox(store, journal, outbox)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        row = await outbox.accept(SES, ANN, Text("one"))
        await tried(outbox, row)
        await inbox.receive([receipt(1, ReceiptKind.DELIVERED, row.message_id)])
        next_one = await outbox.accept(SES, ANN, Text("two"))
        outbox.session_up("ses_a", "4900000")
        await finished(outbox)
    assert phone.arrivals == [row.message_id, next_one.message_id]


async def test_receipts_say_nothing_about_another_session(
    outbox: Outbox, store: Store, journal: Journal
) -> None:
    row = await outbox.accept(SES, ANN, Text("one"))
    await add_session(store, "ses_b")
    inbox = Inbox(store, journal, outbox)
    await inbox.receive([receipt(1, ReceiptKind.READ, row.message_id, session_id="ses_b")])
    assert out(await get(outbox, "ses_a", row.message_id)).status is SendStatus.QUEUED
    with pytest.raises(UnknownMessage):
        await get(outbox, "ses_b", row.message_id)


# ---- names -------------------------------------------------------------------------------------------------


async def test_one_person_is_one_chat_under_both_names(
    outbox: Outbox, store: Store, journal: Journal, phone: Phone
) -> None:
    inbox = Inbox(store, journal, outbox)
    first = await outbox.accept(SES, ANN, Text("to the number, before anybody knows the LID"))
    await inbox.receive([message(1, "M1", "10@lid", chat_alt=ANN)])
    second = await outbox.accept(SES, "10@lid", Text("to the LID"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await finished(outbox)
        third = await outbox.accept(SES, ANN, Text("to the number"))
        fourth = await outbox.accept(SES, "10@lid", Text("to the LID"))
        await finished(outbox)
    assert third.chat == fourth.chat == "10@lid"
    assert phone.arrivals == [row.message_id for row in (first, second, third, fourth)]
    assert len(await page(outbox, "10@lid", 10)) == 4


# ---- whatever the sender does ----------------------------------------------------------------------------

STEPS: list[Step] = [
    ("one", None),
    ("two", None),
    ("late", None),
    ("none", errors.NotConnected),
    ("none", errors.EngineUnreachable),
    ("none", errors.SendOutcomeUnknown),
    ("one", errors.SendOutcomeUnknown),
    ("late", errors.SendOutcomeUnknown),
    ("two", errors.SendOutcomeUnknown),
    ("none", errors.RateLimited),
    ("one", lambda: ZeroDivisionError("a bug")),
    ("none", lambda: errors.SendRejected(reason="503")),
]

#: accept in a chat, take the session down or up, kill the outbox and start another one on the same database.
ACTS = st.lists(
    st.tuples(st.just("accept"), st.integers(0, 2))
    | st.tuples(st.sampled_from(["down", "up", "kill"]), st.just(0)),
    min_size=1,
    max_size=25,
)


def arrives_once(acts: list[tuple[str, int]], script: list[Step], wait: bool) -> Work:
    """What is accepted arrives with one id and in its chat's order, over ups, downs and kills."""

    async def work(store: Store, journal: Journal) -> None:
        phone = Phone()
        sender = ScriptedSender(phone, script)
        accepted: list[Message] = []
        remaining = list(acts)
        while True:
            outbox = Outbox(store, journal, sender, policy=AT_ONCE)
            async with running(outbox):
                outbox.session_up("ses_a", "4900000")
                while remaining:
                    act, chat = remaining.pop(0)
                    if act == "accept":
                        accepted.append(
                            await outbox.accept(SES, f"+1234{chat}", Text(f"text {len(accepted)}"))
                        )
                        if wait:
                            await asyncio.sleep(0)
                    elif act == "kill":
                        break
                    else:
                        outbox.session_up("ses_a", "4900000") if act == "up" else outbox.session_down("ses_a")
                else:
                    outbox.session_up("ses_a", "4900000")
                    await finished(outbox)
                    break
        for chat in {out(row).to for row in accepted}:
            assert phone.by_chat[chat] == [row.message_id for row in accepted if out(row).to == chat]
        assert {row.message_id: {text_of(row.content)} for row in accepted} == phone.texts
        assert all(most == 1 for most in sender.most_in_flight.values())
        for row in accepted:
            assert out(await get(outbox, "ses_a", row.message_id)).status is SendStatus.SENT
        statuses = [each["message_id"] for each in await told(journal, "message.status")]
        assert sorted(statuses) == sorted(row.message_id for row in accepted)

    return work


# Fewer failures than the attempts after which the policy gives a message up.
SCRIPTS = st.lists(st.sampled_from(STEPS), max_size=9)


@pytest.mark.long
@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ACTS, SCRIPTS, st.booleans())
def test_every_accepted_message_arrives_with_one_id_in_its_chats_order(
    acts: list[tuple[str, int]], script: list[Step], wait: bool
) -> None:
    with_store(arrives_once(acts, script, wait))


@pytest.mark.long
@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(acts=ACTS, script=SCRIPTS, wait=st.booleans())
def test_every_accepted_message_arrives_once_from_postgresql(
    postgresql: PostgresqlForTests, acts: list[tuple[str, int]], script: list[Step], wait: bool
) -> None:
    with_postgresql(postgresql, arrives_once(acts, script, wait))
