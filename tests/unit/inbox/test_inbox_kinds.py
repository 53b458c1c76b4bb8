"""Kinds that are about another message, in whatever order they come and under whatever name."""

import pytest

from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import MessageReader
from holdfast.model import content as c
from holdfast.model.messages import InboundMessage
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session, message, told

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
PN, LID = "11111@s.whatsapp.net", "10@lid"


@pytest.fixture
async def outbox(store: Store, journal: Journal) -> Outbox:
    """An outbox, and its session."""
    await add_session(store, "ses_a", jid="4900000@s.whatsapp.net", lid="900000@lid")
    return Outbox(store, journal, ScriptedSender())


async def arrived(journal: Journal) -> list[tuple[str, str]]:
    """Ids and kinds in the journal, in its order."""
    return [(it["message_id"], it["content"]["kind"]) for it in await told(journal, "message.received")]


async def test_what_changes_a_message_may_come_before_it_and_twice(
    outbox: Outbox, store: Store, journal: Journal
) -> None:
    inbox = Inbox(store, journal, outbox)
    early: list[InboundMessage] = [
        message(1, "E1", PN, content=c.Edit("M1", "better")),
        message(2, "R1", PN, content=c.Reaction("M1", "👍")),
        message(3, "V1", PN, content=c.PollVote("P1", (), ("00",))),
        message(4, "D1", PN, content=c.Revoke("M1")),
        message(5, "M1", PN, content=c.Text("good")),
        message(6, "P1", PN, content=c.Poll("?", ("a", "b"))),
    ]
    assert await inbox.receive(early) == [1, 2, 3, 4, 5, 6]
    again = [message(10 + n, it.message_id, PN, content=it.content) for n, it in enumerate(early)]
    assert await inbox.receive(again[::-1]) == [15, 14, 13, 12, 11, 10]
    assert await arrived(journal) == [
        ("E1", "edit"),
        ("R1", "reaction"),
        ("V1", "poll_vote"),
        ("D1", "revoke"),
        ("M1", "text"),
        ("P1", "poll"),
    ]
    shown = await MessageReader(store).get("ses_a", "M1")
    assert shown.content == c.Text("good")


async def test_a_reaction_under_the_hidden_name_belongs_to_the_chat_known_by_number(
    outbox: Outbox, store: Store, journal: Journal
) -> None:
    inbox = Inbox(store, journal, outbox)
    (sent,) = await outbox.accept_many([SendRequest(SES, PN, c.Text("hello"))])
    assert not isinstance(sent, Exception)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert sent.chat == PN  # nobody knew the hidden name yet
    heart = message(1, "R1", LID, chat_alt=PN, content=c.Reaction(sent.message_id, "👍"))
    await inbox.receive([heart, heart])
    (event,) = await told(journal, "message.received")
    assert (event["chat"], event["chat_phone"]) == (LID, "+11111")
    reader = MessageReader(store)
    for name in (PN, LID, "+11111"):
        page = await reader.page("ses_a", chat=name, direction=None, after=0, limit=10)
        assert [it.message_id for it in page] == [sent.message_id, "R1"]
    # And what is about either finds it, whichever name a program uses.
    for to in (LID, PN):
        (answer,) = await outbox.accept_many([SendRequest(SES, to, c.Reaction(sent.message_id, "👋"))])
        assert not isinstance(answer, Exception), answer
        assert answer.chat == LID
