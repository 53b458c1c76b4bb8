"""Examples that no conversation can play, and that every example is played by one of both."""

from pathlib import Path
from typing import Any

import pytest

from holdfast.bots import HANDLED, UNHANDLED, Chat, load
from holdfast.client import Client, Event
from holdfast.client.steps import BotState

EXAMPLES = Path(__file__).parents[3] / "examples"
CLIENT = Client("http://127.0.0.1:9", "hf_test")


def message(content: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"message_id": "M1", "chat": "1@lid", "content": content, **more}
    return {"type": "message.received", "data": data}


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (message({"kind": "edit", "edited": "M0", "text": "two"}), "changed it"),
        (message({"kind": "reaction", "reacted_to": "M0", "emoji": "👍"}), "Thank you for the 👍"),
        (message({"kind": "text", "text": "bot, hello"}, group=True), "👋"),
        (message({"kind": "text", "text": "hello"}, group=True), None),
        (
            {
                "type": "notice.received",
                "data": {"chat": "1@lid", "notice": {"kind": "call", "call_id": "C"}},
            },
            "Please write",
        ),
    ],
)
async def test_ears(event: dict[str, Any], answer: str | None) -> None:
    bot = load(EXAMPLES / "ears.py")
    body = {"event_id": "evt_1", "cursor": "1", "session_id": "ses_1", **event}
    chat = Chat(CLIENT, Event.read(body), bot.name, BotState())
    assert await bot.route(chat) is (UNHANDLED if answer is None else HANDLED)
    step = chat.step("test")
    assert (answer or "") in str(step and step.sends)


def test_every_example_is_played() -> None:
    talks = "\n".join(it.read_text() for it in (EXAMPLES / "talks").rglob("*.talk"))
    here = Path(__file__).read_text()
    for file in EXAMPLES.glob("*.py"):
        name = file.name
        played = name in talks or f"bots: {file.stem}" in talks or name in here
        assert played or name.startswith("test_"), name
