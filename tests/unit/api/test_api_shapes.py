"""What OpenAPI says of events is what is written: every type, every kind of content, key by key."""

from dataclasses import MISSING, fields, replace
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from holdfast.api.shapes import EventOut
from holdfast.model.attributes import Attributes
from holdfast.model.content import TYPES, Content, MessageKind
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
    Unlinked,
    event_to_json,
)
from holdfast.model.media import FileState
from holdfast.model.notices import (
    ActivityChanged,
    CallReceived,
    CallStep,
    ChatLabelChanged,
    ContactChanged,
    GroupChanged,
    HistoryOffered,
    IdentityChanged,
    LabelChanged,
    Notice,
    OtherNotice,
    PictureChanged,
    PresenceChanged,
    ReachoutLock,
    SeenActivity,
)
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode

DESCRIBED: TypeAdapter[Any] = TypeAdapter(EventOut)


def made(of: type[Content]) -> Content:
    """A content of this type, with something in every field."""
    examples: dict[Any, Any] = {str: "x", int: 7, bool: True, float: 1.5, tuple[str, ...]: ("a", "b")}
    examples |= {int | None: 7, float | None: 1.5}
    return of(**{it.name: examples[it.type] for it in fields(of)})


def received(content: Content, replaces: str | None = None) -> MessageReceived:
    return MessageReceived("M1", "4915@lid", "4915@lid", content, 1_700_000_000_000, replaces=replaces)


NOTICES: list[Notice] = [
    GroupChanged(joined=("4915@lid",), subject="Tea", announce=False),
    IdentityChanged(),
    CallReceived("call_1", CallStep.OFFERED),
    PictureChanged("7"),
    ContactChanged(push_name="Ann"),
    HistoryOffered(3, 100),
    ReachoutLock(5_000, "DEFAULT"),
    PresenceChanged(False, 4_000),
    ActivityChanged(SeenActivity.TYPING),
    LabelChanged("3", "VIP", 4),
    ChatLabelChanged("3", True),
    OtherNotice("melted"),
]
EVENTS: list[EventData] = [
    *(received(made(of)) for of in TYPES.values()),
    received(made(TYPES[MessageKind.TEXT]), replaces="evt_0"),
    replace(received(made(TYPES[MessageKind.TEXT])), attributes=Attributes("M0", ("1@lid",), 2, True, 86400)),
    *(NoticeReceived("1@g.us", "4915@lid", notice, 1_700_000_000_000) for notice in NOTICES),
    MessageStatusChanged("M1", "4915@lid", "4915@lid", SendStatus.READ),
    MessageStatusChanged(
        "M1", "1@g.us", "1@g.us", SendStatus.FAILED, ErrorNote("send_rejected", "463"), 2, 1
    ),
    MessageFileChanged("M1", "4915@lid", "med_1", FileState.FAILED, "media_gone"),
    SessionStateChanged(State.BANNED, State.CONNECTED, "banned", "+4915", "x", 1, 2, 3, code=402),
    SessionPairing(1, 6, 1_700_000_000_000),
    SessionPairing(ended="pairing_timed_out"),
    SessionUnlinking("+4915", Unlinked.BY_HAND),
    SessionHeartbeat(State.CONNECTED, "+4915", 1_700_000_000_000, 1_600_000_000_000),
    SessionWarning(WarningCode.FLAPPING, True, 1_700_000_000_000, "+4915", 7, 6),
    SessionWarning(WarningCode.QUIET, False, 1_700_000_000_000),
    SessionRenamed("office", "shop"),
    BotReminder("taxi", "1@lid", "confirm", 1_700_000_000_000),
    BotFailed("taxi", "1@lid", "evt_1", "ValueError", 3, "no such day"),
    ChatHandover("1@lid", True, "bot:taxi", "asks for a boss", 1_700_000_000_000),
    ConfigurationChanged("pricing", 3, "key_1"),
    BackupStatusChanged(BackupStatus.CREATED, "/mnt/usb/holdfast.backup", 2),
    ApplicationEvent("chauffeur", "booking.created", "bkg_1", "1@lid", {"reference": "ABC234"}),
]


def written(data: EventData) -> dict[str, Any]:
    frame = {"event_id": "evt_1", "cursor": "c", "session_id": "ses_1", "session": "main", "seq": 1}
    return {**frame, "type": data.type.value, "at": "2026-01-01T00:00:00.000Z", "data": event_to_json(data)}


def keys(value: Any) -> Any:
    """The names in a JSON value, at every depth."""
    return {name: keys(below) for name, below in value.items()} if isinstance(value, dict) else None


@pytest.mark.parametrize("data", EVENTS, ids=lambda it: f"{it.type} {getattr(it, 'content', '')}"[:60])
def test_what_is_written_is_what_is_described(data: EventData) -> None:
    event = written(data)
    described = DESCRIBED.validate_python(event).model_dump(mode="json", exclude_unset=True)
    assert keys(described) == keys(event)


def test_no_type_of_event_is_forgotten() -> None:
    assert {type(data) for data in EVENTS} == set(get_args(EventData))
    assert {type(notice) for notice in NOTICES} == set(get_args(Notice))


def test_every_field_of_a_content_is_described_with_its_default() -> None:
    schemas = DESCRIBED.json_schema()["$defs"]
    for of in TYPES.values():
        described = schemas[f"{of.__name__}Content"]
        assert set(described["properties"]) == {"kind", *(it.name for it in fields(of))}
        needed = {it.name for it in fields(of) if it.default is MISSING}
        assert set(described["required"]) == {"kind", *needed}
