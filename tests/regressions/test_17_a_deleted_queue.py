"""Never again: what was accepted for a session that is then deleted stays queued, and nobody is told."""

import pytest

from databases import sql
from holdfast.journal import Journal
from holdfast.messages import MessageReader
from holdfast.model.content import Text
from holdfast.model.errors import UnknownSession
from holdfast.model.events import SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox
from holdfast.store import Store
from house import House
from outbox_stage import ScriptedSender
from rooms import TENANT, add_session, told

SES = SessionRef("ses_a", TENANT, "ses_a", "4900000", "900000@lid")


async def test_deletion_fails_the_queue_in_its_own_unit(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    outbox = Outbox(store, journal, ScriptedSender())
    waiting = [await outbox.accept(SES, to, Text("hi")) for to in ("+11111", "+22222", "+11111")]
    await store.write(lambda unit: outbox.session_deleted(unit, "ses_a"))
    events = await told(journal, "message.status")
    assert [(each["message_id"], each["status"], each["error"]["code"]) for each in events] == [
        (each.message_id, "failed", "session_deleted") for each in waiting
    ]
    shown = await MessageReader(store).get("ses_a", waiting[0].message_id)
    assert shown.outgoing is not None
    assert shown.outgoing.status is SendStatus.FAILED


async def test_a_request_that_is_under_way_meanwhile_is_refused(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    outbox = Outbox(store, journal, ScriptedSender())
    await store.write(lambda unit: unit.run(sql("UPDATE sessions SET state = 'deleted' WHERE id = 'ses_a'")))
    with pytest.raises(UnknownSession):
        await outbox.accept(SES, "+11111", Text("too late"))


async def test_a_real_gateway_tells_what_became_of_it(house: House) -> None:
    await house.http.put("/v1/sessions/shop")
    accepted = await house.http.post(
        "/v1/sessions/shop/messages", json={"to": "+4915100000001", "text": "hi"}
    )
    assert accepted.status_code == 202
    assert (await house.http.delete("/v1/sessions/shop")).status_code == 204
    page = (await house.http.get("/v1/events?format=json&after=&type=message.status&wait_s=10")).json()
    (event,) = page["events"]
    assert event["data"]["message_id"] == accepted.json()["message_id"]
    assert (event["data"]["status"], event["data"]["error"]["code"]) == ("failed", "session_deleted")
