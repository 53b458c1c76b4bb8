from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_CODE_UNSPECIFIED: _ClassVar[ErrorCode]
    UNKNOWN_SESSION: _ClassVar[ErrorCode]
    UNKNOWN_COMMAND: _ClassVar[ErrorCode]
    INVALID_ARGUMENT: _ClassVar[ErrorCode]
    FOLDER_MISSING: _ClassVar[ErrorCode]
    WRONG_KEY: _ClassVar[ErrorCode]
    FILE_CORRUPT: _ClassVar[ErrorCode]
    STORAGE: _ClassVar[ErrorCode]
    STALE_EPOCH: _ClassVar[ErrorCode]
    NOT_CONNECTED: _ClassVar[ErrorCode]
    OUTCOME_UNKNOWN: _ClassVar[ErrorCode]
    REJECTED: _ClassVar[ErrorCode]
    RECIPIENT_UNKNOWN: _ClassVar[ErrorCode]
    BUSY: _ClassVar[ErrorCode]
    TARGET_EXISTS: _ClassVar[ErrorCode]
    PANICKED: _ClassVar[ErrorCode]

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REQUESTED: _ClassVar[Reason]
    NETWORK: _ClassVar[Reason]
    SERVICE_UNAVAILABLE: _ClassVar[Reason]
    RESTART_REQUIRED: _ClassVar[Reason]
    REPLACED: _ClassVar[Reason]
    LOGGED_OUT: _ClassVar[Reason]
    BANNED: _ClassVar[Reason]
    LOCKED: _ClassVar[Reason]
    CLIENT_OUTDATED: _ClassVar[Reason]
    CONNECT_FAILURE: _ClassVar[Reason]
    STREAM_ERROR: _ClassVar[Reason]
    SILENT: _ClassVar[Reason]
    STORAGE_FAILED: _ClassVar[Reason]
    CRASHED: _ClassVar[Reason]
    PARKED: _ClassVar[Reason]

class PairFailure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAIR_FAILURE_UNSPECIFIED: _ClassVar[PairFailure]
    PAIR_TIMED_OUT: _ClassVar[PairFailure]
    PAIR_CANCELLED: _ClassVar[PairFailure]
    PAIR_UNREACHABLE: _ClassVar[PairFailure]
    PAIR_REFUSED: _ClassVar[PairFailure]
    PAIR_OUTDATED: _ClassVar[PairFailure]

class LinkLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINK_LEVEL_UNSPECIFIED: _ClassVar[LinkLevel]
    CLOSED: _ClassVar[LinkLevel]
    PAIRING: _ClassVar[LinkLevel]
    DIALING: _ClassVar[LinkLevel]
    LOGGED_IN: _ClassVar[LinkLevel]
    DRAINED: _ClassVar[LinkLevel]

class MediaKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDIA_KIND_UNSPECIFIED: _ClassVar[MediaKind]
    IMAGE: _ClassVar[MediaKind]
    VIDEO: _ClassVar[MediaKind]
    AUDIO: _ClassVar[MediaKind]
    VOICE: _ClassVar[MediaKind]
    DOCUMENT: _ClassVar[MediaKind]
    STICKER: _ClassVar[MediaKind]

class ReceiptKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECEIPT_KIND_UNSPECIFIED: _ClassVar[ReceiptKind]
    DELIVERED: _ClassVar[ReceiptKind]
    READ: _ClassVar[ReceiptKind]
    PLAYED: _ClassVar[ReceiptKind]
    READ_SELF: _ClassVar[ReceiptKind]
    RECEIPT_OTHER: _ClassVar[ReceiptKind]
ERROR_CODE_UNSPECIFIED: ErrorCode
UNKNOWN_SESSION: ErrorCode
UNKNOWN_COMMAND: ErrorCode
INVALID_ARGUMENT: ErrorCode
FOLDER_MISSING: ErrorCode
WRONG_KEY: ErrorCode
FILE_CORRUPT: ErrorCode
STORAGE: ErrorCode
STALE_EPOCH: ErrorCode
NOT_CONNECTED: ErrorCode
OUTCOME_UNKNOWN: ErrorCode
REJECTED: ErrorCode
RECIPIENT_UNKNOWN: ErrorCode
BUSY: ErrorCode
TARGET_EXISTS: ErrorCode
PANICKED: ErrorCode
REASON_UNSPECIFIED: Reason
REQUESTED: Reason
NETWORK: Reason
SERVICE_UNAVAILABLE: Reason
RESTART_REQUIRED: Reason
REPLACED: Reason
LOGGED_OUT: Reason
BANNED: Reason
LOCKED: Reason
CLIENT_OUTDATED: Reason
CONNECT_FAILURE: Reason
STREAM_ERROR: Reason
SILENT: Reason
STORAGE_FAILED: Reason
CRASHED: Reason
PARKED: Reason
PAIR_FAILURE_UNSPECIFIED: PairFailure
PAIR_TIMED_OUT: PairFailure
PAIR_CANCELLED: PairFailure
PAIR_UNREACHABLE: PairFailure
PAIR_REFUSED: PairFailure
PAIR_OUTDATED: PairFailure
LINK_LEVEL_UNSPECIFIED: LinkLevel
CLOSED: LinkLevel
PAIRING: LinkLevel
DIALING: LinkLevel
LOGGED_IN: LinkLevel
DRAINED: LinkLevel
MEDIA_KIND_UNSPECIFIED: MediaKind
IMAGE: MediaKind
VIDEO: MediaKind
AUDIO: MediaKind
VOICE: MediaKind
DOCUMENT: MediaKind
STICKER: MediaKind
RECEIPT_KIND_UNSPECIFIED: ReceiptKind
DELIVERED: ReceiptKind
READ: ReceiptKind
PLAYED: ReceiptKind
READ_SELF: ReceiptKind
RECEIPT_OTHER: ReceiptKind

class Down(_message.Message):
    __slots__ = ("hello", "shutdown", "commands", "confirmed")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    SHUTDOWN_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    shutdown: Shutdown
    commands: _containers.RepeatedCompositeFieldContainer[Command]
    confirmed: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., shutdown: _Optional[_Union[Shutdown, _Mapping]] = ..., commands: _Optional[_Iterable[_Union[Command, _Mapping]]] = ..., confirmed: _Optional[_Iterable[int]] = ...) -> None: ...

class Up(_message.Message):
    __slots__ = ("welcome", "results", "facts", "deliveries", "levels")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    results: _containers.RepeatedCompositeFieldContainer[Result]
    facts: _containers.RepeatedCompositeFieldContainer[SessionFact]
    deliveries: _containers.RepeatedCompositeFieldContainer[Delivery]
    levels: Levels
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., results: _Optional[_Iterable[_Union[Result, _Mapping]]] = ..., facts: _Optional[_Iterable[_Union[SessionFact, _Mapping]]] = ..., deliveries: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ..., levels: _Optional[_Union[Levels, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("min_version", "max_version", "gateway_id", "build")
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_VERSION_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_ID_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    min_version: int
    max_version: int
    gateway_id: str
    build: str
    def __init__(self, min_version: _Optional[int] = ..., max_version: _Optional[int] = ..., gateway_id: _Optional[str] = ..., build: _Optional[str] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("min_version", "max_version", "version", "engine_id", "pid", "lab", "build", "boot_deliveries")
    MIN_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ENGINE_ID_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    LAB_FIELD_NUMBER: _ClassVar[int]
    BUILD_FIELD_NUMBER: _ClassVar[int]
    BOOT_DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    min_version: int
    max_version: int
    version: int
    engine_id: str
    pid: int
    lab: bool
    build: str
    boot_deliveries: int
    def __init__(self, min_version: _Optional[int] = ..., max_version: _Optional[int] = ..., version: _Optional[int] = ..., engine_id: _Optional[str] = ..., pid: _Optional[int] = ..., lab: _Optional[bool] = ..., build: _Optional[str] = ..., boot_deliveries: _Optional[int] = ...) -> None: ...

class Shutdown(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Command(_message.Message):
    __slots__ = ("request_id", "session_id", "list", "scan", "open", "close", "connect", "disconnect", "pair", "cancel_pair", "adopt", "quarantine", "logout", "send", "probe", "mark_read")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    CONNECT_FIELD_NUMBER: _ClassVar[int]
    DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    PAIR_FIELD_NUMBER: _ClassVar[int]
    CANCEL_PAIR_FIELD_NUMBER: _ClassVar[int]
    ADOPT_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_FIELD_NUMBER: _ClassVar[int]
    LOGOUT_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    PROBE_FIELD_NUMBER: _ClassVar[int]
    MARK_READ_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    session_id: str
    list: List
    scan: Scan
    open: Open
    close: Close
    connect: Connect
    disconnect: Disconnect
    pair: Pair
    cancel_pair: CancelPair
    adopt: Adopt
    quarantine: Quarantine
    logout: Logout
    send: Send
    probe: Probe
    mark_read: MarkRead
    def __init__(self, request_id: _Optional[int] = ..., session_id: _Optional[str] = ..., list: _Optional[_Union[List, _Mapping]] = ..., scan: _Optional[_Union[Scan, _Mapping]] = ..., open: _Optional[_Union[Open, _Mapping]] = ..., close: _Optional[_Union[Close, _Mapping]] = ..., connect: _Optional[_Union[Connect, _Mapping]] = ..., disconnect: _Optional[_Union[Disconnect, _Mapping]] = ..., pair: _Optional[_Union[Pair, _Mapping]] = ..., cancel_pair: _Optional[_Union[CancelPair, _Mapping]] = ..., adopt: _Optional[_Union[Adopt, _Mapping]] = ..., quarantine: _Optional[_Union[Quarantine, _Mapping]] = ..., logout: _Optional[_Union[Logout, _Mapping]] = ..., send: _Optional[_Union[Send, _Mapping]] = ..., probe: _Optional[_Union[Probe, _Mapping]] = ..., mark_read: _Optional[_Union[MarkRead, _Mapping]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("request_id", "error", "list", "scan", "open", "send", "probe")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    PROBE_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    error: Error
    list: ListResult
    scan: ScanResult
    open: OpenResult
    send: SendResult
    probe: ProbeResult
    def __init__(self, request_id: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., list: _Optional[_Union[ListResult, _Mapping]] = ..., scan: _Optional[_Union[ScanResult, _Mapping]] = ..., open: _Optional[_Union[OpenResult, _Mapping]] = ..., send: _Optional[_Union[SendResult, _Mapping]] = ..., probe: _Optional[_Union[ProbeResult, _Mapping]] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: ErrorCode
    message: str
    def __init__(self, code: _Optional[_Union[ErrorCode, str]] = ..., message: _Optional[str] = ...) -> None: ...

class List(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListResult(_message.Message):
    __slots__ = ("levels",)
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    levels: _containers.RepeatedCompositeFieldContainer[Level]
    def __init__(self, levels: _Optional[_Iterable[_Union[Level, _Mapping]]] = ...) -> None: ...

class Scan(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ScanResult(_message.Message):
    __slots__ = ("folders",)
    FOLDERS_FIELD_NUMBER: _ClassVar[int]
    folders: _containers.RepeatedCompositeFieldContainer[Folder]
    def __init__(self, folders: _Optional[_Iterable[_Union[Folder, _Mapping]]] = ...) -> None: ...

class Folder(_message.Message):
    __slots__ = ("name", "wrapped_key", "session_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    SESSION_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    wrapped_key: bytes
    session_bytes: int
    def __init__(self, name: _Optional[str] = ..., wrapped_key: _Optional[bytes] = ..., session_bytes: _Optional[int] = ...) -> None: ...

class Open(_message.Message):
    __slots__ = ("folder", "key")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    folder: str
    key: bytes
    def __init__(self, folder: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class OpenResult(_message.Message):
    __slots__ = ("jid", "lid", "push_name", "platform", "registration_id")
    JID_FIELD_NUMBER: _ClassVar[int]
    LID_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_ID_FIELD_NUMBER: _ClassVar[int]
    jid: str
    lid: str
    push_name: str
    platform: str
    registration_id: int
    def __init__(self, jid: _Optional[str] = ..., lid: _Optional[str] = ..., push_name: _Optional[str] = ..., platform: _Optional[str] = ..., registration_id: _Optional[int] = ...) -> None: ...

class Close(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Connect(_message.Message):
    __slots__ = ("epoch",)
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    def __init__(self, epoch: _Optional[int] = ...) -> None: ...

class Disconnect(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Pair(_message.Message):
    __slots__ = ("epoch", "key", "wrapped_key", "device_name")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    key: bytes
    wrapped_key: bytes
    device_name: str
    def __init__(self, epoch: _Optional[int] = ..., key: _Optional[bytes] = ..., wrapped_key: _Optional[bytes] = ..., device_name: _Optional[str] = ...) -> None: ...

class CancelPair(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Adopt(_message.Message):
    __slots__ = ("folder",)
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    folder: str
    def __init__(self, folder: _Optional[str] = ...) -> None: ...

class Quarantine(_message.Message):
    __slots__ = ("folder", "target")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    folder: str
    target: str
    def __init__(self, folder: _Optional[str] = ..., target: _Optional[str] = ...) -> None: ...

class Logout(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Send(_message.Message):
    __slots__ = ("message_id", "to", "message", "text")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    to: str
    message: bytes
    text: str
    def __init__(self, message_id: _Optional[str] = ..., to: _Optional[str] = ..., message: _Optional[bytes] = ..., text: _Optional[str] = ...) -> None: ...

class SendResult(_message.Message):
    __slots__ = ("timestamp_ms", "sender", "message")
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    timestamp_ms: int
    sender: str
    message: bytes
    def __init__(self, timestamp_ms: _Optional[int] = ..., sender: _Optional[str] = ..., message: _Optional[bytes] = ...) -> None: ...

class Probe(_message.Message):
    __slots__ = ("timeout_ms",)
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    timeout_ms: int
    def __init__(self, timeout_ms: _Optional[int] = ...) -> None: ...

class ProbeResult(_message.Message):
    __slots__ = ("round_trip_ms",)
    ROUND_TRIP_MS_FIELD_NUMBER: _ClassVar[int]
    round_trip_ms: int
    def __init__(self, round_trip_ms: _Optional[int] = ...) -> None: ...

class MarkRead(_message.Message):
    __slots__ = ("chat", "sender", "message_ids", "timestamp_ms")
    CHAT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    chat: str
    sender: str
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    timestamp_ms: int
    def __init__(self, chat: _Optional[str] = ..., sender: _Optional[str] = ..., message_ids: _Optional[_Iterable[str]] = ..., timestamp_ms: _Optional[int] = ...) -> None: ...

class SessionFact(_message.Message):
    __slots__ = ("session_id", "epoch", "at_ms", "connected", "disconnected", "pair_code", "pair_success", "pair_failed", "offline_drained", "push_name_changed")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    DISCONNECTED_FIELD_NUMBER: _ClassVar[int]
    PAIR_CODE_FIELD_NUMBER: _ClassVar[int]
    PAIR_SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PAIR_FAILED_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_DRAINED_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_CHANGED_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    epoch: int
    at_ms: int
    connected: Connected
    disconnected: Disconnected
    pair_code: PairCode
    pair_success: PairSuccess
    pair_failed: PairFailed
    offline_drained: OfflineDrained
    push_name_changed: PushNameChanged
    def __init__(self, session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., at_ms: _Optional[int] = ..., connected: _Optional[_Union[Connected, _Mapping]] = ..., disconnected: _Optional[_Union[Disconnected, _Mapping]] = ..., pair_code: _Optional[_Union[PairCode, _Mapping]] = ..., pair_success: _Optional[_Union[PairSuccess, _Mapping]] = ..., pair_failed: _Optional[_Union[PairFailed, _Mapping]] = ..., offline_drained: _Optional[_Union[OfflineDrained, _Mapping]] = ..., push_name_changed: _Optional[_Union[PushNameChanged, _Mapping]] = ...) -> None: ...

class Connected(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Disconnected(_message.Message):
    __slots__ = ("reason", "detail", "banned_until_ms", "code")
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    BANNED_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    reason: Reason
    detail: str
    banned_until_ms: int
    code: int
    def __init__(self, reason: _Optional[_Union[Reason, str]] = ..., detail: _Optional[str] = ..., banned_until_ms: _Optional[int] = ..., code: _Optional[int] = ...) -> None: ...

class PairCode(_message.Message):
    __slots__ = ("code", "index", "of", "valid_until_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    code: str
    index: int
    of: int
    valid_until_ms: int
    def __init__(self, code: _Optional[str] = ..., index: _Optional[int] = ..., of: _Optional[int] = ..., valid_until_ms: _Optional[int] = ...) -> None: ...

class PairSuccess(_message.Message):
    __slots__ = ("jid", "lid", "platform", "push_name")
    JID_FIELD_NUMBER: _ClassVar[int]
    LID_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    jid: str
    lid: str
    platform: str
    push_name: str
    def __init__(self, jid: _Optional[str] = ..., lid: _Optional[str] = ..., platform: _Optional[str] = ..., push_name: _Optional[str] = ...) -> None: ...

class PairFailed(_message.Message):
    __slots__ = ("reason", "detail")
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    reason: PairFailure
    detail: str
    def __init__(self, reason: _Optional[_Union[PairFailure, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class OfflineDrained(_message.Message):
    __slots__ = ("count",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class PushNameChanged(_message.Message):
    __slots__ = ("push_name",)
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    push_name: str
    def __init__(self, push_name: _Optional[str] = ...) -> None: ...

class Levels(_message.Message):
    __slots__ = ("at_ms", "sessions")
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    sessions: _containers.RepeatedCompositeFieldContainer[Level]
    def __init__(self, at_ms: _Optional[int] = ..., sessions: _Optional[_Iterable[_Union[Level, _Mapping]]] = ...) -> None: ...

class Level(_message.Message):
    __slots__ = ("session_id", "epoch", "level", "last_frame_ms", "waiting", "missed_probes", "folder", "jid", "backlog")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAME_MS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    MISSED_PROBES_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    JID_FIELD_NUMBER: _ClassVar[int]
    BACKLOG_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    epoch: int
    level: LinkLevel
    last_frame_ms: int
    waiting: int
    missed_probes: int
    folder: str
    jid: str
    backlog: int
    def __init__(self, session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., level: _Optional[_Union[LinkLevel, str]] = ..., last_frame_ms: _Optional[int] = ..., waiting: _Optional[int] = ..., missed_probes: _Optional[int] = ..., folder: _Optional[str] = ..., jid: _Optional[str] = ..., backlog: _Optional[int] = ...) -> None: ...

class Delivery(_message.Message):
    __slots__ = ("delivery_id", "session_id", "epoch", "message", "receipt")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    delivery_id: int
    session_id: str
    epoch: int
    message: Message
    receipt: Receipt
    def __init__(self, delivery_id: _Optional[int] = ..., session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., message: _Optional[_Union[Message, _Mapping]] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("message_id", "chat", "sender", "chat_alt", "sender_alt", "from_me", "group", "timestamp_ms", "push_name", "offline", "quoted_id", "raw", "text", "media", "location", "contact", "poll", "reaction", "edit", "revoke", "undecryptable", "untranslatable", "other")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    CHAT_ALT_FIELD_NUMBER: _ClassVar[int]
    SENDER_ALT_FIELD_NUMBER: _ClassVar[int]
    FROM_ME_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_FIELD_NUMBER: _ClassVar[int]
    QUOTED_ID_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    POLL_FIELD_NUMBER: _ClassVar[int]
    REACTION_FIELD_NUMBER: _ClassVar[int]
    EDIT_FIELD_NUMBER: _ClassVar[int]
    REVOKE_FIELD_NUMBER: _ClassVar[int]
    UNDECRYPTABLE_FIELD_NUMBER: _ClassVar[int]
    UNTRANSLATABLE_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    chat: str
    sender: str
    chat_alt: str
    sender_alt: str
    from_me: bool
    group: bool
    timestamp_ms: int
    push_name: str
    offline: bool
    quoted_id: str
    raw: bytes
    text: Text
    media: Media
    location: Location
    contact: Contact
    poll: Poll
    reaction: Reaction
    edit: Edit
    revoke: Revoke
    undecryptable: Undecryptable
    untranslatable: Untranslatable
    other: Other
    def __init__(self, message_id: _Optional[str] = ..., chat: _Optional[str] = ..., sender: _Optional[str] = ..., chat_alt: _Optional[str] = ..., sender_alt: _Optional[str] = ..., from_me: _Optional[bool] = ..., group: _Optional[bool] = ..., timestamp_ms: _Optional[int] = ..., push_name: _Optional[str] = ..., offline: _Optional[bool] = ..., quoted_id: _Optional[str] = ..., raw: _Optional[bytes] = ..., text: _Optional[_Union[Text, _Mapping]] = ..., media: _Optional[_Union[Media, _Mapping]] = ..., location: _Optional[_Union[Location, _Mapping]] = ..., contact: _Optional[_Union[Contact, _Mapping]] = ..., poll: _Optional[_Union[Poll, _Mapping]] = ..., reaction: _Optional[_Union[Reaction, _Mapping]] = ..., edit: _Optional[_Union[Edit, _Mapping]] = ..., revoke: _Optional[_Union[Revoke, _Mapping]] = ..., undecryptable: _Optional[_Union[Undecryptable, _Mapping]] = ..., untranslatable: _Optional[_Union[Untranslatable, _Mapping]] = ..., other: _Optional[_Union[Other, _Mapping]] = ...) -> None: ...

class Text(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: str
    def __init__(self, body: _Optional[str] = ...) -> None: ...

class Media(_message.Message):
    __slots__ = ("kind", "caption", "mimetype", "size_bytes", "file_name", "duration_s")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    MIMETYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    kind: MediaKind
    caption: str
    mimetype: str
    size_bytes: int
    file_name: str
    duration_s: int
    def __init__(self, kind: _Optional[_Union[MediaKind, str]] = ..., caption: _Optional[str] = ..., mimetype: _Optional[str] = ..., size_bytes: _Optional[int] = ..., file_name: _Optional[str] = ..., duration_s: _Optional[int] = ...) -> None: ...

class Location(_message.Message):
    __slots__ = ("latitude", "longitude", "name", "address")
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    latitude: float
    longitude: float
    name: str
    address: str
    def __init__(self, latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., name: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("display_name", "vcard")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VCARD_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    vcard: str
    def __init__(self, display_name: _Optional[str] = ..., vcard: _Optional[str] = ...) -> None: ...

class Poll(_message.Message):
    __slots__ = ("question", "options", "selectable")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SELECTABLE_FIELD_NUMBER: _ClassVar[int]
    question: str
    options: _containers.RepeatedScalarFieldContainer[str]
    selectable: int
    def __init__(self, question: _Optional[str] = ..., options: _Optional[_Iterable[str]] = ..., selectable: _Optional[int] = ...) -> None: ...

class Reaction(_message.Message):
    __slots__ = ("message_id", "emoji")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    emoji: str
    def __init__(self, message_id: _Optional[str] = ..., emoji: _Optional[str] = ...) -> None: ...

class Edit(_message.Message):
    __slots__ = ("message_id", "body")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    body: str
    def __init__(self, message_id: _Optional[str] = ..., body: _Optional[str] = ...) -> None: ...

class Revoke(_message.Message):
    __slots__ = ("message_id",)
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    def __init__(self, message_id: _Optional[str] = ...) -> None: ...

class Undecryptable(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Untranslatable(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Other(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: str
    def __init__(self, kind: _Optional[str] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("message_ids", "chat", "sender", "chat_alt", "sender_alt", "kind", "timestamp_ms")
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    CHAT_ALT_FIELD_NUMBER: _ClassVar[int]
    SENDER_ALT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    chat: str
    sender: str
    chat_alt: str
    sender_alt: str
    kind: ReceiptKind
    timestamp_ms: int
    def __init__(self, message_ids: _Optional[_Iterable[str]] = ..., chat: _Optional[str] = ..., sender: _Optional[str] = ..., chat_alt: _Optional[str] = ..., sender_alt: _Optional[str] = ..., kind: _Optional[_Union[ReceiptKind, str]] = ..., timestamp_ms: _Optional[int] = ...) -> None: ...
