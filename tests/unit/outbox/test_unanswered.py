"""The oldest message without an answer: what a link that is up and deaf is known by."""

import asyncio

from holdfast.journal import Journal
from holdfast.model.content import Text
from holdfast.model.errors import NotConnected
from holdfast.model.ids import SessionId
from holdfast.model.messages import SendAck
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, RetryPolicy
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session

SES = SessionRef(SessionId("ses_a"), TENANT, "ses_a", "4900000", "900000@lid")
ANN, BOB = "11111@s.whatsapp.net", "22222@s.whatsapp.net"
#: Once an attempt has come to nothing there is no second one in this test.
PATIENT = RetryPolicy(pace=1000)


class Unreachable(ScriptedSender):
    """Nothing leaves this machine."""

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        await super().send(session_id, message_id, to, message)
        raise NotConnected


async def until_oldest(outbox: Outbox, order_no: int | None) -> None:
    async with asyncio.timeout(60):
        while outbox.oldest_unanswered(SES.session_id) != order_no:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0)


async def test_it_is_the_oldest_of_those_that_were_handed_over(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender()
    sender.gates = {ANN: asyncio.Event(), BOB: asyncio.Event()}
    outbox = Outbox(store, journal, sender)
    accepted = {
        m.message_id: (m.order_no, to)
        for to in (ANN, BOB)
        for m in [await outbox.accept(SES, to, Text("hi"))]
    }
    assert outbox.oldest_unanswered(SES.session_id) is None  # accepted, and not handed over
    async with running(outbox):
        outbox.session_up(SES.session_id, SES.phone)
        await sender.until_attempts(2)
        # Which chat comes first is nobody's promise.
        (first, to_first), (second, to_second) = [accepted[message_id] for message_id in sender.attempts]
        await until_oldest(outbox, first)
        sender.gates[to_first].set()
        await until_oldest(outbox, second)
        sender.gates[to_second].set()
        await until_oldest(outbox, None)


async def test_an_unknown_outcome_is_no_answer_and_a_deletion_ends_the_waiting(
    store: Store, journal: Journal
) -> None:
    await add_session(store, "ses_a")
    sender = ScriptedSender(refusing=True)
    outbox = Outbox(store, journal, sender, policy=PATIENT)
    sent = await outbox.accept(SES, ANN, Text("hi"))
    async with running(outbox):
        outbox.session_up(SES.session_id, SES.phone)
        await until_settled(store, 1)
        await sender.until_attempts(1)
        await until_oldest(outbox, sent.order_no)
        outbox.session_down(SES.session_id)
        assert outbox.oldest_unanswered(SES.session_id) == sent.order_no
        await store.write(lambda unit: outbox.session_deleted(unit, SES.session_id))
        await until_oldest(outbox, None)


async def test_what_never_left_this_machine_waits_for_no_answer(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    sender = Unreachable()
    outbox = Outbox(store, journal, sender, policy=PATIENT)
    await outbox.accept(SES, ANN, Text("hi"))
    async with running(outbox):
        outbox.session_up(SES.session_id, SES.phone)
        await sender.until_attempts(1)
        await until_oldest(outbox, None)
