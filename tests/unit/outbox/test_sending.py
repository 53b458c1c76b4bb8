"""Sending that behaves: paced, scheduled, cancelled, locked; in order, whatever kinds share a chat."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from holdfast.engine import translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import Message, MessageReader
from holdfast.model import content as c
from holdfast.model.errors import (
    ContentInvalid,
    NotCancellable,
    ReachoutLocked,
    SendOutcomeUnknown,
    TargetInvalid,
    UnknownMessage,
)
from holdfast.model.events import ErrorNote, SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import Budget, Outbox, Pace, RetryPolicy, SendRequest
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session, message, told

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
ANN, BOB = "11111@s.whatsapp.net", "22222@s.whatsapp.net"
NOW_MS = 1_700_000_000_000


class Clock:
    """The wall clock of a test."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
async def clock(store: Store) -> Clock:
    """A clock that stands, and a session."""
    await add_session(store, "ses_a", jid="4900000@s.whatsapp.net", lid="900000@lid")
    return Clock()


@pytest.fixture
def sender() -> ScriptedSender:
    """WhatsApp."""
    return ScriptedSender()


@pytest.fixture
def outbox(store: Store, journal: Journal, sender: ScriptedSender, clock: Clock) -> Outbox:
    """An outbox without budgets."""
    return Outbox(store, journal, sender, clock=clock, policy=RetryPolicy(pace=0))


async def accepted(outbox: Outbox, to: str, content: c.Content, **more: object) -> Message:
    """Accept one message. Raises its refusal."""
    (answer,) = await outbox.accept_many([SendRequest(SES, to, content, **more)])  # type: ignore[arg-type]
    if isinstance(answer, Exception):
        raise answer
    return answer


async def standing(store: Store, message_id: str) -> tuple[SendStatus, ErrorNote | None]:
    """Status and error of a message."""
    out = (await MessageReader(store).get("ses_a", message_id)).outgoing
    assert out is not None
    return out.status, out.error


async def until(true: Callable[[], bool]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(60):
        for _ in count():
            if true():
                return
            await asyncio.sleep(0.001)


# ---- kinds of one chat -----------------------------------------------------------------------------------


async def test_what_is_about_a_message_goes_out_after_it(
    outbox: Outbox, store: Store, sender: ScriptedSender
) -> None:
    first = await accepted(outbox, ANN, c.Text("helo"))
    edit = await accepted(outbox, ANN, c.Edit(first.message_id, "hello"))
    place = await accepted(outbox, ANN, c.Location(1.0, 2.0))
    heart = await accepted(outbox, ANN, c.Reaction(place.message_id, "👍"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert sender.taken == [each.message_id for each in (first, edit, place, heart)]


async def test_what_is_about_a_message_that_fails_fails_with_it(
    outbox: Outbox, store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    first = await accepted(outbox, ANN, c.Text("helo"), expires_at_ms=NOW_MS + 1)
    edit = await accepted(outbox, ANN, c.Edit(first.message_id, "hello"))
    again = await accepted(outbox, ANN, c.Edit(first.message_id, "hello!"))
    other = await accepted(outbox, ANN, c.Text("next"))
    outbox._clock.now_ms += 1  # type: ignore[attr-defined]
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert sender.taken == [other.message_id]
    for each in (edit, again):
        assert await standing(store, each.message_id) == (SendStatus.FAILED, ErrorNote("target_failed"))
    failed = [it["message_id"] for it in await told(journal, "message.status") if it["status"] == "failed"]
    assert sorted(failed) == sorted(it.message_id for it in (first, edit, again))
    with pytest.raises(TargetInvalid, match="never sent"):
        await accepted(outbox, ANN, c.Reaction(first.message_id, "👍"))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (c.Edit("THEIRS", "x"), "of this number"),
        (c.Edit("PLACE", "x"), "no words"),
        (c.Edit("OLD", "x"), "15 minutes"),
        (c.Revoke("THEIRS"), "of this number"),
        (c.Revoke("ANCIENT"), "60 hours"),
        (c.PollVote("THEIRS", ("a",)), "not a poll"),
        (c.PollVote("POLL", ("c",)), "no option"),
        (c.PollVote("POLL", ("a", "b")), "1 of the options"),
        (c.Reaction("HEART", "👍"), "react"),
    ],
)
async def test_what_cannot_be_done_to_a_message(
    outbox: Outbox, store: Store, journal: Journal, content: c.Content, refusal: str
) -> None:
    minute = 60_000
    inbox = Inbox(store, journal, outbox, clock=outbox._clock)
    mine = {"sender": "900000@lid", "from_me": True}
    await inbox.receive(
        [
            message(1, "THEIRS", ANN, timestamp_ms=NOW_MS),
            message(2, "PLACE", ANN, content=c.Location(1, 2), timestamp_ms=NOW_MS, **mine),
            message(3, "OLD", ANN, timestamp_ms=NOW_MS - 16 * minute, **mine),
            message(4, "ANCIENT", ANN, timestamp_ms=NOW_MS - 61 * 60 * minute, **mine),
            message(5, "POLL", ANN, content=c.Poll("?", ("a", "b"), 1), timestamp_ms=NOW_MS),
            message(6, "HEART", ANN, content=c.Reaction("THEIRS", "x"), timestamp_ms=NOW_MS),
        ]
    )
    with pytest.raises(TargetInvalid, match=refusal):
        await accepted(outbox, ANN, content)
    with pytest.raises(UnknownMessage):
        await accepted(outbox, BOB, c.Reaction("THEIRS", "👍"))  # it is in another chat


async def test_whoever_is_not_in_a_direct_chat_is_not_mentioned_there(outbox: Outbox) -> None:
    from holdfast.model.attributes import Attributes

    with pytest.raises(ContentInvalid, match="not in this chat"):
        await accepted(outbox, ANN, c.Text("@you"), attributes=Attributes(mentions=(BOB,)))


# ---- cancelled ---------------------------------------------------------------------------------------------


async def test_what_waits_can_be_cancelled_and_nobody_gets_it(
    outbox: Outbox, store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    one, two, three = [await accepted(outbox, ANN, c.Text(text)) for text in ("one", "two", "three")]
    edit = await accepted(outbox, ANN, c.Edit(two.message_id, "zwei"))
    async with running(outbox):
        await outbox.cancel("ses_a", two.message_id)
        await outbox.cancel("ses_a", two.message_id)  # harmless to repeat
        assert await standing(store, two.message_id) == (SendStatus.FAILED, ErrorNote("cancelled"))
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert sender.taken == [one.message_id, three.message_id]
    assert await standing(store, edit.message_id) == (SendStatus.FAILED, ErrorNote("target_failed"))
    events = [it for it in await told(journal, "message.status") if it["message_id"] == two.message_id]
    assert [it["error"]["code"] for it in events] == ["cancelled"]
    for gone in (one.message_id, edit.message_id):
        with pytest.raises(NotCancellable):
            await outbox.cancel("ses_a", gone)
    with pytest.raises(UnknownMessage):
        await outbox.cancel("ses_a", "3EB0")


async def test_what_is_on_its_way_cannot_be_cancelled(
    outbox: Outbox, store: Store, sender: ScriptedSender
) -> None:
    sender.gates[ANN] = asyncio.Event()
    one, two = await accepted(outbox, ANN, c.Text("one")), await accepted(outbox, ANN, c.Text("two"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await sender.until_attempts(1)
        with pytest.raises(NotCancellable):
            await outbox.cancel("ses_a", one.message_id)
        await outbox.cancel("ses_a", two.message_id)  # it stands after the other one
        sender.gates[ANN].set()
        await until_settled(store)
    assert sender.taken == [one.message_id]
    assert (await standing(store, one.message_id))[0] is SendStatus.SENT


async def test_what_whatsapp_may_have_cannot_be_cancelled(
    store: Store, journal: Journal, sender: ScriptedSender, clock: Clock
) -> None:
    outbox = Outbox(store, journal, sender, clock=clock, policy=RetryPolicy(pace=3600))
    sender.dead.add(ANN)
    one = await accepted(outbox, ANN, c.Text("one"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await sender.until_attempts(1)
        with pytest.raises(NotCancellable):
            await outbox.cancel("ses_a", one.message_id)
        await outbox.close()
    after = Outbox(store, journal, sender, clock=clock)
    with pytest.raises(NotCancellable):
        await after.cancel("ses_a", one.message_id)


async def test_a_cancelled_message_of_a_long_queue_is_never_read_in_again(
    outbox: Outbox, store: Store, sender: ScriptedSender
) -> None:
    rows = [await accepted(outbox, ANN, c.Text(str(n))) for n in range(80)]
    wanted = [it.message_id for n, it in enumerate(rows) if n % 3]
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        results = await asyncio.gather(
            *(outbox.cancel("ses_a", it.message_id) for n, it in enumerate(rows) if n % 3 == 0),
            return_exceptions=True,
        )
        await until_settled(store)
    cancelled = {
        rows[n * 3].message_id for n, result in enumerate(results) if not isinstance(result, Exception)
    }
    assert all(result is None or isinstance(result, NotCancellable) for result in results)
    # Whatever the race: each is sent once, or cancelled, and the order stays.
    assert [it.message_id for it in rows if it.message_id not in cancelled] == sender.taken
    assert set(wanted) <= set(sender.taken)


# ---- scheduled ---------------------------------------------------------------------------------------------


async def test_a_message_for_later_holds_up_nobody_and_comes_in_its_time(
    outbox: Outbox, store: Store, sender: ScriptedSender, clock: Clock
) -> None:
    later = await accepted(outbox, ANN, c.Text("later"), not_before_ms=NOW_MS + 60_000)
    first = await accepted(outbox, ANN, c.Text("now"))
    with pytest.raises(TargetInvalid, match="sent later"):
        await accepted(outbox, ANN, c.Edit(later.message_id, "x"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store, waiting=1)
        assert sender.taken == [first.message_id]
        waiting = await outbox.waiting("ses_a")
        assert (waiting.messages, waiting.chats, waiting.scheduled) == (1, 1, 1)
        clock.now_ms += 59_990
        # It is the next one that is due, which has the schedule look at the clock again.
        second = await accepted(outbox, ANN, c.Text("after"), not_before_ms=clock.now_ms + 5)
        clock.now_ms += 10
        await until_settled(store)
    assert sender.taken == [first.message_id, later.message_id, second.message_id]


async def test_a_message_for_later_survives_a_restart_and_can_be_cancelled(
    outbox: Outbox, store: Store, journal: Journal, sender: ScriptedSender, clock: Clock
) -> None:
    wanted = await accepted(outbox, ANN, c.Text("later"), not_before_ms=NOW_MS + 10)
    unwanted = await accepted(outbox, ANN, c.Text("never"), not_before_ms=NOW_MS + 10)
    after = Outbox(store, journal, sender, clock=clock)
    async with running(after):
        after.session_up("ses_a", "4900000")
        await after.cancel("ses_a", unwanted.message_id)
        assert sender.attempts == []
        clock.now_ms += 10
        await accepted(after, BOB, c.Text("wakes"), not_before_ms=clock.now_ms + 1)
        clock.now_ms += 1
        await until_settled(store)
    assert wanted.message_id in sender.taken
    assert unwanted.message_id not in sender.taken


# ---- typing ------------------------------------------------------------------------------------------------


async def test_typing_is_shown_before_the_message_and_never_in_its_way(
    outbox: Outbox, store: Store, sender: ScriptedSender
) -> None:
    async def refuse(session_id: str, to: str) -> None:
        sender.typed.append(to)
        assert sender.attempts == []
        raise SendOutcomeUnknown

    sender.show_typing = refuse  # type: ignore[method-assign]
    row = await accepted(outbox, ANN, c.Text("hi"), typing=True)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert (sender.typed, sender.taken) == ([ANN], [row.message_id])


# ---- paced -------------------------------------------------------------------------------------------------


async def test_strangers_wait_for_their_budget_and_answers_do_not(
    store: Store, journal: Journal, sender: ScriptedSender, clock: Clock
) -> None:
    budgets = {Pace.STRANGER: Budget(2, 1)}
    outbox = Outbox(store, journal, sender, clock=clock, budgets=budgets)
    inbox = Inbox(store, journal, outbox, clock=clock)
    await inbox.receive([message(1, "Q", ANN)])
    cold = [await accepted(outbox, f"+4{n:06}", c.Text("hi")) for n in range(5)]
    warm = [await accepted(outbox, ANN, c.Text(str(n))) for n in range(20)]
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store, waiting=3)
        outbox.session_down("ses_a")
        outbox.session_up("ses_a", "4900000")  # no way around it
        await accepted(outbox, ANN, c.Text("more"))
        await until_settled(store, waiting=3)
    taken = set(sender.taken[:22])
    assert taken >= {it.message_id for it in warm}
    assert len(taken & {it.message_id for it in cold}) == 2  # whichever two: lanes have no order among them

    # A restart gives no second burst.
    after = Outbox(store, journal, sender, clock=clock, budgets=budgets)
    async with running(after):
        after.session_up("ses_a", "4900000")
        await accepted(after, ANN, c.Text("still"))
        await until_settled(store, waiting=3)
        await after.close()
    assert len(sender.attempts) == 24


# ---- locked ------------------------------------------------------------------------------------------------


def test_whatsapps_refusal_to_reach_out_has_a_type() -> None:
    refused = pb.Error(code=pb.REJECTED, whatsapp_code=463, message="463")
    assert isinstance(translate.error(refused, sending=True), ReachoutLocked)


async def test_a_number_that_may_begin_no_new_chats_waits_and_asks_one_by_one(
    store: Store, journal: Journal, clock: Clock
) -> None:
    class Locked(ScriptedSender):
        locked = True

        async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> object:
            if self.locked and to != ANN:
                self.attempts.append(message_id)
                self._news.set()
                raise ReachoutLocked
            return await super().send(session_id, message_id, to, message)

    sender = Locked()
    outbox = Outbox(store, journal, sender, clock=clock, policy=RetryPolicy(pace=1), roll=lambda: 0.5)  # type: ignore[arg-type]
    await Inbox(store, journal, outbox, clock=clock).receive([message(1, "Q", ANN)])
    probe = await accepted(outbox, "+400001", c.Text("first"))
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await sender.until_attempts(1)

        async def is_noted() -> bool:
            _, error = await standing(store, probe.message_id)
            return error is not None and error.code == "reachout_locked"

        async with asyncio.timeout(60):
            while not await is_noted():  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.001)
        cold = [await accepted(outbox, f"+4{n:06}", c.Text("hi")) for n in range(2, 30)]
        warm = await accepted(outbox, ANN, c.Text("answer"))
        await until_settled(store, waiting=29)
        assert sender.attempts == [probe.message_id, warm.message_id]  # no other stranger was tried
        waiting = await outbox.waiting("ses_a")
        assert waiting.locked_until_ms is not None
        assert waiting.locked_until_ms - NOW_MS > 400_000
        assert (await standing(store, cold[-1].message_id))[1] == ErrorNote("reachout_locked")
        sender.locked = False
        outbox._driver.lock_told("ses_a", None)  # WhatsApp says that it is over
        await until_settled(store)
        assert (await outbox.waiting("ses_a")).locked_until_ms is None
    assert len(sender.taken) == 30


# ---- another number ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [False, True])
async def test_what_waits_for_another_number_is_failed_or_kept_by_policy(
    store: Store, journal: Journal, sender: ScriptedSender, clock: Clock, keep: bool
) -> None:
    outbox = Outbox(store, journal, sender, clock=clock, keep_for_other_number=keep)
    row = await accepted(outbox, ANN, c.Text("hi"))
    assert (await outbox.waiting("ses_a")).messages == 1  # shown while nobody is logged in
    async with running(outbox):
        outbox.session_up("ses_a", "4977777")
        await until_settled(store)
    status, error = await standing(store, row.message_id)
    wanted = (SendStatus.SENT, None) if keep else (SendStatus.FAILED, ErrorNote("number_changed"))
    assert (status, error) == wanted
