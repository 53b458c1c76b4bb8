"""Content and events come back from JSON as they were, and what a newer version wrote does no harm."""

from dataclasses import fields
from typing import get_args

import pytest

from holdfast.model import content as c
from holdfast.model import notices as n
from holdfast.model.attributes import Attributes
from holdfast.model.events import (
    ApplicationEvent,
    BackupStatus,
    BackupStatusChanged,
    BotFailed,
    BotReminder,
    ChatHandover,
    ConfigurationChanged,
    ErrorNote,
    EventData,
    EventType,
    MessageFileChanged,
    MessageReceived,
    MessageStatusChanged,
    NoticeReceived,
    SendStatus,
    SessionHeartbeat,
    SessionPairing,
    SessionRenamed,
    SessionStateChanged,
    SessionUnlinking,
    SessionWarning,
    UnknownEvent,
    Unlinked,
    event_from_json,
    event_to_json,
)
from holdfast.model.media import FileState
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode

ONE_OF_EACH: list[c.Content] = [
    c.Text("words"),
    *(
        made("caption", "a/b", 7, "name", 3)
        for made in (c.Image, c.Video, c.Audio, c.Voice, c.Document, c.Sticker)
    ),
    c.Location(1.5, -2.5, "name", "address"),
    c.LiveLocation(1.5, -2.5, "caption", 10, 2.5, 90, 7),
    c.Contact("Ann", "BEGIN:VCARD"),
    c.Poll("when?", ("now", "later"), 1),
    c.PollVote("P1", ("yes",), ("8a79",)),
    c.Reaction("M1", "👍"),
    c.Edit("M1", "new words"),
    c.Revoke("M1"),
    c.GroupInvite("1@g.us", "CODE", "Tea", "come", 5_000),
    c.CalendarEvent("Tea", 5_000, 6_000, "cake", "Gate", "Square 1", 1.5, -2.5, "https://x", True),
    c.Undecryptable("no key"),
    c.Untranslatable("why"),
    c.Other("listMessage"),
]
NOTICES: list[n.Notice] = [
    n.GroupChanged(("1@lid",), ("2@lid",), ("3@lid",), ("4@lid",), "new", "", False, True, 0, True, True),
    n.GroupChanged(subject=""),
    n.IdentityChanged(True),
    n.CallReceived("C1", n.CallStep.OFFERED, True, True),
    n.PictureChanged("17"),
    n.ContactChanged("about", "push", "business", "saved"),
    n.ContactChanged(about=""),
    n.HistoryOffered(3, 50),
    n.ReachoutLock(5_000, "DEFAULT"),
    n.ReachoutLock(),
    n.PresenceChanged(True),
    n.PresenceChanged(False, 4_000),
    n.ActivityChanged(n.SeenActivity.RECORDING),
    n.LabelChanged("3", "VIP", 4, True),
    n.ChatLabelChanged("3", True),
    n.OtherNotice("Blocklist", "{}"),
]
EVENTS: list[EventData] = [
    MessageReceived(
        "M1",
        "1@lid",
        "2@lid",
        c.Text("hi"),
        1_500,
        "+1",
        "+2",
        True,
        True,
        "Ann",
        True,
        Attributes("M0", ("3@lid",), 5, True, 86400),
        "evt_1",
    ),
    MessageReceived("M1", "1@lid", "2@lid", c.Poll("q", ("a",)), 0),
    MessageStatusChanged(
        "M1", "1@lid", "1@s.whatsapp.net", SendStatus.FAILED, ErrorNote("code", "why"), 2, 1
    ),
    MessageFileChanged("M1", "1@lid", "med_1", FileState.FAILED, "media_gone"),
    MessageFileChanged("M1", "1@lid", "med_1", FileState.STORED),
    SessionStateChanged(
        State.BANNED, State.CONNECTED, "banned", "+1", "detail", 1, 2, 3, True, 402, "session_expired"
    ),
    SessionStateChanged(State.CONNECTED, State.CONNECTING, "logged_in"),
    *(NoticeReceived("1@g.us", "2@lid", notice, 1_500, None, "+2") for notice in NOTICES),
    SessionPairing(1, 6, 5_000),
    SessionPairing(ended="linked"),
    SessionUnlinking("+4915", Unlinked.DONE),
    SessionHeartbeat(State.CONNECTED, "+4915", 1_700_000_000_000, 1_600_000_000_000),
    SessionWarning(WarningCode.FLAPPING, True, 1_700_000_000_000, "+4915", 7, 6),
    SessionWarning(WarningCode.QUIET, False, 1_700_000_000_000),
    SessionRenamed("office", "shop"),
    BotReminder("taxi", "1@lid", "confirm", 1_700_000_000_000, {"n": 1}),
    BotFailed("taxi", "1@lid", "evt_1", "ValueError", 3, "no such day"),
    ChatHandover("1@lid", True, "bot:taxi", "asks for a boss", 1_700_000_000_000),
    ConfigurationChanged("pricing", 3, "key_1"),
    BackupStatusChanged(BackupStatus.CREATED, "/mnt/usb/holdfast.backup", 2),
    ApplicationEvent("chauffeur", "booking.created", "bkg_1", "1@lid", {"reference": "ABC234"}),
]


def test_there_is_an_example_of_every_kind_and_every_event() -> None:
    assert {each.kind for each in ONE_OF_EACH} == set(c.TYPES) == set(c.MessageKind)
    assert {each.type for each in EVENTS} == set(EventType)


@pytest.mark.parametrize("content", ONE_OF_EACH, ids=lambda it: it.kind.value)
def test_a_content_comes_back_from_json_as_it_was(content: c.Content) -> None:
    body = c.content_to_json(content)
    assert set(body) == {"kind"} | {each.name for each in fields(content)}
    assert c.content_from_json(body) == content
    assert c.content_from_json(body | {"newer": 1}) == content


@pytest.mark.parametrize("kind", list(c.MessageKind))
def test_a_content_without_its_fields_is_still_of_its_kind(kind: c.MessageKind) -> None:
    assert c.content_from_json({"kind": kind.value}).kind is kind


def test_a_kind_of_a_newer_version_is_other() -> None:
    assert c.content_from_json({"kind": "hologram", "depth": 3}) == c.Other("hologram")


def test_there_is_an_example_of_every_notice() -> None:
    assert {each.kind for each in NOTICES} == set(n.NoticeKind)


def test_a_notice_of_a_newer_version_is_other() -> None:
    assert n.notice_from_json({"kind": "storm"}) == n.OtherNotice()
    called = n.notice_from_json({"kind": "call", "call_id": "C1", "step": "held", "newer": 1})
    assert called == n.CallReceived("C1", n.CallStep.OTHER)


def test_the_words_of_each_kind() -> None:
    words = {each.kind.value: c.text_of(each) for each in ONE_OF_EACH if c.text_of(each)}
    captions = dict.fromkeys(
        ["image", "video", "audio", "voice", "document", "sticker", "live_location"], "caption"
    )
    assert words == {
        "text": "words",
        "poll": "when?",
        "edit": "new words",
        "group_invite": "come",
        **captions,
    }


def test_no_words_are_shown_where_a_content_is_logged() -> None:
    for content in ONE_OF_EACH:
        assert "words" not in repr(content)
        assert "caption" not in repr(content)


@pytest.mark.parametrize("data", EVENTS, ids=lambda it: it.type.value)
def test_an_event_comes_back_from_json_as_it_was(data: EventData) -> None:
    assert event_from_json(data.type, event_to_json(data)) == data


def test_what_is_newer_than_this_program_is_kept() -> None:
    assert event_from_json("message.melted", {"a": 1}) == UnknownEvent({"a": 1})
    state = event_to_json(SessionStateChanged(State.CONNECTED, State.NEW, "linked")) | {"state": "dreaming"}
    assert event_from_json("session.state", state) == UnknownEvent(state)


def test_every_type_of_event_is_in_the_union() -> None:
    assert {each.type for each in get_args(EventData)} == set(EventType)


def test_programs_of_version_0_1_read_an_event_by_key() -> None:
    data = MessageReceived("M1", "1@lid", "2@lid", c.Image("caption", "image/png", 9), 0, push_name="Ann")
    assert (data["kind"], data["text"], data["mimetype"], data["push_name"]) == (
        "image", "caption", "image/png", "Ann",
    )  # fmt: skip
    assert data.get("nothing", 7) == 7
    with pytest.raises(KeyError):
        data["nothing"]
    failed = MessageStatusChanged("M1", "1@lid", "1@lid", SendStatus.FAILED, ErrorNote("code", "why"))
    assert failed["error"] == {"code": "code", "detail": "why", "message": "why"}
