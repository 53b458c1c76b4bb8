"""What the engine answers to questions, acts, transfers and looks at credentials, as frozen values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.engine.facts import Device
from holdfast.model.messages import InboundMessage


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group. `phone` and `lid` are JIDs, empty where unknown."""

    jid: str  #: as the group addresses it
    phone: str = ""
    lid: str = ""
    admin: bool = False
    owner: bool = False
    #: After a change: the number with which WhatsApp refused it for this one, 0 if it is done.
    whatsapp_code: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A group as WhatsApp describes it."""

    group: str
    subject: str = ""
    description: str = ""
    owner: str = ""
    created_ms: int = 0
    announce: bool = False
    locked: bool = False
    disappearing_s: int = 0
    members: tuple[Member, ...] = ()
    join_approval: bool = False  #: an admin lets in whoever follows the link
    members_add: bool = False  #: everybody adds members, not admins alone


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """Somebody who followed a group's link and waits for an admin."""

    member: Member
    requested_ms: int


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What is changed of a group; None stays as it is."""

    description: str | None = None  #: empty removes it
    announce: bool | None = None  #: only admins write
    locked: bool | None = None  #: only admins change subject and picture
    join_approval: bool | None = None
    members_add: bool | None = None
    disappearing_s: int | None = None  #: 0, 86400, 604800 or 7776000


@dataclass(frozen=True, slots=True)
class Registered:
    """Whether a number is on WhatsApp, and under which names."""

    phone: str  #: as asked
    registered: bool
    jid: str = ""
    lid: str = ""


@dataclass(frozen=True, slots=True)
class HistoryChat:
    """A chat as the phone has it, with what was set there."""

    chat: str
    chat_alt: str
    name: str = field(repr=False)
    archived: bool
    muted_until_ms: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class History:
    """A piece of the messages of before the link. Their delivery ids mean nothing."""

    chats: Sequence[HistoryChat]  #: in the first piece
    messages: Sequence[InboundMessage]
    next: int  #: the place after these; 0: that was all


@dataclass(frozen=True, slots=True)
class Picture:
    """A profile picture or a group's."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """The session's number as others see it."""

    jid: str
    lid: str
    push_name: str
    about: str
    picture_id: str


class Activity(StrEnum):
    """What others see of this side in a chat."""

    PAUSED = "paused"
    TYPING = "typing"
    RECORDING = "recording"


class MemberChange(StrEnum):
    """What is done with members of a group."""

    ADD = "add"
    REMOVE = "remove"
    PROMOTE = "promote"
    DEMOTE = "demote"


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of a new session file, and the same wrapped, as it is written beside the file."""

    key: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


class Place(StrEnum):
    """Where a session's folder lies. A snapshot's name is `<number>/<name>`."""

    SESSIONS = "sessions"
    QUARANTINE = "quarantine"
    SNAPSHOTS = "snapshots"


class FindingKind(StrEnum):
    """What can be wrong with a session's file."""

    FOLDER_WITHOUT_FILE = "folder_without_file"
    KEY_DOES_NOT_OPEN = "key_does_not_open"
    FILE_DAMAGED = "file_damaged"
    DEVICE_MISSING = "device_missing"
    KEY_MALFORMED = "key_malformed"
    SIGNED_PRE_KEY_UNSIGNED = "signed_pre_key_unsigned"
    ACCOUNT_UNSIGNED = "account_unsigned"
    DEVICE_UNSIGNED = "device_unsigned"
    APP_STATE_KEYS_MISSING = "app_state_keys_missing"
    SCHEMA_UNKNOWN = "schema_unknown"
    OTHER = "other"  #: newer than this gateway


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: FindingKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """How a session's file was found. Without findings it could connect."""

    findings: tuple[Finding, ...]
    device: Device | None
    #: Of its credentials, the same as of a snapshot that holds them; empty when they could not be read.
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a snapshot that was asked for."""

    #: 0: nothing was written, because the credentials are still those of the digest that was named.
    size_bytes: int
    digest: bytes
