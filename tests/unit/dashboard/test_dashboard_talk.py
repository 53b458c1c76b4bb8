"""A chat's view: whose words, which file, who answers; and what others wrote stays words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast.client import HeldChat, Message, MessageMedia
from holdfast.dashboard.talk import file_of, holder, lines, marked, push_names, strangers
from holdfast.dashboard.telling import described, own_words, told
from holdfast.model.content import (
    TYPES,
    Contact,
    Document,
    Edit,
    Image,
    Json,
    Location,
    MessageKind,
    Poll,
    PollVote,
    Reaction,
    Text,
    Undecryptable,
    content_from_json,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def message(content: dict[str, Json] | None = None, **more: Any) -> Message:
    body: dict[str, Any] = {
        "message_id": "M1",
        "direction": "in",
        "chat": "1@g.us",
        "sender": "2@lid",
        "from_me": False,
        "group": True,
        "push_name": "Ann",
        "timestamp": NOW.isoformat(),
        "content": content or {"kind": "text", "text": "Hello"},
    }
    return Message.read(body | more)


def with_file(state: str, mimetype: str = "image/jpeg", error: str = "") -> Message:
    content: dict[str, Json] = {"kind": "image", "media_id": "med_1", "mimetype": mimetype, "text": ""}
    made = message(content)
    media = MessageMedia("med_1", state, error, "")
    return Message(*(media if name == "media" else getattr(made, name) for name in Message.__slots__))


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_says_something_to_a_person(kind: MessageKind) -> None:
    content = content_from_json({"kind": kind.value})
    assert type(content) is TYPES[kind]
    assert told(content).strip()
    assert "_" not in told(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Text("Hi"), "Hi"),
        (Image(text="The house"), "The house"),
        (Image(), "Picture"),
        (Document(file_name="bill.pdf"), "Document: bill.pdf"),
        (Location(48.1374, 11.5755, "Marienplatz"), "Location: Marienplatz"),
        (Location(48.1374, 11.5755), "Location: 48.13740, 11.57550"),
        (Contact("Ben"), "Contact: Ben"),
        (Poll("Tea?", ("yes", "no")), "Tea?"),
        (PollVote("M1", ("yes",), ("a",)), "Voted: yes"),
        (PollVote("M1"), "Took a vote back"),
        (Reaction("M1", ""), "Took a reaction back"),
        (Edit("M1", "new words"), "Corrected a message: new words"),
        (Undecryptable(), "A message that no key fits yet"),
    ],
)
def test_what_a_line_says(content: Any, said: str) -> None:
    assert told(content) == said


def test_a_correction_is_no_word_of_its_own_and_a_poll_names_its_options() -> None:
    assert own_words(Edit("M1", "new")) == ""
    assert described(Poll("Tea?", ("yes", "no"))) == "Poll: yes, no"


def test_in_a_group_everybody_has_a_name_and_we_have_none() -> None:
    seen = [
        message(),
        message(sender="3@lid", push_name="", message_id="M2"),
        message(direction="out", from_me=True, sender="9@lid", push_name="", message_id="M3"),
        message(group=False, push_name="Cleo", sender="4@lid", message_id="M4"),
    ]
    assert strangers(seen) == ["3@lid"]
    assert push_names(seen) == {"2@lid": "Ann"}
    drawn = lines(seen, {**push_names(seen), "3@lid": "+49 1511 2345678"})
    assert [it.sender for it in drawn] == ["Ann", "+49 1511 2345678", "", ""]
    assert [it.ours for it in drawn] == [False, False, True, False]


def test_an_answer_shows_what_it_answers_as_far_as_that_is_known() -> None:
    seen = [message(), message(message_id="M2", quoted_id="M1"), message(message_id="M3", quoted_id="M0")]
    assert [it.quoted for it in lines(seen, {})] == ["", "Hello", "An earlier message"]


def test_what_became_of_a_message_is_said_in_words() -> None:
    failed = {"status": "failed", "error": {"code": "x", "message": "not on WhatsApp"}}
    (drawn,) = lines([message(direction="out", from_me=True, sent=failed)], {})
    assert (drawn.tick, drawn.said) == ("!", "not sent: not on WhatsApp")


@pytest.mark.parametrize(
    ("mimetype", "shown"),
    [
        ("image/jpeg", "image"),
        ("image/svg+xml", "file"),
        ("text/html", "file"),
        ("audio/ogg; codecs=opus", "audio"),
        ("video/mp4", "video"),
        ("", "file"),
    ],
)
def test_a_browser_shows_by_itself_only_what_cannot_run(mimetype: str, shown: str) -> None:
    file = file_of(with_file("stored", mimetype))
    assert file is not None
    assert (file.shown, file.href) == (shown, "/files/med_1")


@pytest.mark.parametrize(
    ("state", "why", "can_fetch"),
    [
        ("waiting", "It is being fetched.", False),
        ("wanted", "It is being fetched.", False),
        ("skipped", "It is not fetched yet.", True),
        ("failed", "It is not fetched yet.", True),
    ],
)
def test_a_file_that_is_not_here_says_why_and_has_no_address(state: str, why: str, can_fetch: bool) -> None:
    file = file_of(with_file(state))
    assert file is not None
    assert (file.href, file.why, file.can_fetch) == ("", why, can_fetch)


def test_who_has_a_chat() -> None:
    def held(by: str) -> HeldChat:
        return HeldChat("1@lid", by, "", NOW, None)

    assert holder(None, "key_1") == ""
    assert holder(held("bot:chauffeur"), "key_1") == "The bot chauffeur has handed this chat to you"
    assert holder(held("key_1"), "key_1") == "You have this chat"
    assert holder(held("key_2"), "key_1") == "A colleague has this chat"


@pytest.mark.parametrize(
    ("text", "wanted", "drawn"),
    [
        ("Are you open?", "open", "Are you <mark>open</mark>?"),
        ("Opening hours", "open", "<mark>Open</mark>ing hours"),
        ("reopen", "open", "reopen"),
        ("<b>open</b>", "open", "&lt;b&gt;<mark>open</mark>&lt;/b&gt;"),
        ("open", "<script>", "open"),
        ("a+b", '"', "a+b"),
    ],
)
def test_what_was_found_is_marked_and_escaped(text: str, wanted: str, drawn: str) -> None:
    assert marked(Text(text), wanted) == drawn
