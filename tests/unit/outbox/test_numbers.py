"""Numbers that WhatsApp writes otherwise than people do: asked once, moved in one commit, one chat."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from scripted import Phone, ScriptedSender

from holdfast.chats import Chats, ListOfChats, Telling, Wanted, merge_chats
from holdfast.engine import Registered
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import Follower, Message, MessageReader, Outgoing
from holdfast.model.content import Text
from holdfast.model.errors import NotConnected
from holdfast.model.events import SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, RetryPolicy
from holdfast.search import Index
from holdfast.store import Store
from rooms import TENANT, add_session, message

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
DIALLED, FOUND, LID = "5511987654321@s.whatsapp.net", "551187654321@s.whatsapp.net", "77@lid"


class Whatsapp:
    """Answers who has which number; refuses while it is told to."""

    def __init__(self) -> None:
        self.spelled = {"5511987654321": FOUND}
        self.nobody: set[str] = set()
        self.refuses: Callable[[], Exception] | None = None
        self.asked: list[str] = []

    async def on_whatsapp(self, session_id: str, phones: Sequence[str]) -> Sequence[Registered]:
        """See the seam."""
        self.asked += phones
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses()
        return [
            Registered(it, it not in self.nobody, self.spelled.get(it, f"{it}@s.whatsapp.net"))
            for it in phones
        ]


class World:
    """An outbox that asks, with inbox and chats around it."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.store, self.journal, self.phone, self.whatsapp = store, journal, Phone(), Whatsapp()
        self.now_ms = 1_000_000
        self.begin()

    def begin(self) -> None:
        """A gateway that has just started."""
        self.outbox = Outbox(
            self.store,
            self.journal,
            ScriptedSender(self.phone),
            policy=RetryPolicy(pace=0),
            asks=self.whatsapp,
            clock=lambda: self.now_ms,
        )
        self.outbox.on_moved = merge_chats
        self.inbox = Inbox(self.store, self.journal, Telling(self.outbox, Index().again))
        self.chats = Chats(self.store, Follower(self.store, ListOfChats()), None)  # type: ignore[arg-type]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the session is up; killed at the end."""
        work = asyncio.ensure_future(self.outbox.run())
        self.outbox.session_up("ses_a", "4900000")
        try:
            async with asyncio.timeout(60):
                yield
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def say(self, to: str, *texts: str) -> list[str]:
        """Accept messages; their ids."""
        return [(await self.outbox.accept(SES, to, Text(text))).message_id for text in texts]

    async def settled(self, message_id: str) -> Message:
        """The message once it waits no more."""
        reader = MessageReader(self.store)
        while True:
            found = await reader.get("ses_a", message_id)
            if out(found).status is not SendStatus.QUEUED:
                return found
            await asyncio.sleep(0)

    async def listed(self) -> list[str]:
        """The chats there are."""
        return [it.row.chat for it in await self.chats.page(SES, Wanted())]


def out(row: Message) -> Outgoing:
    """What became of it."""
    assert row.outgoing is not None
    return row.outgoing


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    await add_session(store, "ses_a", jid="4900000:7@s.whatsapp.net", lid="900000:7@lid")
    return World(store, journal)


async def test_what_is_said_to_a_number_goes_to_its_account_in_one_chat(world: World) -> None:
    ids = await world.say(DIALLED, "one", "two", "three")
    assert await world.listed() == [DIALLED]
    async with world.running():
        found = [await world.settled(it) for it in ids]
        assert {(it.chat, out(it).to) for it in found} == {(FOUND, FOUND)}
        assert world.phone.by_chat == {FOUND: ids}
        assert await world.listed() == [FOUND]
        await world.inbox.receive([message(1, "A", LID, chat_alt=FOUND)])
        (four,) = await world.say("+55 11 98765-4321", "four")
        assert (await world.settled(four)).chat == LID
        assert await world.listed() == [LID]
    assert world.phone.by_chat[FOUND][-1] == four
    windows = await world.chats.messages(SES, DIALLED, lambda chat: chat.newest(9))
    assert [it.message_id for it in windows.messages] == [*ids, "A", four]
    assert world.whatsapp.asked == ["5511987654321"]


async def test_another_process_knows_where_the_account_is(world: World) -> None:
    (first,) = await world.say(DIALLED, "one")
    async with world.running():
        await world.settled(first)
    world.begin()
    (second,) = await world.say(DIALLED, "two")
    assert (await MessageReader(world.store).get("ses_a", second)).chat == FOUND
    async with world.running():
        await world.settled(second)
    assert world.phone.by_chat == {FOUND: [first, second]}


async def test_a_number_that_nobody_has_ends_its_messages_until_somebody_joins(world: World) -> None:
    world.whatsapp.nobody = {"4915100000001"}
    ids = await world.say("+4915100000001", "one", "two")
    async with world.running():
        for message_id in ids:
            failed = out(await world.settled(message_id))
            assert failed.error is not None
            assert (failed.status, failed.error.code) == (SendStatus.FAILED, "not_on_whatsapp")
        assert world.whatsapp.asked == ["4915100000001"]
        world.whatsapp.nobody.clear()
        world.now_ms += 3_600_000
        (later,) = await world.say("+4915100000001", "three")
        assert out(await world.settled(later)).status is SendStatus.SENT
    assert world.phone.arrivals == [later]


@pytest.mark.parametrize("refuses", [NotConnected, TimeoutError])
async def test_where_whatsapp_does_not_answer_it_goes_out_as_it_is_addressed(
    world: World, refuses: Callable[[], Exception]
) -> None:
    world.whatsapp.refuses = refuses
    (one,) = await world.say("+4915100000002", "one")
    async with world.running():
        assert out(await world.settled(one)).to == "4915100000002@s.whatsapp.net"
        world.whatsapp.refuses = None
        (two,) = await world.say("+4915100000002", "two")
        await world.settled(two)
    assert world.whatsapp.asked == ["4915100000002"] * 2


async def test_nobody_asks_about_those_who_have_written(world: World) -> None:
    await world.inbox.receive([message(1, "A", "4915100000003@s.whatsapp.net")])
    await world.inbox.receive([message(2, "B", LID, chat_alt="4915100000004@s.whatsapp.net")])
    ids = [*await world.say("+4915100000003", "one"), *await world.say("+4915100000004", "two")]
    async with world.running():
        for message_id in ids:
            await world.settled(message_id)
    assert world.whatsapp.asked == []
