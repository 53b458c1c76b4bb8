"""Events: what the journal holds and consumers read. One frozen type per type of event. Pure.

`event_to_json` gives the `data` of the wire, `event_from_json` reads it. Codes only: the sentences for a
human come from `model/words`, at the edge. Times are milliseconds UTC inside and ISO 8601 on the wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final, cast

from holdfast.kit.iso import iso, iso_or_none, ms_of
from holdfast.model.attributes import NONE, Attributes, attributes_from_json, attributes_to_json
from holdfast.model.content import Content, Json, Other, content_from_json, content_to_json
from holdfast.model.media import FileState
from holdfast.model.notices import Notice, OtherNotice, notice_from_json, notice_to_json
from holdfast.model.pairing import PairingStep
from holdfast.model.states import Color, State
from holdfast.model.warnings import WarningCode


class EventType(StrEnum):
    """Every type of event."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_STATUS = "message.status"
    MESSAGE_FILE = "message.file"
    NOTICE_RECEIVED = "notice.received"
    SESSION_STATE = "session.state"
    SESSION_PAIRING = "session.pairing"
    SESSION_UNLINKING = "session.unlinking"
    SESSION_HEARTBEAT = "session.heartbeat"
    SESSION_WARNING = "session.warning"
    SESSION_RENAMED = "session.renamed"
    BOT_REMINDER = "bot.reminder"
    BOT_FAILED = "bot.failed"
    CHAT_HANDOVER = "chat.handover"
    CONFIGURATION_CHANGED = "configuration.changed"
    BACKUP_STATUS = "backup.status"
    APPLICATION_EVENT = "application.event"


class SendStatus(StrEnum):
    """The life of a message that was accepted. It only moves forward; `failed` and `read` are ends."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Readable:
    """Reading an event's data by key, for programs that were written for version 0.1.

    What a message holds stood beside its other fields then, `kind` and `text` among them.
    """

    __slots__ = ()

    def __getitem__(self, key: str) -> Json:
        """The value under this key. Raises KeyError."""
        return _flat(self)[key]

    def get(self, key: str, default: Json = None) -> Json:
        """The value under this key, else `default`."""
        return _flat(self).get(key, default)


@dataclass(frozen=True, slots=True)
class MessageReceived(Readable):
    """A message came: from somebody else, or from another device of the session's number (`from_me`).

    Chat and sender are the LID where it is known; the phone numbers stand beside them where they are.
    `replaces` is the event id under which the same message was told when it could not be decrypted.
    """

    type: ClassVar[EventType] = EventType.MESSAGE_RECEIVED
    message_id: str
    chat: str
    sender: str
    content: Content
    timestamp_ms: int
    chat_phone: str | None = None
    sender_phone: str | None = None
    from_me: bool = False
    group: bool = False
    push_name: str = field(default="", repr=False)
    offline: bool = False
    attributes: Attributes = NONE
    replaces: str | None = None

    @property
    def quoted_id(self) -> str | None:
        """The message that this one replies to."""
        return self.attributes.quoted_id


@dataclass(frozen=True, slots=True)
class NoticeReceived(Readable):
    """WhatsApp told something that is neither message nor receipt: a group changed, somebody calls.

    Chat and sender are named as in MessageReceived; the sender is empty where nobody is named.
    """

    type: ClassVar[EventType] = EventType.NOTICE_RECEIVED
    chat: str
    sender: str
    notice: Notice
    timestamp_ms: int
    chat_phone: str | None = None
    sender_phone: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """Why a message failed, or why its last attempt did. `detail` is what WhatsApp or the engine said."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MessageStatusChanged(Readable):
    """A message of ours moved forward.

    In a group `delivered_to` and `read_by` count the members whose receipts came, and the status stays
    `sent`: one member's receipt says nothing about the others.
    """

    type: ClassVar[EventType] = EventType.MESSAGE_STATUS
    message_id: str
    chat: str
    to: str
    status: SendStatus
    error: ErrorNote | None = None
    delivered_to: int = 0
    read_by: int = 0


@dataclass(frozen=True, slots=True)
class MessageFileChanged(Readable):
    """The file of a received message is here (`stored`), or its way has come to a rest elsewhere.

    `error` is a code, where there is a reason to tell.
    """

    type: ClassVar[EventType] = EventType.MESSAGE_FILE
    message_id: str
    chat: str
    media_id: str
    state: FileState
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SessionStateChanged(Readable):
    """A session is in another state, or there for another reason."""

    type: ClassVar[EventType] = EventType.SESSION_STATE
    state: State
    previous: State
    reason: str
    phone: str | None = None
    detail: str = ""
    since_ms: int | None = None
    retry_at_ms: int | None = None
    banned_until_ms: int | None = None
    requires_auth: bool = False
    #: WhatsApp's code for what happened, where it gave one.
    code: int | None = None
    #: The name under which owners of older systems are told that only a new QR code helps: `session_expired`.
    notice: str | None = None

    @property
    def color(self) -> Color:
        """What a human sees first."""
        return self.state.color


@dataclass(frozen=True, slots=True)
class SessionPairing(Readable):
    """What a person has to do until `valid_until_ms`, or pairing ended for the reason `ended`.

    `index` of `of` counts QR codes. No code stands here: it is asked for.
    """

    type: ClassVar[EventType] = EventType.SESSION_PAIRING
    index: int | None = None
    of: int | None = None
    valid_until_ms: int | None = None
    ended: str | None = None
    step: PairingStep | None = None


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a type that is newer than this program. `data` is what came."""

    data: Mapping[str, Json] = field(repr=False)


class Unlinked(StrEnum):
    """How it stands with a device that is no longer used and still linked."""

    DONE = "done"
    BY_HAND = "by_hand"  # better removed on the phone; it is tried on


@dataclass(frozen=True, slots=True)
class SessionUnlinking:
    """A device of the session that is no longer used was unlinked at WhatsApp, or could not be."""

    type: ClassVar[EventType] = EventType.SESSION_UNLINKING
    phone: str
    outcome: Unlinked


@dataclass(frozen=True, slots=True)
class SessionHeartbeat(Readable):
    """A session is connected: WhatsApp was heard at `heard_ms`. Told every five minutes.

    Of each session the newest alone is kept: a consumer that was away is not told of the earlier ones.
    """

    type: ClassVar[EventType] = EventType.SESSION_HEARTBEAT
    state: State
    phone: str | None
    heard_ms: int
    #: Since when this connection is up.
    connected_since_ms: int


@dataclass(frozen=True, slots=True)
class SessionWarning(Readable):
    """Something about a session is not as it should be (`active`), or is so no longer. Its state stays.

    `measured` and `limit` are seconds, for `flapping` a number of lost connections; `quiet` has no limit.
    """

    type: ClassVar[EventType] = EventType.SESSION_WARNING
    code: WarningCode
    active: bool
    since_ms: int
    phone: str | None = None
    measured: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRenamed(Readable):
    """The session has another name. Programs that address it by id or number need not care."""

    type: ClassVar[EventType] = EventType.SESSION_RENAMED
    name: str
    previous: str


@dataclass(frozen=True, slots=True)
class BotReminder(Readable):
    """A reminder that a bot has set for a chat is due. `data` is what the bot has put there."""

    type: ClassVar[EventType] = EventType.BOT_REMINDER
    bot: str
    chat: str
    name: str
    due_ms: int
    data: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class BotFailed(Readable):
    """A bot gave an event up after so many attempts.

    `error` is the type of the last exception, `detail` its words.
    """

    type: ClassVar[EventType] = EventType.BOT_FAILED
    bot: str
    chat: str
    event_id: str
    error: str
    attempts: int
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChatHandover(Readable):
    """A human took a chat over (`active`), until then where a time is set, or gave it back to the bots."""

    type: ClassVar[EventType] = EventType.CHAT_HANDOVER
    chat: str
    active: bool
    by: str
    note: str = field(default="", repr=False)
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ConfigurationChanged(Readable):
    """A document of the configuration has a new version, written by this key. It is about no session."""

    type: ClassVar[EventType] = EventType.CONFIGURATION_CHANGED
    name: str
    version: int
    author: str


class BackupStatus(StrEnum):
    """What became of a backup."""

    CREATED = "created"
    VERIFIED = "verified"
    FAILED = "failed"
    RESTORED = "restored"
    #: None of the schedule has succeeded for too long.
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class BackupStatusChanged(Readable):
    """An archive was made, proved or put back, or could not be. It is about no session.

    `archive` is where it lies, empty where there is none; `numbers` is how many it has.
    """

    type: ClassVar[EventType] = EventType.BACKUP_STATUS
    status: BackupStatus
    archive: str = ""
    numbers: int = 0
    #: Why it failed.
    error: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationEvent(Readable):
    """Something happened in an application that the gateway mounts.

    It is `name` of `subject`, as in `booking.created` of a booking's id. What `body` holds is the
    application's to say.
    """

    type: ClassVar[EventType] = EventType.APPLICATION_EVENT
    application: str
    name: str
    subject: str
    #: The chat that it is about, empty where it is about none.
    chat: str = ""
    body: Mapping[str, Json] = field(default_factory=dict, repr=False)


EventData = (
    MessageReceived
    | MessageStatusChanged
    | MessageFileChanged
    | NoticeReceived
    | SessionStateChanged
    | SessionPairing
    | SessionUnlinking
    | SessionHeartbeat
    | SessionWarning
    | SessionRenamed
    | BotReminder
    | BotFailed
    | ChatHandover
    | ConfigurationChanged
    | BackupStatusChanged
    | ApplicationEvent
)


def event_to_json(data: EventData) -> dict[str, Json]:
    """The `data` of an event on the wire."""
    match data:
        case MessageReceived():
            return _received_to_json(data)
        case MessageStatusChanged():
            return _status_to_json(data)
        case MessageFileChanged():
            return _file_to_json(data)
        case NoticeReceived():
            return _notice_to_json(data)
        case SessionStateChanged():
            return _state_to_json(data)
        case SessionPairing():
            return _pairing_to_json(data)
        case SessionUnlinking():
            return {"phone": data.phone, "outcome": data.outcome.value}
        case SessionHeartbeat():
            return _heartbeat_to_json(data)
        case SessionWarning():
            return _warning_to_json(data)
        case SessionRenamed():
            return {"name": data.name, "previous": data.previous}
        case BotReminder():
            return _reminder_to_json(data)
        case BotFailed():
            return _failed_to_json(data)
        case ChatHandover():
            return _handover_to_json(data)
        case ConfigurationChanged():
            return {"name": data.name, "version": data.version, "author": data.author}
        case BackupStatusChanged():
            return {
                "status": data.status.value,
                "archive": data.archive,
                "numbers": data.numbers,
                "error": data.error,
            }
        case ApplicationEvent():
            return _application_to_json(data)


def _flat(data: object) -> dict[str, Json]:
    body = event_to_json(cast(EventData, data))
    content = body.pop("content", None)
    error = body.get("error")
    if isinstance(error, dict):
        body["error"] = {**error, "message": error.get("detail")}
    return {**body, **content} if isinstance(content, dict) else body


def event_from_json(type_: str, body: Mapping[str, Json]) -> EventData | UnknownEvent:
    """The typed data of an event. What is newer than this program is kept, not understood."""
    read = _READERS.get(type_)
    try:
        return UnknownEvent(body) if read is None else read(body)
    except ValueError:  # a state or status that is newer than this program
        return UnknownEvent(body)


def _application_to_json(it: ApplicationEvent) -> dict[str, Json]:
    return {
        "application": it.application,
        "name": it.name,
        "subject": it.subject,
        "chat": it.chat,
        "body": dict(it.body),
    }


def _application_from_json(body: Mapping[str, Json]) -> ApplicationEvent:
    told = body.get("body")
    return ApplicationEvent(
        application=_text(body, "application"),
        name=_text(body, "name"),
        subject=_text(body, "subject"),
        chat=_text(body, "chat"),
        body=told if isinstance(told, dict) else {},
    )


def _received_to_json(it: MessageReceived) -> dict[str, Json]:
    body: dict[str, Json] = {
        "message_id": it.message_id,
        "chat": it.chat,
        "sender": it.sender,
        "chat_phone": it.chat_phone,
        "sender_phone": it.sender_phone,
        "from_me": it.from_me,
        "group": it.group,
        "timestamp": iso(it.timestamp_ms),
        "push_name": it.push_name,
        "offline": it.offline,
        **attributes_to_json(it.attributes),
        "content": content_to_json(it.content),
    }
    if it.replaces is not None:
        body["replaces"] = it.replaces
    return body


def _received_from_json(body: Mapping[str, Json]) -> MessageReceived:
    content = body.get("content")
    return MessageReceived(
        message_id=_text(body, "message_id"),
        chat=_text(body, "chat"),
        sender=_text(body, "sender"),
        content=content_from_json(content) if isinstance(content, dict) else Other(),
        timestamp_ms=_ms(body, "timestamp") or 0,
        chat_phone=_text_or_none(body, "chat_phone"),
        sender_phone=_text_or_none(body, "sender_phone"),
        from_me=bool(body.get("from_me")),
        group=bool(body.get("group")),
        push_name=_text(body, "push_name"),
        offline=bool(body.get("offline")),
        attributes=attributes_from_json(body),
        replaces=_text_or_none(body, "replaces"),
    )


def _notice_to_json(it: NoticeReceived) -> dict[str, Json]:
    return {
        "chat": it.chat,
        "sender": it.sender,
        "chat_phone": it.chat_phone,
        "sender_phone": it.sender_phone,
        "timestamp": iso(it.timestamp_ms),
        "notice": notice_to_json(it.notice),
    }


def _notice_from_json(body: Mapping[str, Json]) -> NoticeReceived:
    notice = body.get("notice")
    return NoticeReceived(
        chat=_text(body, "chat"),
        sender=_text(body, "sender"),
        notice=notice_from_json(notice) if isinstance(notice, dict) else OtherNotice(),
        timestamp_ms=_ms(body, "timestamp") or 0,
        chat_phone=_text_or_none(body, "chat_phone"),
        sender_phone=_text_or_none(body, "sender_phone"),
    )


def _status_to_json(it: MessageStatusChanged) -> dict[str, Json]:
    body: dict[str, Json] = {
        "message_id": it.message_id,
        "chat": it.chat,
        "to": it.to,
        "status": it.status.value,
        "delivered_to": it.delivered_to,
        "read_by": it.read_by,
    }
    if it.error is not None:
        body["error"] = {"code": it.error.code, "detail": it.error.detail}
    return body


def _status_from_json(body: Mapping[str, Json]) -> MessageStatusChanged:
    error = body.get("error")
    return MessageStatusChanged(
        message_id=_text(body, "message_id"),
        chat=_text(body, "chat"),
        to=_text(body, "to"),
        status=SendStatus(_text(body, "status")),
        error=ErrorNote(_text(error, "code"), _text(error, "detail")) if isinstance(error, dict) else None,
        delivered_to=_count(body, "delivered_to"),
        read_by=_count(body, "read_by"),
    )


def _file_to_json(it: MessageFileChanged) -> dict[str, Json]:
    return {
        "message_id": it.message_id,
        "chat": it.chat,
        "media_id": it.media_id,
        "state": it.state.value,
        "error": it.error,
    }


def _file_from_json(body: Mapping[str, Json]) -> MessageFileChanged:
    return MessageFileChanged(
        message_id=_text(body, "message_id"),
        chat=_text(body, "chat"),
        media_id=_text(body, "media_id"),
        state=FileState(_text(body, "state")),
        error=_text_or_none(body, "error"),
    )


def _state_to_json(it: SessionStateChanged) -> dict[str, Json]:
    return {
        "state": it.state.value,
        "previous": it.previous.value,
        "color": it.color.value,
        "reason": it.reason,
        "code": it.code,
        "phone": it.phone,
        "detail": it.detail,
        "since": iso_or_none(it.since_ms),
        "retry_at": iso_or_none(it.retry_at_ms),
        "banned_until": iso_or_none(it.banned_until_ms),
        "requires_auth": it.requires_auth,
        "notice": it.notice,
    }


def _state_from_json(body: Mapping[str, Json]) -> SessionStateChanged:
    code = body.get("code")
    return SessionStateChanged(
        state=State(_text(body, "state")),
        previous=State(_text(body, "previous")),
        reason=_text(body, "reason"),
        phone=_text_or_none(body, "phone"),
        detail=_text(body, "detail"),
        since_ms=_ms(body, "since"),
        retry_at_ms=_ms(body, "retry_at"),
        banned_until_ms=_ms(body, "banned_until"),
        requires_auth=bool(body.get("requires_auth")),
        code=code if isinstance(code, int) else None,
        notice=_text_or_none(body, "notice"),
    )


def _pairing_to_json(it: SessionPairing) -> dict[str, Json]:
    if it.ended is not None:
        return {"ended": it.ended}
    body: dict[str, Json] = {"index": it.index, "of": it.of, "valid_until": iso_or_none(it.valid_until_ms)}
    return body if it.step is None else {**body, "step": it.step.value}


def _pairing_from_json(body: Mapping[str, Json]) -> SessionPairing:
    return SessionPairing(
        _count(body, "index") or None,
        _count(body, "of") or None,
        _ms(body, "valid_until"),
        _text_or_none(body, "ended"),
        PairingStep(step) if (step := _text(body, "step")) else None,
    )


def _heartbeat_to_json(it: SessionHeartbeat) -> dict[str, Json]:
    return {
        "state": it.state.value,
        "phone": it.phone,
        "heard_at": iso(it.heard_ms),
        "connected_since": iso(it.connected_since_ms),
    }


def _heartbeat_from_json(body: Mapping[str, Json]) -> SessionHeartbeat:
    return SessionHeartbeat(
        state=State(_text(body, "state")),
        phone=_text_or_none(body, "phone"),
        heard_ms=_ms(body, "heard_at") or 0,
        connected_since_ms=_ms(body, "connected_since") or 0,
    )


def _warning_to_json(it: SessionWarning) -> dict[str, Json]:
    return {
        "code": it.code.value,
        "active": it.active,
        "since": iso(it.since_ms),
        "phone": it.phone,
        "measured": it.measured,
        "limit": it.limit,
    }


def _warning_from_json(body: Mapping[str, Json]) -> SessionWarning:
    limit = body.get("limit")
    return SessionWarning(
        code=WarningCode(_text(body, "code")),
        active=bool(body.get("active")),
        since_ms=_ms(body, "since") or 0,
        phone=_text_or_none(body, "phone"),
        measured=_count(body, "measured"),
        limit=limit if isinstance(limit, int) else None,
    )


def _reminder_to_json(it: BotReminder) -> dict[str, Json]:
    return {
        "bot": it.bot,
        "chat": it.chat,
        "name": it.name,
        "due_at": iso(it.due_ms),
        "data": dict(it.data),
    }


def _reminder_from_json(body: Mapping[str, Json]) -> BotReminder:
    data = body.get("data")
    return BotReminder(
        bot=_text(body, "bot"),
        chat=_text(body, "chat"),
        name=_text(body, "name"),
        due_ms=_ms(body, "due_at") or 0,
        data=data if isinstance(data, dict) else {},
    )


def _failed_to_json(it: BotFailed) -> dict[str, Json]:
    return {
        "bot": it.bot,
        "chat": it.chat,
        "event_id": it.event_id,
        "error": it.error,
        "attempts": it.attempts,
        "detail": it.detail,
    }


def _failed_from_json(body: Mapping[str, Json]) -> BotFailed:
    return BotFailed(
        bot=_text(body, "bot"),
        chat=_text(body, "chat"),
        event_id=_text(body, "event_id"),
        error=_text(body, "error"),
        attempts=_count(body, "attempts"),
        detail=_text(body, "detail"),
    )


def _handover_to_json(it: ChatHandover) -> dict[str, Json]:
    return {
        "chat": it.chat,
        "active": it.active,
        "by": it.by,
        "note": it.note,
        "until": iso_or_none(it.until_ms),
    }


def _handover_from_json(body: Mapping[str, Json]) -> ChatHandover:
    return ChatHandover(
        chat=_text(body, "chat"),
        active=bool(body.get("active")),
        by=_text(body, "by"),
        note=_text(body, "note"),
        until_ms=_ms(body, "until"),
    )


_READERS: Final[Mapping[str, Callable[[Mapping[str, Json]], EventData]]] = {
    EventType.MESSAGE_RECEIVED: _received_from_json,
    EventType.MESSAGE_STATUS: _status_from_json,
    EventType.MESSAGE_FILE: _file_from_json,
    EventType.NOTICE_RECEIVED: _notice_from_json,
    EventType.SESSION_STATE: _state_from_json,
    EventType.SESSION_PAIRING: _pairing_from_json,
    EventType.SESSION_UNLINKING: lambda body: SessionUnlinking(
        _text(body, "phone"), Unlinked(_text(body, "outcome"))
    ),
    EventType.SESSION_HEARTBEAT: _heartbeat_from_json,
    EventType.SESSION_WARNING: _warning_from_json,
    EventType.SESSION_RENAMED: lambda body: SessionRenamed(_text(body, "name"), _text(body, "previous")),
    EventType.BOT_REMINDER: _reminder_from_json,
    EventType.BOT_FAILED: _failed_from_json,
    EventType.CHAT_HANDOVER: _handover_from_json,
    EventType.CONFIGURATION_CHANGED: lambda body: ConfigurationChanged(
        _text(body, "name"), _count(body, "version"), _text(body, "author")
    ),
    EventType.BACKUP_STATUS: lambda body: BackupStatusChanged(
        BackupStatus(_text(body, "status")),
        _text(body, "archive"),
        _count(body, "numbers"),
        _text(body, "error"),
    ),
    EventType.APPLICATION_EVENT: _application_from_json,
}


def _text(body: Mapping[str, Json], key: str) -> str:
    return str(body.get(key) or "")


def _text_or_none(body: Mapping[str, Json], key: str) -> str | None:
    value = body.get(key)
    return None if value is None else str(value)


def _count(body: Mapping[str, Json], key: str) -> int:
    value = body.get(key)
    return value if isinstance(value, int) else 0


def _ms(body: Mapping[str, Json], key: str) -> int | None:
    value = body.get(key)
    return ms_of(value) if isinstance(value, str) and value else None
