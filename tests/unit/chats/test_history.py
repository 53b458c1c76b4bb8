"""Messages of before the link: in their place, told to nobody, once, whatever is killed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from unittest.mock import create_autospec

import pytest

from databases import sql
from holdfast.chats import Chats, Importer, ListOfChats, Telling, Wanted
from holdfast.engine import History, HistoryChat
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import Follower
from holdfast.model.content import Reaction, Text
from holdfast.model.errors import CommandRefused, NotConnected, UnknownMessage
from holdfast.model.messages import InboundMessage
from holdfast.model.notices import HistoryOffered, InboundNotice
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.people import Activities
from holdfast.search import Index
from holdfast.store import Store
from rooms import TENANT, add_session, message, told

PN, LID, OWN = "49151@s.whatsapp.net", "900@lid", "4900000@s.whatsapp.net"
SES = SessionRef("ses_a", TENANT, "ses_a")


def said(message_id: str, at_ms: int, **more: object) -> InboundMessage:
    """A message as the phone tells of it."""
    return message(0, message_id, LID, timestamp_ms=at_ms, chat_alt=PN, **more)


class Phone:
    """What a phone offers, in pieces; refuses while it is told to."""

    def __init__(self, *pieces: History) -> None:
        self.pieces = list(pieces)
        self.refuses: Callable[[], Exception] | None = None
        self.asked: list[int] = []

    async def history(self, session_id: str, offer: bytes, start: int) -> History:
        """See the seam."""
        self.asked.append(start)
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses()
        return self.pieces[start]


ANN = HistoryChat(LID, PN, "Ann Example", archived=True, muted_until_ms=9_000, unread=2)


class World:
    """Inbox, importer and chats of one session."""

    def __init__(self, store: Store, journal: Journal, phone: Phone) -> None:
        self.store, self.journal, self.phone = store, journal, phone
        telling = Telling(Outbox(store, journal, create_autospec(object)), Index().again)
        self.inbox = Inbox(store, journal, telling, clock=lambda: 50_000)
        self.importer = Importer(store, phone, telling.names_learned)
        telling.on_offered = self.importer.offered
        self.activities = create_autospec(Activities, instance=True)
        self.chats = Chats(store, Follower(store, ListOfChats()), self.activities)

    async def offer(self, name: str = "N1") -> None:
        """The phone offers what it has."""
        offered = HistoryOffered(progress=100)
        await self.inbox.receive(
            [InboundNotice(90, "ses_a", 1, name, 1_000, PN, PN, offered, b"{}", offer=b"offer")]
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the session is up; killed at the end."""
        work = asyncio.ensure_future(self.importer.run())
        self.importer.session_up("ses_a")
        try:
            async with asyncio.timeout(60):
                yield
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def over(self) -> None:
        """Wait until no offer is left."""
        left = sql("SELECT count(*) FROM history_offers")
        while await self.store.read(lambda unit: unit.scalar(left)):  # noqa: ASYNC110 - a database
            await asyncio.sleep(0.001)

    async def shown(self) -> list[str]:
        """The messages of the chat, oldest first."""
        window = await self.chats.messages(SES, PN, lambda chat: chat.newest(99))
        return [it.message_id for it in window.messages]


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    await add_session(store, "ses_a")
    pieces = (
        History([ANN], [said("H3", 3_000), said("H2", 2_000, from_me=True, sender=OWN)], 1),
        History([], [said("H1", 1_000, content=Text("the first words")), said("H0", 1_000)], 0),
    )
    return World(store, journal, Phone(*pieces))


async def test_it_is_stored_in_its_place_and_told_to_nobody(world: World) -> None:
    await world.offer()
    async with world.running():
        await world.over()
    await world.inbox.receive([message(1, "M1", LID, timestamp_ms=60_000)])
    assert await world.shown() == ["H0", "H1", "H2", "H3", "M1"]
    assert [it["message_id"] for it in await told(world.journal, "message.received")] == ["M1"]
    (ann,) = await world.chats.page(SES, Wanted())
    assert (ann.name, ann.row.unread, ann.row.archived, ann.row.muted_until_ms) == (
        "Ann Example",
        3,
        True,
        9_000,
    )
    assert ann.last is not None
    assert ann.last.message_id == "M1"
    assert world.phone.asked == [0, 1]


async def test_pieces_that_come_again_and_offers_that_repeat_add_nothing(world: World) -> None:
    await world.offer()
    async with world.running():
        await world.over()
        await world.offer("N2")
        await world.over()
    count = sql("SELECT count(*) FROM messages")
    assert await world.store.read(lambda unit: unit.scalar(count)) == 4


async def test_another_process_goes_on_with_the_next_piece(world: World) -> None:
    first, second = world.phone.pieces
    world.phone.pieces = [first]
    await world.offer()
    async with world.running():
        while len(world.phone.asked) < 2:  # noqa: ASYNC110 - the second is not there
            await asyncio.sleep(0.001)
    world.phone.pieces = [first, second]
    again = World(world.store, world.journal, world.phone)
    async with again.running():
        await again.over()
    assert world.phone.asked.count(0) == 1
    assert await again.shown() == ["H0", "H1", "H2", "H3"]


async def test_what_was_said_between_two_links_stands_between(world: World) -> None:
    await world.inbox.receive([message(1, "M1", LID, timestamp_ms=1_500, chat_alt=PN)])
    await world.inbox.receive([message(2, "M2", LID, timestamp_ms=2_500)])
    await world.offer()
    async with world.running():
        await world.over()
    assert await world.shown() == ["H0", "H1", "M1", "H2", "M2", "H3"]
    window = await world.chats.messages(SES, PN, lambda chat: chat.around("H2", 3))
    assert [it.message_id for it in window.messages] == ["H2", "M2", "H3"]
    older = await world.chats.messages(
        SES,
        PN,
        lambda chat: chat.before(window.older, 9),  # type: ignore[arg-type]
    )
    assert [it.message_id for it in older.messages] == ["H0", "H1", "M1"]
    assert older.older is None


async def test_a_message_that_comes_after_the_phone_has_told_of_it_is_new(world: World) -> None:
    await world.offer()
    async with world.running():
        await world.over()
    await world.inbox.receive([message(1, "H3", LID, timestamp_ms=3_000)])
    assert [it["message_id"] for it in await told(world.journal, "message.received")] == ["H3"]
    assert await world.shown() == ["H0", "H1", "H2", "H3"]


@pytest.mark.parametrize("refusal", [NotConnected, lambda: CommandRefused("damaged", error_code="x")])
async def test_what_cannot_be_opened_now_waits(world: World, refusal: Callable[[], Exception]) -> None:
    world.phone.refuses = refusal
    await world.offer()
    async with world.running():
        while not world.phone.asked:  # noqa: ASYNC110 - a database
            await asyncio.sleep(0.001)
        world.phone.refuses = None
        world.importer.session_up("ses_a")
        await world.over()
    assert await world.shown() == ["H0", "H1", "H2", "H3"]


async def test_the_phone_is_asked_for_what_was_before_the_oldest_message(world: World) -> None:
    with pytest.raises(UnknownMessage):
        await world.chats.ask_older(SES, PN, 50)
    await world.inbox.receive([message(1, "M1", LID, timestamp_ms=1_500, chat_alt=PN)])
    assert await world.chats.ask_older(SES, PN, 50) == "M1"
    await world.offer()
    async with world.running():
        await world.over()
    assert await world.chats.ask_older(SES, LID, 20) == "H0"
    session, oldest, count = world.activities.ask_older.await_args.args
    assert (session, oldest.message_id, oldest.timestamp_ms, count) == (SES, "H0", 1_000, 20)


async def test_a_reaction_of_before_the_link_stands_after_its_message(world: World) -> None:
    liked = said("R1", 1_000, content=Reaction("H1", "!"))
    world.phone.pieces = [History([ANN], [liked, said("H1", 1_000)], 0)]
    await world.offer()
    async with world.running():
        await world.over()
    window = await world.chats.messages(SES, PN, lambda chat: chat.newest(9))
    assert [it.content for it in window.messages] == [message(0, "H1").content, Reaction("H1", "!")]
    (ann,) = await world.chats.page(SES, Wanted())
    assert ann.last is not None
    assert ann.last.message_id == "H1"
