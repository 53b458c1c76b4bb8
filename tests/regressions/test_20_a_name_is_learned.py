"""Never again: learning a person's LID lets a later message overtake an earlier one in the same chat."""

import asyncio

from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.model.content import Text
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session, message

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
PN, LID = "11111@s.whatsapp.net", "10@lid"


async def test_what_waits_under_both_names_goes_out_in_the_order_of_acceptance(
    store: Store, journal: Journal
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    outbox = Outbox(store, journal, sender)
    inbox = Inbox(store, journal, outbox)
    accepted = [await outbox.accept(SES, to, Text("hi")) for to in (LID, PN, LID, PN)]
    await inbox.receive([message(1, "M1", LID, chat_alt=PN)])
    accepted += [await outbox.accept(SES, to, Text("hi")) for to in (PN, LID)]
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        await until_settled(store)
    assert sender.taken == [each.message_id for each in accepted]


async def test_the_name_is_learned_while_an_attempt_is_under_way(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    gate = sender.gates[PN] = asyncio.Event()
    outbox = Outbox(store, journal, sender)
    inbox = Inbox(store, journal, outbox)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        accepted = [await outbox.accept(SES, PN, Text(f"{n}")) for n in range(3)]
        await sender.until_attempts(1)
        await inbox.receive([message(1, "M1", LID, chat_alt=PN)])
        accepted.append(await outbox.accept(SES, LID, Text("must not overtake")))
        for _ in range(200):
            await asyncio.sleep(0)
        assert sender.attempts == [accepted[0].message_id]
        gate.set()
        await until_settled(store)
    assert sender.taken == [each.message_id for each in accepted]


async def test_it_is_learned_while_an_attempt_comes_to_nothing(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    gate = sender.gates[PN] = asyncio.Event()
    sender.dead.add(PN)
    outbox = Outbox(store, journal, sender)
    inbox = Inbox(store, journal, outbox)
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        accepted = [await outbox.accept(SES, PN, Text(f"{n}")) for n in range(2)]
        await sender.until_attempts(1)
        await inbox.receive([message(1, "M1", LID, chat_alt=PN)])
        accepted.append(await outbox.accept(SES, LID, Text("must not overtake")))
        gate.set()
        await sender.until_attempts(2)
        sender.dead.clear()
        await until_settled(store)
    assert sender.taken == [each.message_id for each in accepted]
