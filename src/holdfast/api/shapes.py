"""The JSON of events and their contents, described for OpenAPI. Written is what `model/events.py` writes."""

from dataclasses import MISSING, fields
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Union, get_args, get_type_hints

from pydantic import BaseModel, Field, create_model

from holdfast.model.content import TYPES
from holdfast.model.events import BackupStatus, EventType, SendStatus, Unlinked
from holdfast.model.media import FileState
from holdfast.model.notices import Notice
from holdfast.model.pairing import PairingStep
from holdfast.model.states import Color, State
from holdfast.model.warnings import WarningCode


def _shape(kind: str, of: type, suffix: str) -> type[BaseModel]:
    """The model of one kind of content or notice: `kind`, then the fields of its type."""
    hints = get_type_hints(of)
    described: dict[str, Any] = {
        it.name: (hints[it.name], ... if it.default is MISSING else it.default) for it in fields(of)
    }
    described["kind"] = (Literal[kind], ...)
    return create_model(of.__name__ + suffix, __doc__=of.__doc__, **described)


#: Any content, told apart by its `kind`.
ContentOut: Final = Annotated[
    Union[tuple(_shape(kind.value, of, "Content") for kind, of in TYPES.items())],  # noqa: UP007 - made from a table
    Field(discriminator="kind"),
]

#: Any notice, told apart in the same way. What did not change is left out.
NoticeOut: Final = Annotated[
    Union[tuple(_shape(of.kind.value, of, "Notice") for of in get_args(Notice))],  # noqa: UP007
    Field(discriminator="kind"),
]


class MessageReceivedOut(BaseModel):
    """A message came: from somebody else, or from another device of the session's number (`from_me`)."""

    message_id: str
    chat: str = Field(description="the person, by LID where it is known, or the group; `to` takes it")
    sender: str
    chat_phone: str | None = Field(description="+4915…, where it is known")
    sender_phone: str | None
    from_me: bool
    group: bool
    timestamp: datetime
    push_name: str = Field(description="the name that the sender shows")
    offline: bool = Field(description="it waited at WhatsApp while the session was away")
    quoted_id: str | None = Field(description="the message that this one replies to")
    mentions: list[str] = Field(
        [], description="JIDs of people; this and what follows only where it says something"
    )
    forwarded: int = Field(0, description="how often it was forwarded, as far as WhatsApp counts")
    view_once: bool = Field(False, description="it can be looked at once")
    disappearing_s: int = Field(0, description="it disappears so long after it was sent; 0: it stays")
    content: ContentOut  # type: ignore[valid-type]
    replaces: str | None = Field(
        None, description="the event that told this message before it could be decrypted"
    )


class ErrorNoteOut(BaseModel):
    """Why a message failed, or why its last attempt did."""

    code: str
    detail: str = Field(description="what WhatsApp or the engine said")


class MessageStatusOut(BaseModel):
    """A message of the session moved forward."""

    message_id: str
    chat: str
    to: str
    status: SendStatus
    error: ErrorNoteOut | None = None
    delivered_to: int = Field(description="members of a group whose receipt came")
    read_by: int


class MessageFileOut(BaseModel):
    """The file of a received message is here (`stored`), or its way has come to a rest elsewhere."""

    message_id: str
    chat: str
    media_id: str = Field(description="GET /v1/media/{media_id}")
    state: FileState
    error: str | None = Field(description="a code, where there is a reason to tell")


class NoticeReceivedOut(BaseModel):
    """WhatsApp told something that is neither message nor receipt: a group changed, somebody calls."""

    chat: str
    sender: str = Field(description="who did it; empty where nobody is named")
    chat_phone: str | None
    sender_phone: str | None
    timestamp: datetime
    notice: NoticeOut  # type: ignore[valid-type]


class SessionStateOut(BaseModel):
    """A session is in another state, or there for another reason."""

    state: State
    previous: State
    color: Color
    reason: str = Field(description="a code; GET the session for its sentence")
    code: int | None = Field(description="WhatsApp's code for what happened")
    phone: str | None
    detail: str
    since: datetime | None
    retry_at: datetime | None
    banned_until: datetime | None
    requires_auth: bool = Field(description="only a new QR code helps")
    notice: str | None = Field(description="`session_expired`, as older systems call it")


class SessionPairingOut(BaseModel):
    """What a person has to do until `valid_until`, or pairing ended for the reason `ended`."""

    step: PairingStep | None = None
    index: int | None = None
    of: int | None = None
    valid_until: datetime | None = None
    ended: str | None = None


class SessionUnlinkingOut(BaseModel):
    """A device that is no longer used was unlinked (`done`), or is best removed on the phone (`by_hand`)."""

    phone: str
    outcome: Unlinked


class SessionHeartbeatOut(BaseModel):
    """A session is connected. Told every five minutes; of each session the newest alone is kept."""

    state: State
    phone: str | None
    heard_at: datetime = Field(description="when WhatsApp was heard last")
    connected_since: datetime


class SessionWarningOut(BaseModel):
    """Something about a session is not as it should be, or (`active` false) is so no longer."""

    code: WarningCode
    active: bool
    since: datetime
    phone: str | None
    measured: int = Field(description="seconds; for `flapping` lost connections")
    limit: int | None = Field(description="from where on it is told; null for `quiet`")


class SessionRenamedOut(BaseModel):
    """The session has another name."""

    name: str
    previous: str


class BotReminderOut(BaseModel):
    """A reminder that a bot has set for a chat is due."""

    bot: str
    chat: str
    name: str
    due_at: datetime
    data: dict[str, Any] = Field(description="what the bot has put there")


class BotFailedOut(BaseModel):
    """A bot gave an event up."""

    bot: str
    chat: str
    event_id: str = Field(description="the event that it could not handle")
    error: str = Field(description="the type of the exception")
    attempts: int
    detail: str


class ChatHandoverOut(BaseModel):
    """A human took a chat over, or gave it back to the bots."""

    chat: str
    active: bool
    by: str = Field(description="`bot:<name>`, or the id of the key that did it")
    note: str
    until: datetime | None


class ConfigurationChangedOut(BaseModel):
    """A document of the configuration has a new version."""

    name: str
    version: int
    author: str = Field(description="the id of the key that wrote it")


class BackupStatusOut(BaseModel):
    """What became of a backup."""

    status: BackupStatus
    archive: str = Field(description="where it lies; empty where there is none")
    numbers: int = Field(description="how many numbers it has")
    error: str = Field(description="why it failed; empty: it did not")


class ApplicationEventOut(BaseModel):
    """Something happened in an application of the gateway."""

    application: str
    name: str = Field(description="as in `booking.created`")
    subject: str = Field(description="what it happened to, by its id")
    chat: str = Field(description="empty where it is about none")
    body: dict[str, Any] = Field(description="described by the application")


class _EventOut(BaseModel):
    event_id: str
    cursor: str = Field(description="continue after this event")
    session_id: str = Field(description="empty for an event that is about no session")
    session: str = Field(description="the session's name")
    seq: int = Field(description="rises within the session")
    at: datetime


class MessageReceivedEvent(_EventOut):
    """A message came."""

    type: Literal[EventType.MESSAGE_RECEIVED]
    data: MessageReceivedOut


class MessageStatusEvent(_EventOut):
    """A message of the session moved forward."""

    type: Literal[EventType.MESSAGE_STATUS]
    data: MessageStatusOut


class MessageFileEvent(_EventOut):
    """The file of a received message is here, or will not come by itself."""

    type: Literal[EventType.MESSAGE_FILE]
    data: MessageFileOut


class NoticeReceivedEvent(_EventOut):
    """WhatsApp told something else."""

    type: Literal[EventType.NOTICE_RECEIVED]
    data: NoticeReceivedOut


class SessionStateEvent(_EventOut):
    """A session changed its state."""

    type: Literal[EventType.SESSION_STATE]
    data: SessionStateOut


class SessionPairingEvent(_EventOut):
    """Pairing moved on."""

    type: Literal[EventType.SESSION_PAIRING]
    data: SessionPairingOut


class SessionUnlinkingEvent(_EventOut):
    """It is known how it stands with a device that is no longer used."""

    type: Literal[EventType.SESSION_UNLINKING]
    data: SessionUnlinkingOut


class SessionHeartbeatEvent(_EventOut):
    """A session is connected."""

    type: Literal[EventType.SESSION_HEARTBEAT]
    data: SessionHeartbeatOut


class SessionWarningEvent(_EventOut):
    """Something about a session is not as it should be, or is so no longer."""

    type: Literal[EventType.SESSION_WARNING]
    data: SessionWarningOut


class SessionRenamedEvent(_EventOut):
    """A session has another name."""

    type: Literal[EventType.SESSION_RENAMED]
    data: SessionRenamedOut


class BotReminderEvent(_EventOut):
    """A reminder of a bot is due."""

    type: Literal[EventType.BOT_REMINDER]
    data: BotReminderOut


class BotFailedEvent(_EventOut):
    """A bot gave an event up."""

    type: Literal[EventType.BOT_FAILED]
    data: BotFailedOut


class ChatHandoverEvent(_EventOut):
    """A chat is with a human, or with the bots again."""

    type: Literal[EventType.CHAT_HANDOVER]
    data: ChatHandoverOut


class ConfigurationChangedEvent(_EventOut):
    """A document of the configuration has a new version."""

    type: Literal[EventType.CONFIGURATION_CHANGED]
    data: ConfigurationChangedOut


class BackupStatusEvent(_EventOut):
    """An archive was made, proved or put back, or could not be; or none has succeeded for too long."""

    type: Literal[EventType.BACKUP_STATUS]
    data: BackupStatusOut


class ApplicationTold(_EventOut):
    """Something happened in an application of the gateway."""

    type: Literal[EventType.APPLICATION_EVENT]
    data: ApplicationEventOut


#: Something that happened. It is told at least once; `event_id` tells whether it is news.
EventOut = Annotated[
    MessageReceivedEvent
    | MessageStatusEvent
    | MessageFileEvent
    | NoticeReceivedEvent
    | SessionStateEvent
    | SessionPairingEvent
    | SessionUnlinkingEvent
    | SessionHeartbeatEvent
    | SessionWarningEvent
    | SessionRenamedEvent
    | BotReminderEvent
    | BotFailedEvent
    | ChatHandoverEvent
    | ConfigurationChangedEvent
    | BackupStatusEvent
    | ApplicationTold,
    Field(discriminator="type"),
]
