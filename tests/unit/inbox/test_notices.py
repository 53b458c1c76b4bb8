"""Notices are durable before they are confirmed, and told once."""

import pytest

from holdfast.engine import translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.messages import MessageReader
from holdfast.model.notices import GroupChanged, InboundNotice
from holdfast.store import Store
from rooms import EVERYTHING, NobodyTold, add_session, message, told

PN, LID, GROUP = "1@s.whatsapp.net", "10@lid", "7@g.us"


@pytest.fixture
async def inbox(store: Store, journal: Journal) -> Inbox:
    """An inbox for the session `ses_a`."""
    await add_session(store, "ses_a", name="shop")
    return Inbox(store, journal, NobodyTold(), clock=lambda: 5_000)


def joined(delivery_id: int, notice_id: str = "N1") -> InboundNotice:
    return InboundNotice(
        delivery_id, "ses_a", 3, notice_id, 1_000, GROUP, PN, GroupChanged(joined=(LID,)), b"{}", "", LID
    )


async def test_a_notice_is_told_once_beside_messages(inbox: Inbox, journal: Journal) -> None:
    batch = [message(1, "M1"), joined(2), joined(3), joined(4, "N2"), message(5, "M2")]
    assert await inbox.receive(batch) == [1, 2, 3, 4, 5]
    assert await inbox.receive([joined(9)]) == [9]
    notices = [event for event in await told(journal) if "notice" in event]
    assert len(notices) == 2
    assert notices[0] == {
        "chat": GROUP, "sender": LID, "chat_phone": None, "sender_phone": "+1",
        "timestamp": "1970-01-01T00:00:01.000Z",
        "notice": {"kind": "group", "joined": [LID], "deleted": False, "added_us": False},
    }  # fmt: skip
    told_as = [event.type for event in (await journal.read(0, 9, EVERYTHING)).events]
    assert told_as.count("notice.received") == 2


async def test_a_delivery_of_a_newer_engine_is_kept_and_confirmed(inbox: Inbox, journal: Journal) -> None:
    newer = pb.Delivery(session_id="ses_a", delivery_id=7)
    newer.MergeFromString(b"\xfa\x06\x05hello")
    assert await inbox.receive([translate.delivery(newer), translate.delivery(newer)]) == [7, 7]
    (event,) = await told(journal)
    stored = await MessageReader(inbox._store).get("ses_a", str(event["message_id"]))
    assert stored.raw.endswith(b"hello")
