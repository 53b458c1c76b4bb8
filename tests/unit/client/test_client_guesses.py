"""Who guesses an attribute is told where it is; copies and pickles of events still work."""

import copy
import pickle
from unittest.mock import create_autospec

import pytest

from holdfast.bots import Chat
from holdfast.client import Client, Event

EVENT = Event.read(
    {
        "event_id": "evt_1",
        "cursor": "k1.1",
        "session_id": "ses_1",
        "session": "office",
        "seq": 1,
        "type": "message.received",
        "at": "2026-01-01T12:00:00.000Z",
        "data": {
            "message_id": "3EB0",
            "chat": "1@lid",
            "sender": "1@lid",
            "content": {"kind": "text", "text": "hi"},
            "timestamp_ms": 1,
            "push_name": "Ann",
        },
    }
)


def guess(owner: object, name: str) -> str:
    with pytest.raises(AttributeError) as told:
        getattr(owner, name)
    return str(told.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("push_name", "it is `event.data.push_name`"),
        ("message_id", "it is `event.data.message_id`"),
        ("sesion", "Did you mean 'session'?"),
        ("zebra", "'Event' has no attribute 'zebra'"),
        ("__deepcopy__", "'Event' has no attribute '__deepcopy__'"),
    ],
)
def test_an_event_says_where_it_is(name: str, says: str) -> None:
    assert says in guess(EVENT, name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("push_name", "it is `chat.event.data.push_name`"),
        ("session_id", "it is `chat.event.session_id`"),
        ("media", "it is `chat.client.media`"),
        ("answer", "'Chat' has no attribute 'answer'"),
        ("repyl", "Did you mean 'reply'?"),
    ],
)
def test_a_chat_says_where_it_is(name: str, says: str) -> None:
    chat = Chat(create_autospec(Client, instance=True), EVENT, "bot")
    chat.client.media = object()  # type: ignore[assignment]  # which is made by the client's own start
    assert says in guess(chat, name)


def test_an_event_is_copied_and_pickled() -> None:
    assert copy.deepcopy(EVENT) == EVENT
    assert pickle.loads(pickle.dumps(EVENT)) == EVENT
    assert (EVENT.data.push_name, EVENT.text) == ("Ann", "hi")  # type: ignore[union-attr]
