"""Notices: what WhatsApp tells that is neither message nor receipt and must not be lost. Pure.

Absent means unchanged: None where a value may be empty or false.
"""

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import ClassVar

from holdfast.model.content import Json
from holdfast.model.ids import SessionId


class NoticeKind(StrEnum):
    """What a notice is about."""

    GROUP = "group"
    IDENTITY = "identity"
    CALL = "call"
    PICTURE = "picture"
    CONTACT = "contact"
    HISTORY = "history"
    REACHOUT_LOCK = "reachout_lock"
    PRESENCE = "presence"
    ACTIVITY = "activity"
    LABEL = "label"
    CHAT_LABEL = "chat_label"
    OTHER = "other"


class CallStep(StrEnum):
    """How far a call is."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ENDED = "ended"
    OTHER = "other"


class SeenActivity(StrEnum):
    """What somebody does in a chat."""

    PAUSED = "paused"
    TYPING = "typing"
    RECORDING = "recording"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """A group's members or settings changed. Members are JIDs without device."""

    kind: ClassVar[NoticeKind] = NoticeKind.GROUP
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    promoted: tuple[str, ...] = ()
    demoted: tuple[str, ...] = ()
    subject: str | None = None
    description: str | None = None
    announce: bool | None = None  #: only admins write
    locked: bool | None = None  #: only admins change subject and picture
    disappearing_s: int | None = None
    deleted: bool = False
    added_us: bool = False  #: this number is in the group from now on


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """Somebody's keys are new: another phone, or WhatsApp installed again."""

    kind: ClassVar[NoticeKind] = NoticeKind.IDENTITY
    implicit: bool = False  #: seen by the engine, not told by WhatsApp


@dataclass(frozen=True, slots=True)
class CallReceived:
    """Somebody calls, or a call went on."""

    kind: ClassVar[NoticeKind] = NoticeKind.CALL
    call_id: str
    step: CallStep
    video: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True)
class PictureChanged:
    """A person's or group's picture is another one; empty: removed."""

    kind: ClassVar[NoticeKind] = NoticeKind.PICTURE
    picture_id: str = ""


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """What is known of a person changed."""

    kind: ClassVar[NoticeKind] = NoticeKind.CONTACT
    about: str | None = field(default=None, repr=False)
    push_name: str | None = field(default=None, repr=False)
    business_name: str | None = field(default=None, repr=False)
    saved_name: str | None = field(default=None, repr=False)  #: as in the phone's address book


@dataclass(frozen=True, slots=True)
class HistoryOffered:
    """The phone shares messages of before the link."""

    kind: ClassVar[NoticeKind] = NoticeKind.HISTORY
    conversations: int = 0
    progress: int = 0  #: percent


@dataclass(frozen=True, slots=True)
class ReachoutLock:
    """The number may begin no new chats for a while; without `until_ms` it may again."""

    kind: ClassVar[NoticeKind] = NoticeKind.REACHOUT_LOCK
    until_ms: int | None = None
    reason: str = ""  #: WhatsApp's own word for it


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Somebody who is watched came online or left. Best effort: WhatsApp may leave some out."""

    kind: ClassVar[NoticeKind] = NoticeKind.PRESENCE
    available: bool
    last_seen_ms: int | None = None  #: None: hidden, or not told


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """Somebody who is watched types, records or stopped. Best effort, like presence."""

    kind: ClassVar[NoticeKind] = NoticeKind.ACTIVITY
    activity: SeenActivity


@dataclass(frozen=True, slots=True)
class LabelChanged:
    """A label of the number was made, changed or deleted on the phone or another companion."""

    kind: ClassVar[NoticeKind] = NoticeKind.LABEL
    label_id: str
    name: str = field(default="", repr=False)
    color: int = 0  #: WhatsApp's number of the colour
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ChatLabelChanged:
    """The chat was given a label, or it was taken away."""

    kind: ClassVar[NoticeKind] = NoticeKind.CHAT_LABEL
    label_id: str
    applied: bool


@dataclass(frozen=True, slots=True)
class OtherNotice:
    """A notice that has no type here yet; `name` is the engine's word for it, `raw` the event as JSON."""

    kind: ClassVar[NoticeKind] = NoticeKind.OTHER
    name: str = ""
    raw: str = field(default="", repr=False)


Notice = (
    GroupChanged
    | IdentityChanged
    | CallReceived
    | PictureChanged
    | ContactChanged
    | HistoryOffered
    | ReachoutLock
    | PresenceChanged
    | ActivityChanged
    | LabelChanged
    | ChatLabelChanged
    | OtherNotice
)


@dataclass(frozen=True, slots=True)
class InboundNotice:
    """A notice that waits for confirmation. Comes again under the same `notice_id` until it is confirmed."""

    delivery_id: int
    session_id: SessionId
    epoch: int
    notice_id: str
    timestamp_ms: int
    chat: str  #: group or person it is about
    sender: str  #: who did it, empty if unknown
    notice: Notice
    raw: bytes = field(repr=False)
    chat_alt: str = ""
    sender_alt: str = ""
    #: Of HistoryOffered: what the history is asked for with.
    offer: bytes = field(default=b"", repr=False)


def notice_to_json(notice: Notice) -> dict[str, Json]:
    """A notice on the wire: its kind and what is known; what did not change is left out."""
    known = {name: value for name, value in asdict(notice).items() if value is not None and value != ()}
    return {"kind": notice.kind.value, **known}


_TYPES: dict[str, type[Notice]] = {
    it.kind.value: it
    for it in (
        GroupChanged,
        IdentityChanged,
        CallReceived,
        PictureChanged,
        ContactChanged,
        HistoryOffered,
        ReachoutLock,
        PresenceChanged,
        ActivityChanged,
        LabelChanged,
        ChatLabelChanged,
    )
}


def notice_from_json(body: dict[str, Json]) -> Notice:
    """A notice from the wire. What is newer than this program is OtherNotice."""
    made = _TYPES.get(str(body.get("kind")))
    if made is None:
        return OtherNotice(str(body.get("name") or ""), str(body.get("raw") or ""))
    known = {name: _value(value) for name, value in body.items() if name in {it.name for it in fields(made)}}
    if made is CallReceived:
        step = str(known.get("step"))
        known["step"] = CallStep(step) if step in set(CallStep) else CallStep.OTHER
    if made is ActivityChanged:
        seen = str(known.get("activity"))
        known["activity"] = SeenActivity(seen) if seen in set(SeenActivity) else SeenActivity.OTHER
    return made(**known)  # type: ignore[arg-type]


def _value(value: Json) -> object:
    return tuple(map(str, value)) if isinstance(value, list) else value
