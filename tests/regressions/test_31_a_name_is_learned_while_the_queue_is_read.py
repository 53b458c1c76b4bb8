"""Never again: a message is forgotten until the next start, because its chat's second name is learned while
the queue is counted or read.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.model.content import Text
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.store import ReadUnit, Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session, message

T = TypeVar("T")

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
PN, LID = "11111@s.whatsapp.net", "10@lid"


class SlowReads:
    """What is read for the driver in one way is what was true then, and comes when `go` is set."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, named: str, **wanted: str) -> None:
        self.read, self.go = asyncio.Event(), asyncio.Event()
        at_once = store.read

        async def slow(work: Callable[[ReadUnit], T]) -> T:
            result = await at_once(work)
            asked, keywords = getattr(work, "func", work), getattr(work, "keywords", {})
            if asked.__name__ == named and wanted.items() <= keywords.items():
                self.read.set()
                await self.go.wait()
            return result

        monkeypatch.setattr(store, "read", slow)


async def test_while_the_chats_are_counted(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    accepted = [await Outbox(store, journal, sender).accept(SES, PN, Text("before the start"))]
    outbox = Outbox(store, journal, sender)
    inbox = Inbox(store, journal, outbox)
    count = SlowReads(store, monkeypatch, "_census")
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await count.read.wait()
        await inbox.receive([message(1, "M1", LID, chat_alt=PN)])
        count.go.set()
        await until_settled(store)
    assert sender.taken == [each.message_id for each in accepted]


async def test_while_the_chats_messages_are_read(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    gate = sender.gates[PN] = asyncio.Event()
    before = Outbox(store, journal, sender)
    accepted = [await before.accept(SES, to, Text("before the start")) for to in (PN, PN, LID)]
    outbox = Outbox(store, journal, sender)
    inbox = Inbox(store, journal, outbox)
    lane = SlowReads(store, monkeypatch, "_lane", chat=LID)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await sender.until_attempts(1)
        await lane.read.wait()
        await inbox.receive([message(1, "M1", LID, chat_alt=PN)])
        lane.go.set()
        for _ in range(200):
            await asyncio.sleep(0)
        assert sender.attempts == [accepted[0].message_id]  # the others must not overtake it
        gate.set()
        await until_settled(store)
    assert sender.taken == [each.message_id for each in accepted]
