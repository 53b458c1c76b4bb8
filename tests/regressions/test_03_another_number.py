"""Never again: what was accepted for one number goes out from another, or its once-only answers pass on."""

from dataclasses import replace

import pytest

from holdfast.journal import Journal
from holdfast.model.content import Text
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.store import Store
from outbox_stage import ScriptedSender, running, until_settled
from rooms import TENANT, add_session, told

ANN = "11111@s.whatsapp.net"
FIRST = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")
SECOND = replace(FIRST, phone="4911111", sender="911111@lid")
UNLINKED = replace(FIRST, phone="", sender="")


@pytest.fixture
async def sender(store: Store) -> ScriptedSender:
    """WhatsApp, for the session `ses_a`."""
    await add_session(store, "ses_a")
    return ScriptedSender()


async def test_a_queue_does_not_pass_to_another_number(
    store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    outbox = Outbox(store, journal, sender)
    async with running(outbox):
        old = await outbox.accept(FIRST, ANN, Text("for the first number"))
        new = await outbox.accept(SECOND, ANN, Text("for the second"))
        outbox.session_up("ses_a", SECOND.phone)
        await until_settled(store)
    assert sender.taken == [new.message_id]
    (failed,) = [each for each in await told(journal, "message.status") if each["status"] == "failed"]
    assert (failed["message_id"], failed["error"]["code"]) == (old.message_id, "number_changed")


async def test_it_does_not_pass_after_a_restart_either(
    store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    await Outbox(store, journal, sender).accept(FIRST, ANN, Text("for the first number"))
    outbox = Outbox(store, journal, sender)
    async with running(outbox):
        outbox.session_up("ses_a", SECOND.phone)
        await until_settled(store)
    assert sender.taken == []


async def test_what_was_accepted_before_any_link_belongs_to_the_first_number_that_is_linked(
    store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    early = await Outbox(store, journal, sender).accept(UNLINKED, ANN, Text("before any number"))
    refusing = ScriptedSender(refusing=True)
    async with running(Outbox(store, journal, refusing)) as first:
        first.session_up("ses_a", FIRST.phone)
        await refusing.until_attempts(1)
    outbox = Outbox(store, journal, sender)
    async with running(outbox):
        outbox.session_up("ses_a", SECOND.phone)
        await until_settled(store)
    assert sender.taken == []
    (failed,) = [each for each in await told(journal, "message.status") if each["status"] == "failed"]
    assert failed["message_id"] == early.message_id


async def test_a_once_only_answer_of_the_first_number_is_said_by_the_second(
    store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    outbox = Outbox(store, journal, sender)
    first = await outbox.accept(FIRST, ANN, Text("Hello!"), "once:greeting")
    again = await outbox.accept(FIRST, ANN, Text("Hello!"), "once:greeting")
    other = await outbox.accept(SECOND, ANN, Text("Hello!"), "once:greeting")
    assert again.message_id == first.message_id != other.message_id


async def test_a_key_used_before_the_link_is_the_same_key_after_it(
    store: Store, journal: Journal, sender: ScriptedSender
) -> None:
    outbox = Outbox(store, journal, sender)
    before = await outbox.accept(UNLINKED, ANN, Text("Hello!"), "k")
    assert (await outbox.accept(FIRST, ANN, Text("Hello!"), "k")).message_id == before.message_id


async def test_messages_may_expire(store: Store, journal: Journal, sender: ScriptedSender) -> None:
    now = [1_000]
    outbox = Outbox(store, journal, sender, clock=lambda: now[0])
    (late, fresh) = await outbox.accept_many(
        [
            SendRequest(FIRST, ANN, Text("soon"), expires_at_ms=2_000),
            SendRequest(FIRST, ANN, Text("any time")),
        ]
    )
    now[0] = 2_000
    async with running(outbox):
        outbox.session_up("ses_a", FIRST.phone)
        await until_settled(store)
    assert sender.taken == [fresh.message_id]  # type: ignore[union-attr]
    (failed,) = [each for each in await told(journal, "message.status") if each["status"] == "failed"]
    assert (failed["message_id"], failed["error"]["code"]) == (late.message_id, "expired")  # type: ignore[union-attr]
