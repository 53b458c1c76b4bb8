"""Never again: one dead chat with a long backlog stalls every other chat of the number."""

from holdfast.journal import Journal
from holdfast.model.content import Text
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
DEAD, ALIVE = "11111@s.whatsapp.net", "22222@s.whatsapp.net"


async def test_six_hundred_messages_for_a_dead_chat_hold_up_nobody(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    sender.dead.add(DEAD)
    outbox = Outbox(store, journal, sender)
    await outbox.accept_many([SendRequest(SES, DEAD, Text(f"{n}")) for n in range(600)])
    behind = await outbox.accept(SES, ALIVE, Text("not for the dead chat"))
    async with running(Outbox(store, journal, sender)) as again:
        again.session_up("ses_a", "4900000")
        await until_settled(store, 600)
    assert sender.taken == [behind.message_id]


async def test_a_thousand_dead_chats_hold_up_nobody(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    dead = [f"{10_000 + n}@s.whatsapp.net" for n in range(1_000)]
    sender.dead |= set(dead)
    outbox = Outbox(store, journal, sender)
    await outbox.accept_many([SendRequest(SES, to, Text("hi")) for to in dead])
    async with running(outbox):
        outbox.session_up("ses_a", "4900000")
        behind = await outbox.accept(SES, ALIVE, Text("hi"))
        await until_settled(store, 1_000)
    assert sender.taken == [behind.message_id]
