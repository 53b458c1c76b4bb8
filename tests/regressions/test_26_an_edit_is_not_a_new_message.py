"""A bot hears a message once: edits, deletions, reactions and late content never repeat an order."""

from typing import Any

import pytest

from holdfast.bots import Bot, Chat, command
from holdfast.client import Client, Event

BOOK = {"kind": "text", "text": "/book 3 pm"}


def received(number: int, content: dict[str, Any], **more: Any) -> Event:
    data = {"message_id": f"M{number}", "chat": "4915@lid", "sender": "4915@lid", "content": content, **more}
    frame = {"event_id": f"evt_{number}", "cursor": str(number), "session_id": "ses_1", "session": "main"}
    return Event.read({**frame, "seq": number, "type": "message.received", "data": data})


AFTERWARDS = [
    received(2, {"kind": "edit", "edited": "M1", "text": "/book 3 pm, please"}),
    received(3, {"kind": "revoke", "revoked": "M1"}),
    received(4, {"kind": "reaction", "reacted_to": "M1", "emoji": "/book"}),
    received(5, {"kind": "undecryptable", "why": "no session"}),
    received(6, {"kind": "untranslatable", "why": "no such field"}),
    received(7, {"kind": "other", "protobuf_field": "pollUpdateMessage"}),
    received(8, {"kind": "invented_later", "text": "/book"}),
]


class Taxi:
    """A bot whose handlers have no filter but the command, or none at all."""

    def __init__(self, **asked: Any) -> None:
        self.bot, self.booked, self.client = Bot("taxi"), [], Client("http://127.0.0.1:9", "hf_test")

        @self.bot.on(command("book"), **asked)
        async def book(chat: Chat) -> None:
            self.booked.append(chat.event.event_id)

        @self.bot.on(**asked)
        async def rest(chat: Chat) -> None:
            self.booked.append(chat.event.event_id)

    async def hear(self, *events: Event) -> list[str]:
        for event in events:
            await self.bot.route(Chat(self.client, event, "taxi"))
        return self.booked


async def test_one_order_is_booked_once() -> None:
    assert await Taxi().hear(received(1, BOOK), *AFTERWARDS) == ["evt_1"]


async def test_content_that_comes_late_is_heard_once() -> None:
    lost = received(1, {"kind": "undecryptable", "why": "no session"})
    late = received(2, BOOK, replaces="evt_1")
    assert await Taxi().hear(lost, late) == ["evt_2"]


@pytest.mark.parametrize("event", AFTERWARDS[:6], ids=lambda it: str(it.raw["content"]["kind"]))
async def test_who_asks_for_a_kind_hears_it(event: Event) -> None:
    kind = str(event.raw["content"]["kind"])
    assert await Taxi(kinds={kind}).hear(received(1, BOOK), event) == [event.event_id]
