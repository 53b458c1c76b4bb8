"""Steps: all of one or nothing, once per event, on both kinds of database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from databases import sql
from holdfast.delivery import Consumer, Subscriptions
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.model.content import Json, Poll, Text
from holdfast.model.errors import (
    ContentInvalid,
    Forbidden,
    HoldfastError,
    RequestInvalid,
    StateConflict,
    UnknownAct,
    UnknownEvent,
    UnknownSubscription,
)
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.steps import (
    ActCall,
    ChatRef,
    Done,
    Failure,
    HandOver,
    ReminderChange,
    StateChange,
    Step,
    StepEvent,
    Steps,
)
from holdfast.store import Store, WriteUnit
from outbox_stage import ScriptedSender
from rooms import EVERYTHING, TENANT, add_session, message, told

BOT = Consumer(TENANT, "key_bot")
PN, LID = "491511@s.whatsapp.net", "7@lid"
QUEUED = sql("SELECT count(*) FROM outbox")
SET_PHONE = sql("UPDATE sessions SET phone = :phone WHERE id = 'ses_a'")
LEFT = sql("SELECT count(*) FROM steps")


class World:
    """A gateway's data plane with one bot, whose clock a test sets."""

    def __init__(self, store: Store, journal: Journal, session: SessionRef) -> None:
        self.now = 1_700_000_000_000
        self.store, self.journal, self.session = store, journal, session
        self.outbox = Outbox(store, journal, ScriptedSender(), clock=lambda: self.now)
        self.inbox = Inbox(store, journal, self.outbox)
        self.subscriptions = Subscriptions(store, journal)
        self.steps = Steps(store, journal, self.outbox, lambda: self.now)
        self._heard = 0

    async def hear(self, chat: str = PN, **more: Any) -> str:
        """A message comes; the id of its event."""
        self._heard += 1
        await self.inbox.receive([message(self._heard, f"M{self._heard}", chat, **more)])
        return (await self.journal.read(0, 1000, EVERYTHING)).events[-1].event_id

    def step(self, event_id: str, chat: str = PN, *texts: str, **more: Any) -> Step:
        """A step of the bot."""
        sends = tuple(SendRequest(self.session, chat, Text(words)) for words in texts)
        return Step(ChatRef(self.session, chat), "shop", event_id, "shop", sends, **more)

    async def commit(self, step: Step) -> Done:
        """Have it done."""
        return await self.steps.commit(BOT, step)

    async def queued(self) -> int:
        """How many messages wait."""
        return int(await self.store.read(lambda unit: unit.scalar(QUEUED)))

    async def version(self, chat: str = PN) -> int:
        """Of what is remembered."""
        return (await self.steps.states([ChatRef(self.session, chat)], "shop"))[0].version

    async def until_told(self, type_: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many events of a type were told."""
        async with asyncio.timeout(60):
            while len(found := await told(self.journal, type_)) < count:
                await self.journal.wait(self.journal.head)
        return found


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    session = replace(await add_session(store, "ses_a"), phone="4900000", sender="900000@lid")
    await store.write(lambda unit: unit.run(SET_PHONE, phone="4900000"))
    made = World(store, journal, session)
    await made.subscriptions.open(BOT, "shop", "")
    return made


@asynccontextmanager
async def at_work(steps: Steps) -> AsyncIterator[None]:
    work = asyncio.ensure_future(steps.run())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])


async def test_a_step_is_done_once(world: World) -> None:
    event = await world.hear()
    step = world.step(event, PN, "one", "two", state=StateChange(0, {"n": 1}))
    done = await world.commit(step)
    assert (done.repeated, done.version, len(done.messages)) == (False, 1, 2)
    again = await world.commit(step)
    assert (again.repeated, again.version, again.messages) == (True, 1, ())
    assert await world.queued() == 2
    assert await world.steps.done_after(TENANT, "shop", 0) == {event}


async def test_two_at_the_same_moment_are_one(world: World) -> None:
    event = await world.hear()
    steps = [world.step(event, PN, f"from {n}") for n in range(8)]
    done = await asyncio.gather(*(world.commit(step) for step in steps))
    assert sorted(it.repeated for it in done) == [False, *[True] * 7]
    assert await world.queued() == 1


async def test_what_a_subscription_has_passed_is_done_also_when_its_step_is_forgotten(world: World) -> None:
    event = await world.hear()
    step = world.step(event, PN, "one")
    await world.commit(step)
    await world.subscriptions.ack(BOT, "shop", world.journal.head)
    async with at_work(world.steps):  # it tidies up as it begins
        async with asyncio.timeout(60):
            while int(await world.store.read(lambda unit: unit.scalar(LEFT))):  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.005)
    assert (await world.commit(step)).repeated
    assert await world.queued() == 1


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"acts": (ActCall("nobody", {}),)}, UnknownAct),
        ({"acts": (ActCall("refuse", {}),)}, RequestInvalid),
        ({"state": StateChange(5, {})}, StateConflict),
        ({"state": StateChange(0, {"x": "y" * 70_000})}, RequestInvalid),
        ({"reminders": (ReminderChange("", 1),)}, RequestInvalid),
        ({"bot": "x" * 200}, RequestInvalid),
        ({"event_id": "evt_nobody"}, UnknownEvent),
        ({"subscription": "nobody"}, UnknownSubscription),
    ],
)
async def test_refused_in_one_part_it_is_refused_as_a_whole(
    world: World, more: dict[str, Any], refusal: type[HoldfastError]
) -> None:
    def refuse(unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        raise RequestInvalid("no")

    world.steps.register("refuse", refuse)
    event = await world.hear()
    whole = world.step(
        event,
        PN,
        "never said",
        state=StateChange(0, {"n": 1}),
        reminders=(ReminderChange("r", 1),),
        hand_over=HandOver(),
    )
    with pytest.raises(refusal):
        await world.commit(replace(whole, **more))
    assert (await world.queued(), await world.version()) == (0, 0)
    assert await world.steps.reminders.list(world.session, 10) == []
    assert await world.steps.handovers.list(world.session) == []
    assert not (await world.commit(whole)).repeated


async def test_a_message_that_no_phone_would_take_refuses_the_step(world: World) -> None:
    event = await world.hear()
    bad = SendRequest(world.session, PN, Poll("?", ("one",)))
    with pytest.raises(ContentInvalid):
        await world.commit(replace(world.step(event, PN, "one"), sends=(bad,)))
    assert await world.queued() == 0


async def test_another_key_does_no_steps_for_a_subscription(world: World) -> None:
    event = await world.hear()
    with pytest.raises(Forbidden):
        await world.steps.commit(Consumer(TENANT, "key_other"), world.step(event, PN, "x"))
    with pytest.raises(UnknownSubscription):
        await world.steps.commit(Consumer("ten_other", "key"), world.step(event, PN, "x"))


async def test_an_older_step_writes_over_nothing_also_after_it_was_cleared(world: World) -> None:
    first, second, third = [await world.hear() for _ in range(3)]
    await world.commit(world.step(first, state=StateChange(0, {"n": 1})))
    await world.commit(world.step(second, state=StateChange(1, None)))
    for stale in (0, 1):
        with pytest.raises(StateConflict):
            await world.commit(world.step(third, state=StateChange(stale, {"n": 9})))
    assert (await world.steps.states([ChatRef(world.session, PN)], "shop"))[0].data == {}
    await world.commit(world.step(third, state=StateChange(2, {"n": 3})))


async def test_a_person_has_one_state_whichever_name_is_used(world: World) -> None:
    early = await world.hear(PN)
    await world.commit(world.step(early, PN, state=StateChange(0, {"n": 1})))
    later = await world.hear(LID, sender=LID, sender_alt=PN, chat_alt=PN)
    assert await world.version(LID) == await world.version(PN) == 1
    await world.commit(world.step(later, LID, state=StateChange(1, {"n": 2})))
    assert await world.version(LID) == await world.version(PN) == 2


async def test_another_number_of_the_session_finds_nothing(world: World) -> None:
    await world.commit(
        world.step(
            await world.hear(), state=StateChange(0, {"n": 1}), reminders=(ReminderChange("r", world.now),)
        )
    )
    other = ChatRef(replace(world.session, phone="4911111"), PN)
    assert (await world.steps.states([other], "shop"))[0].version == 0
    await world.store.write(lambda unit: unit.run(SET_PHONE, phone="4911111"))
    async with at_work(world.steps):
        async with asyncio.timeout(60):
            while await world.steps.reminders.list(world.session, 10):  # noqa: ASYNC110 - a database
                await asyncio.sleep(0.005)
    assert await told(world.journal, "bot.reminder") == []


async def test_an_act_is_part_of_the_step(world: World) -> None:
    seen: list[StepEvent] = []

    def book(unit: WriteUnit, event: StepEvent, body: Mapping[str, Json]) -> Mapping[str, Json]:
        seen.append(event)
        return {"booking": body["ride"]}

    world.steps.register("taxi.book", book)
    event = await world.hear()
    done = await world.commit(world.step(event, PN, acts=(ActCall("taxi.book", {"ride": 7}),)))
    assert done.acts == ({"booking": 7},)
    assert (seen[0].event_id, seen[0].phone, seen[0].chat, seen[0].bot) == (event, "4900000", PN, "shop")


async def test_an_event_that_is_given_up_is_told(world: World) -> None:
    event = await world.hear()
    await world.commit(world.step(event, failed=Failure("ValueError", 3, "x" * 900)))
    (failed,) = await told(world.journal, "bot.failed")
    assert (failed["event_id"], failed["error"], failed["attempts"]) == (event, "ValueError", 3)
    assert len(failed["detail"]) == 500


# ---- reminders ---------------------------------------------------------------------------------------------


async def test_a_reminder_is_told_once_when_it_is_due(world: World) -> None:
    soon, late = world.now + 50, world.now + 3_600_000
    changes = (ReminderChange("soon", soon, {"n": 1}), ReminderChange("late", late))
    async with at_work(world.steps):
        await world.commit(world.step(await world.hear(), reminders=changes))
        world.now += 60
        (reminder,) = await world.until_told("bot.reminder")
    assert (reminder["bot"], reminder["chat"], reminder["name"]) == ("shop", PN, "soon")
    assert reminder["data"] == {"n": 1}
    assert [it.name for it in await world.steps.reminders.list(world.session, 10)] == ["late"]


async def test_what_became_due_while_nothing_ran_is_told_at_the_start(world: World) -> None:
    changes = tuple(ReminderChange(f"r{n:03}", world.now + n) for n in range(450))
    for chunk in (changes[:200], changes[200:]):
        await world.commit(world.step(await world.hear(), reminders=chunk))
    world.now += 1000
    async with at_work(world.steps):
        names = [it["name"] for it in await world.until_told("bot.reminder", 450)]
    assert names == [f"r{n:03}" for n in range(450)]


async def test_a_reminder_is_moved_and_taken_back(world: World) -> None:
    first, second = await world.hear(), await world.hear()
    await world.commit(world.step(first, reminders=(ReminderChange("a", 1), ReminderChange("b", 1))))
    later = world.now + 60_000
    changes = (ReminderChange("a", later), ReminderChange("b", None), ReminderChange("never", None))
    await world.commit(world.step(second, reminders=changes))
    (left,) = await world.steps.reminders.list(world.session, 10)
    assert (left.name, left.due_ms) == ("a", later)


# ---- humans ------------------------------------------------------------------------------------------------


async def test_bots_are_silent_while_a_human_has_the_chat(world: World) -> None:
    asked, meanwhile, after = [await world.hear() for _ in range(3)]
    await world.commit(world.step(asked, PN, "one moment", hand_over=HandOver("wants a person")))
    assert await world.queued() == 1
    silent = await world.commit(
        replace(
            world.step(meanwhile, PN, "may I help?", state=StateChange(0, {"n": 1})),
            sends=(
                SendRequest(world.session, PN, Text("may I help?")),
                SendRequest(world.session, "49777@s.whatsapp.net", Text("to the boss")),
            ),
        )
    )
    assert silent.handed_over
    assert [each is None for each in silent.messages] == [True, False]
    await world.steps.handovers.give_back(ChatRef(world.session, PN), "key_boss")
    await world.steps.handovers.give_back(ChatRef(world.session, PN), "key_boss")
    assert not (await world.commit(world.step(after, PN, "here again"))).handed_over
    assert await world.queued() == 3
    handovers = [(it["active"], it["by"]) for it in await told(world.journal, "chat.handover")]
    assert handovers == [(True, "bot:shop"), (False, "key_boss")]


async def test_a_humans_time_ends_by_itself(world: World) -> None:
    at = ChatRef(world.session, PN)
    async with at_work(world.steps):
        await world.steps.handovers.take_over(at, "key_boss", HandOver("", world.now + 50))
        assert (await world.steps.states([at], "shop"))[0].handed_over
        world.now += 60
        assert [it["by"] for it in await world.until_told("chat.handover", 2)] == ["key_boss", "time"]
    assert not (await world.steps.states([at], "shop"))[0].handed_over
    assert await world.steps.handovers.list(world.session) == []


async def test_with_a_session_everything_about_its_chats_goes(world: World) -> None:
    event = await world.hear()
    parts = {"state": StateChange(0, {"n": 1}), "reminders": (ReminderChange("r", world.now + 99_000),)}
    await world.commit(world.step(event, PN, hand_over=HandOver(), **parts))
    await world.store.write(lambda unit: world.steps.session_deleted(unit, "ses_a"))
    assert await world.version() == 0
    assert await world.steps.reminders.list(world.session, 10) == []
    assert await world.steps.handovers.list(world.session) == []


async def test_a_bot_can_be_made_to_forget(world: World) -> None:
    at = ChatRef(world.session, PN)
    await world.steps.forget(at, "shop")
    await world.commit(world.step(await world.hear(), state=StateChange(0, {"n": 1})))
    await world.steps.forget(at, "shop")
    (found,) = await world.steps.states([at], "shop")
    assert (found.version, found.data) == (2, {})
