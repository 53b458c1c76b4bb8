"""Messages are found by their words, in both kinds of database alike."""

from collections.abc import Sequence
from unittest.mock import create_autospec

import pytest

from databases import refuse_writes, sql
from holdfast.chats import Telling
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.kit.clock import now_ms
from holdfast.messages import Follower
from holdfast.model.content import Content, Edit, Image, Poll, Revoke, Text, Undecryptable
from holdfast.model.errors import RecipientInvalid, RequestInvalid
from holdfast.outbox import Outbox
from holdfast.retention import Keep, Kind, Retention
from holdfast.search import Index, Search, Where
from holdfast.store import Store
from rooms import TENANT, add_session, message

PN, LID, OTHER, GROUP = "49151@s.whatsapp.net", "900@lid", "49152@s.whatsapp.net", "120363000000000001@g.us"


class World:
    """Inbox, outbox and search of two sessions, on one database."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.store = store
        self.outbox = Outbox(store, journal, create_autospec(object))
        index = Index()
        self.inbox = Inbox(store, journal, Telling(self.outbox, index.again))
        self.search = Search(store, Follower(store, index))
        self._delivery = 0

    async def come(self, message_id: str, content: Content | str, chat: str = PN, **more: object) -> None:
        """A message comes."""
        self._delivery += 1
        content = Text(content) if isinstance(content, str) else content
        raw = f"raw {self._delivery}".encode()
        fields = {"content": content, "raw": raw, **more}
        await self.inbox.receive([message(self._delivery, message_id, chat, **fields)])

    async def find(
        self, text: str, session_id: str | None = "ses_a", chat: str | None = None
    ) -> Sequence[str]:
        """The ids of what matches."""
        found = await self.search.find(text, Where(TENANT, session_id, chat), before=None, limit=50)
        assert found.complete
        return [it.message_id for it in found.messages]


@pytest.fixture
async def world(store: Store, journal: Journal) -> World:
    for name in ("ses_a", "ses_b"):
        await add_session(store, name)
    return World(store, journal)


async def test_words_in_any_order_as_beginnings_and_phrases_as_they_are(world: World) -> None:
    await world.come("M1", "I am on my way to the Café")
    await world.come("M2", "the way is long, my friend")
    await world.come("M3", Image("Caféhaus", media_id=""))
    await world.come("M4", Poll("Which day?", ("Monday", "Tuesday")))
    assert await world.find("way my") == ["M2", "M1"]
    assert await world.find('"my way"') == ["M1"]
    assert await world.find("cafe") == ["M3", "M1"]
    assert await world.find('"cafe"') == ["M1"]
    assert await world.find("MONDAY") == ["M4"]
    assert await world.find("nowhere") == []


async def test_of_one_session_one_chat_or_everything(world: World) -> None:
    await world.come("A1", "hello", PN)
    await world.come("A2", "hello", OTHER)
    await world.come("A3", "hello", LID, chat_alt=PN)
    await world.come("B1", "hello", PN, session_id="ses_b")
    assert await world.find("hello") == ["A3", "A2", "A1"]
    assert await world.find("hello", None) == ["B1", "A3", "A2", "A1"]
    assert await world.find("hello", "ses_a", "+49151") == ["A3", "A1"]
    deleted = sql("UPDATE sessions SET deleted_at_ms = 1 WHERE id = 'ses_b'")
    await world.store.write(lambda unit: unit.run(deleted))
    assert await world.find("hello", None) == ["A3", "A2", "A1"]
    with pytest.raises(RecipientInvalid):
        await world.find("hello", "ses_a", "nobody at all")


async def test_pages(world: World) -> None:
    for index in range(5):
        await world.come(f"M{index}", "again")
    where, ids = Where(TENANT, "ses_a"), []
    before: int | None = None
    for _ in range(3):
        found = await world.search.find("again", where, before=before, limit=2)
        ids.append([it.message_id for it in found.messages])
        before = found.next
    assert (ids, before) == ([["M4", "M3"], ["M2", "M1"], ["M0"]], None)


async def test_an_edit_stands_for_what_it_edits_and_a_deletion_takes_all_of_it_away(world: World) -> None:
    await world.come("M1", "see you at five")
    await world.come("E1", Edit("M1", "see you at six"))
    await world.come("E2", Edit("M1", "see you at seven"))
    assert await world.find("see you") == ["E2"]
    await world.come("R1", Revoke("M1"))
    assert await world.find("see you") == []


async def test_nobody_edits_or_deletes_what_others_wrote(world: World) -> None:
    await world.come("M1", "mine", GROUP, sender=PN, group=True)
    await world.come("E1", Edit("M1", "forged"), GROUP, sender=OTHER, group=True)
    await world.come("E2", Edit("M1", "forged"), OTHER)
    await world.come("R1", Revoke("M1"), OTHER)
    assert await world.find("mine") == ["M1"]
    assert await world.find("forged") == []


async def test_what_comes_late_is_found_in_its_place(world: World) -> None:
    await world.come("M1", Undecryptable("no key"))
    await world.come("M2", "words")
    assert await world.find("words") == ["M2"]
    await world.come("M1", "words")
    assert await world.find("words") == ["M2", "M1"]


async def test_another_process_goes_on_where_this_one_was_killed(world: World) -> None:
    await world.come("M1", "first")
    assert await world.find("first") == ["M1"]
    await world.come("M2", "second")
    world.search = Search(world.store, Follower(world.store, Index()))
    assert await world.find("second") == ["M2"]
    assert await world.find("first") == ["M1"]


async def test_what_retention_deletes_is_found_no_more(world: World, store: Store) -> None:
    await world.come("M1", "old words")
    await world.come("M2", "new words")
    assert await world.find("words") == ["M2", "M1"]
    keep = {Kind.EVENTS: Keep(0), Kind.MESSAGES: Keep(0)}
    await Retention(store, keep, clock=lambda: now_ms() + 1000).sweep()
    assert await world.find("words") == ["M2"]
    left = sql(
        "SELECT count(*) FROM search WHERE search MATCH 'old'",
        "SELECT count(*) FROM search WHERE words @@ 'old'",
    )
    assert await store.read(lambda unit: unit.scalar(left)) == 0


@pytest.mark.parametrize(
    "hostile",
    [
        '"', '""x"', "x' OR 1=1 --", "words:x", "NEAR(x y)", "x AND", "^x", "x*", "{x}", "-x", "x\\",
        ":*x", "x <-> y", "%", "'",
        "\u200bx\u200d",
        "\ud800x", "\0x", "(", "😀" * 30, "x " * 30, "x" * 5_000, "\u202e" * 5_000, "東" * 32,
    ],
)  # fmt: skip
async def test_whatever_is_looked_for_is_looked_for_or_refused(world: World, hostile: str) -> None:
    await world.come("M1", "x y")
    try:
        assert set(await world.find(hostile)) <= {"M1"}
    except RequestInvalid as refused:
        assert refused.next_step  # noqa: PT017


async def test_what_is_in_the_index_is_found_on_a_disk_that_takes_nothing(world: World) -> None:
    await world.come("M1", "here")
    assert await world.find("here") == ["M1"]
    await world.come("M2", "here")
    refuse_writes(world.store)
    found = await world.search.find("here", Where(TENANT, "ses_a"), before=None, limit=9)
    assert [it.message_id for it in found.messages] == ["M1"]
    assert not found.complete
