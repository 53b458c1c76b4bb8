"""A text from a linked number, by the outbox: once, and only while that number is connected."""

import pytest

from alert_stage import MINUTE, TENANT, stage, state, title
from databases import sql
from holdfast.alerts import Wishes
from holdfast.journal import Journal
from holdfast.model.alerts import Delivery
from holdfast.model.errors import NotConnected, RecipientInvalid, UnknownSession
from holdfast.model.reasons import Reason
from holdfast.outbox.v1.whatsapp_pb2 import Message
from holdfast.store import Store

QUEUED = sql("SELECT m.raw, m.to_jid FROM messages m WHERE m.session_id = 'ses_b' ORDER BY m.order_no")
FORGET_SENT = sql("UPDATE alert_deliveries SET state = 'waiting', attempts = 0, next_at_ms = 0")


async def texts(store: Store) -> list[tuple[str, str]]:
    rows = await store.read(lambda unit: unit.all(QUEUED))
    return [(Message.FromString(bytes(raw)).conversation, to) for raw, to in rows]


async def test_another_number_tells_once_whatever_is_killed(store: Store, journal: Journal) -> None:
    async with stage(store, journal) as here:
        await here.alerts.put_number(TENANT, "me", "taxi", "+49 151 123", Wishes())
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        # Killed after the outbox had it and before that was written down.
        await here.kill()
        await store.write(lambda unit: unit.run(FORGET_SENT))
        here.start()
        await here.later(MINUTE)
        ((text, to),) = await texts(store)
        assert to == "49151123@s.whatsapp.net"
        assert text.startswith(f"[Holdfast] {title(Reason.BANNED)}\n")
        (told,) = (await here.alerts.history(TENANT))[0].notified
        assert told.state is Delivery.SENT


async def test_a_number_that_is_not_connected_tells_later(store: Store, journal: Journal) -> None:
    async with stage(store, journal) as here:
        here.sessions.up = False
        await here.alerts.put_number(TENANT, "me", "taxi", "+49151123", Wishes())
        with pytest.raises(NotConnected, match="taxi"):
            await here.alerts.test(TENANT, "me")
        await here.tell(state(Reason.BANNED))
        await here.later(5 * MINUTE)
        assert await texts(store) == []
        here.sessions.up = True
        await here.later(60 * MINUTE)
        assert len(await texts(store)) == 1


async def test_it_needs_a_session_and_a_number(store: Store, journal: Journal) -> None:
    async with stage(store, journal) as here:
        with pytest.raises(UnknownSession):
            await here.alerts.put_number(TENANT, "me", "nobody", "+49151123", Wishes())
        with pytest.raises(RecipientInvalid):
            await here.alerts.put_number(TENANT, "me", "taxi", "me", Wishes())
