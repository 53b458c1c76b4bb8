"""The list of chats follows the messages, whatever order things come in and wherever it is killed."""

from collections.abc import Sequence
from unittest.mock import create_autospec

import pytest

from databases import sql
from holdfast.chats import Chat, ChatPlace, Chats, ListOfChats, Telling, Wanted, forget_labels
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.kit.clock import now_ms
from holdfast.messages import Follower, Place, Window
from holdfast.model.content import Content, Reaction, Text
from holdfast.model.errors import NotConnected, UnknownMessage
from holdfast.model.ids import SessionId
from holdfast.model.messages import ReceiptKind
from holdfast.model.notices import (
    ChatLabelChanged,
    ContactChanged,
    GroupChanged,
    InboundNotice,
    LabelChanged,
    Notice,
)
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.people import Activities
from holdfast.retention import Keep, Kind, Retention
from holdfast.search import Index
from holdfast.store import Store
from rooms import add_session, message, receipt

PN, LID, OTHER, GROUP = "49151@s.whatsapp.net", "900@lid", "49152@s.whatsapp.net", "120363000000000001@g.us"


class World:
    """Inbox, outbox and chats of one session, on one database."""

    def __init__(self, store: Store, journal: Journal, session: SessionRef) -> None:
        self.store, self.session = store, session
        self.outbox = Outbox(store, journal, create_autospec(object))
        self.inbox = Inbox(store, journal, Telling(self.outbox, Index().again))
        self.activities = create_autospec(Activities, instance=True)
        self.follower = Follower(store, ListOfChats())
        self.chats = Chats(store, self.follower, self.activities)
        self._delivery = 0

    async def come(self, message_id: str, chat: str, content: Content | None = None, **more: object) -> None:
        """A message comes."""
        self._delivery += 1
        more = {"content": content or Text(message_id), "timestamp_ms": self._delivery * 1000, **more}
        await self.inbox.receive([message(self._delivery, message_id, chat, **more)])

    async def tell(self, chat: str, notice: Notice) -> None:
        """A notice comes."""
        self._delivery += 1
        name = f"N{self._delivery}"
        await self.inbox.receive(
            [InboundNotice(self._delivery, "ses_a", 1, name, 1_000, chat, "", notice, b"{}")]
        )

    async def listed(self, wanted: Wanted | None = None) -> Sequence[Chat]:
        """The chats."""
        return await self.chats.page(self.session, wanted or Wanted())

    async def unread(self) -> dict[str, int]:
        """How much is unread in each chat, newest first."""
        return {it.row.chat: it.row.unread for it in await self.listed()}

    async def ids(self) -> list[str]:
        """The messages of the chat with PN."""
        windows = await self.chats.messages(self.session, PN, lambda found: found.newest(9))
        return [it.message_id for it in windows.messages]


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    return World(store, journal, await add_session(store, "ses_a"))


async def test_the_newest_chat_comes_first_with_its_last_message(world: World) -> None:
    await world.come("A1", PN, push_name="Ann")
    await world.come("B1", OTHER)
    await world.come("G1", GROUP, sender=PN, group=True, push_name="Ann")
    await world.come("A2", PN, push_name="Ann")
    ann, group, other = await world.listed()
    assert [it.last.message_id for it in (ann, group, other) if it.last] == ["A2", "G1", "B1"]
    assert (ann.name, ann.phone, ann.row.unread) == ("Ann", "+49151", 2)
    assert (group.name, group.phone, group.row.group) == (GROUP, None, True)
    assert other.name == "+49152"


async def test_a_page_goes_on_where_the_one_before_ended(world: World) -> None:
    for index in range(5):
        await world.come(f"M{index}", f"4915{index}@s.whatsapp.net", timestamp_ms=7_000)
    first = await world.listed(Wanted(limit=2))
    rest = await world.listed(Wanted(after=first[-1].place))
    assert [it.row.chat for it in (*first, *rest)] == [f"4915{index}@s.whatsapp.net" for index in range(5)]
    assert await world.listed(Wanted(after=ChatPlace(1, ""))) == []


async def test_whoever_writes_has_read_and_reactions_move_nothing(world: World) -> None:
    await world.come("A1", PN)
    await world.come("B1", OTHER)
    await world.come("A2", PN, Reaction("A1", "👍"))
    assert await world.unread() == {OTHER: 1, PN: 1}
    await world.come("A3", PN, from_me=True, sender="4900000@s.whatsapp.net")
    await world.outbox.accept(world.session, OTHER, Text("an answer"))
    assert await world.unread() == {OTHER: 0, PN: 0}
    await world.come("A4", PN)
    assert (await world.unread())[PN] == 1
    assert [it.row.chat for it in await world.listed(Wanted(unread=True))] == [PN]


@pytest.mark.parametrize("followed", [True, False])
async def test_what_the_phone_reads_is_read_also_before_it_is_followed(world: World, followed: bool) -> None:
    for name in ("A1", "A2", "A3"):
        await world.come(name, PN)
    if followed:
        await world.follower.catch_up()
    await world.inbox.receive([receipt(50, ReceiptKind.READ_SELF, "A2", sender=PN)])
    assert await world.unread() == {PN: 1}
    await world.inbox.receive([receipt(51, ReceiptKind.READ_SELF, "A1", sender=PN)])
    assert await world.unread() == {PN: 1}


async def test_both_names_of_a_person_are_one_chat(world: World) -> None:
    await world.come("A1", PN, push_name="Ann")
    assert await world.unread() == {PN: 1}
    await world.come("A2", LID, chat_alt=PN)
    (ann,) = await world.listed()
    assert (ann.row.chat, ann.phone, ann.row.unread, ann.name) == (LID, "+49151", 2, "Ann")
    assert await world.ids() == ["A1", "A2"]
    assert (await world.chats.get(world.session, "+49151")).row.chat == LID


async def test_a_name_is_learned_between_a_message_and_its_following(world: World) -> None:
    await world.come("A1", PN)
    await world.come("A2", LID, chat_alt=PN)
    assert await world.unread() == {LID: 2}


async def test_names_come_from_the_address_book_and_the_group(world: World) -> None:
    await world.tell(GROUP, GroupChanged(subject="Night shift"))
    assert await world.listed() == []
    await world.come("G1", GROUP, sender=PN, group=True)
    await world.come("A1", PN, push_name="ann")
    await world.tell(PN, ContactChanged(saved_name="Ann Example"))
    assert [it.name for it in await world.listed()] == ["Ann Example", "Night shift"]


async def linked(store: Store, phone: str) -> None:
    """The session's number is this one from now on."""
    await store.write(lambda unit: unit.run(sql("UPDATE sessions SET phone = :phone"), phone=phone))


async def labelled(world: World, chat: str) -> list[tuple[str, str]]:
    """The labels of a chat."""
    return [(it.label_id, it.name) for it in (await world.chats.get(world.session, chat)).labels]


async def test_labels_come_in_any_order_and_go_with_their_label(world: World) -> None:
    await linked(world.store, "4900000")
    await world.tell(PN, ChatLabelChanged("3", True))
    assert await labelled(world, PN) == [("3", "")]
    await world.tell("", LabelChanged("3", "VIP", 4))
    await world.tell("", LabelChanged("2", "New", 1))
    for _ in range(2):  # told twice is told once
        await world.tell(PN, ChatLabelChanged("2", True))
    await world.come("A1", LID, chat_alt=PN)  # both names are one person: one chat, with its labels
    await world.tell(LID, ChatLabelChanged("5", True))
    assert await labelled(world, PN) == [("5", ""), ("2", "New"), ("3", "VIP")]
    assert [[it.label_id for it in chat.labels] for chat in await world.listed()] == [["5", "2", "3"]]
    await world.tell(PN, ChatLabelChanged("2", False))
    await world.tell("", LabelChanged("3", "VIP", 4, deleted=True))
    assert await labelled(world, LID) == [("5", "")]
    assert [it.name for it in await world.chats.labels(world.session)] == ["New"]
    await world.tell("status@broadcast", ChatLabelChanged("2", True))


async def test_labels_belong_to_the_number(world: World) -> None:
    await world.tell("", LabelChanged("3", "of no number", 4))
    assert await world.chats.labels(world.session) == []
    await linked(world.store, "4900000")
    await world.tell("", LabelChanged("3", "VIP", 4))
    await world.tell(PN, ChatLabelChanged("3", True))
    await linked(world.store, "4911111")
    assert await labelled(world, PN) == []
    assert await world.chats.labels(world.session) == []
    await world.tell("", LabelChanged("3", "Urgent", 4))
    await linked(world.store, "4900000")
    assert await labelled(world, PN) == [("3", "VIP")]
    await world.store.write(lambda unit: forget_labels(unit, SessionId("ses_a")))
    assert await labelled(world, PN) == []


async def test_statuses_and_channels_are_no_chats(world: World) -> None:
    await world.come("S1", "status@broadcast", sender=PN)
    await world.come("S2", "120363000000000009@newsletter")
    assert await world.listed() == []


async def test_marking_a_chat_read_tells_the_senders_first(world: World) -> None:
    for name in ("A1", "A2"):
        await world.come(name, PN)
    world.activities.read.side_effect = NotConnected
    with pytest.raises(NotConnected):
        await world.chats.mark_read(world.session, PN)
    assert await world.unread() == {PN: 2}
    world.activities.read.side_effect = None
    world.activities.read.return_value = 2
    assert await world.chats.mark_read(world.session, PN) == 2
    assert world.activities.read.await_args.args[1] == ["A2", "A1"]
    assert await world.unread() == {PN: 0}
    assert await world.chats.mark_read(world.session, PN) == 0
    assert world.activities.read.await_count == 2


async def test_another_process_goes_on_where_this_one_was_killed(world: World) -> None:
    await world.come("A1", PN)
    await world.follower.catch_up()
    await world.come("A2", PN)
    world.chats = Chats(world.store, Follower(world.store, ListOfChats()), world.activities)
    assert await world.unread() == {PN: 2}


async def test_a_chat_is_paged_both_ways(world: World) -> None:
    for index in range(7):
        await world.come(f"M{index}", PN)
        await world.come(f"X{index}", OTHER)

    async def piece(name: str, place: object, limit: int = 3) -> tuple[list[str], Place | None, Place | None]:
        found = await world.chats.messages(
            world.session, PN, lambda windows: getattr(windows, name)(*filter(bool, (place, limit)))
        )
        return [it.message_id for it in found.messages], found.older, found.newer

    newest, older, newer = await piece("newest", None)
    assert (newest, newer) == (["M4", "M5", "M6"], None)
    middle, oldest, newer = await piece("before", older)
    assert middle == ["M1", "M2", "M3"]
    assert (await piece("after", newer))[0] == newest
    assert (await piece("before", oldest)) == (["M0"], None, Place(1))
    assert (await piece("around", "M3"))[0] == ["M3", "M4", "M5"]
    assert (await piece("around", "M3", 4))[0] == ["M2", "M3", "M4", "M5"]
    with pytest.raises(UnknownMessage):
        await piece("around", "X3")
    assert await world.chats.messages(world.session, "+49150", lambda it: it.newest(3)) == Window(
        (), None, None
    )


async def test_a_chat_leaves_with_its_last_message(world: World, store: Store) -> None:
    await world.come("A1", PN)
    await world.come("B1", OTHER)
    await world.follower.catch_up()
    keep = {Kind.EVENTS: Keep(0), Kind.MESSAGES: Keep(0)}
    await Retention(store, keep, clock=lambda: now_ms() + 1000).sweep()
    assert list(await world.unread()) == [OTHER]  # the newest message and the newest event stay
