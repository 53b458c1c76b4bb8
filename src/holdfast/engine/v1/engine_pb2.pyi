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
    CANCELLED: _ClassVar[ErrorCode]
    MEDIA_GONE: _ClassVar[ErrorCode]
    MEDIA_BROKEN: _ClassVar[ErrorCode]
    TOO_LARGE: _ClassVar[ErrorCode]
    NOT_FOUND: _ClassVar[ErrorCode]
    NOT_ALLOWED: _ClassVar[ErrorCode]
    UNANSWERED: _ClassVar[ErrorCode]
    FILE_NEWER: _ClassVar[ErrorCode]
    NO_KEYS: _ClassVar[ErrorCode]

class ChatActivity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHAT_ACTIVITY_UNSPECIFIED: _ClassVar[ChatActivity]
    PAUSED: _ClassVar[ChatActivity]
    TYPING: _ClassVar[ChatActivity]
    RECORDING: _ClassVar[ChatActivity]

class MemberChange(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_CHANGE_UNSPECIFIED: _ClassVar[MemberChange]
    ADD: _ClassVar[MemberChange]
    REMOVE: _ClassVar[MemberChange]
    PROMOTE: _ClassVar[MemberChange]
    DEMOTE: _ClassVar[MemberChange]

class Place(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACE_UNSPECIFIED: _ClassVar[Place]
    SESSIONS: _ClassVar[Place]
    QUARANTINE: _ClassVar[Place]
    SNAPSHOTS: _ClassVar[Place]

class FindingKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINDING_KIND_UNSPECIFIED: _ClassVar[FindingKind]
    FOLDER_WITHOUT_FILE: _ClassVar[FindingKind]
    KEY_DOES_NOT_OPEN: _ClassVar[FindingKind]
    FILE_DAMAGED: _ClassVar[FindingKind]
    DEVICE_MISSING: _ClassVar[FindingKind]
    KEY_MALFORMED: _ClassVar[FindingKind]
    SIGNED_PRE_KEY_UNSIGNED: _ClassVar[FindingKind]
    ACCOUNT_UNSIGNED: _ClassVar[FindingKind]
    DEVICE_UNSIGNED: _ClassVar[FindingKind]
    APP_STATE_KEYS_MISSING: _ClassVar[FindingKind]
    SCHEMA_UNKNOWN: _ClassVar[FindingKind]

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
    CLOCK_WRONG: _ClassVar[Reason]
    UNREACHABLE: _ClassVar[Reason]
    HANDSHAKE_UNANSWERED: _ClassVar[Reason]
    CERTIFICATE_REFUSED: _ClassVar[Reason]

class PairFailure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAIR_FAILURE_UNSPECIFIED: _ClassVar[PairFailure]
    PAIR_TIMED_OUT: _ClassVar[PairFailure]
    PAIR_CANCELLED: _ClassVar[PairFailure]
    PAIR_UNREACHABLE: _ClassVar[PairFailure]
    PAIR_REFUSED: _ClassVar[PairFailure]
    PAIR_OUTDATED: _ClassVar[PairFailure]
    PAIR_CLOCK_WRONG: _ClassVar[PairFailure]
    PAIR_PASSKEY_NEEDED: _ClassVar[PairFailure]
    PAIR_PASSKEY_REFUSED: _ClassVar[PairFailure]
    PAIR_NO_MULTIDEVICE: _ClassVar[PairFailure]

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

class CallStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALL_STEP_UNSPECIFIED: _ClassVar[CallStep]
    CALL_OFFERED: _ClassVar[CallStep]
    CALL_ACCEPTED: _ClassVar[CallStep]
    CALL_REJECTED: _ClassVar[CallStep]
    CALL_ENDED: _ClassVar[CallStep]
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
CANCELLED: ErrorCode
MEDIA_GONE: ErrorCode
MEDIA_BROKEN: ErrorCode
TOO_LARGE: ErrorCode
NOT_FOUND: ErrorCode
NOT_ALLOWED: ErrorCode
UNANSWERED: ErrorCode
FILE_NEWER: ErrorCode
NO_KEYS: ErrorCode
CHAT_ACTIVITY_UNSPECIFIED: ChatActivity
PAUSED: ChatActivity
TYPING: ChatActivity
RECORDING: ChatActivity
MEMBER_CHANGE_UNSPECIFIED: MemberChange
ADD: MemberChange
REMOVE: MemberChange
PROMOTE: MemberChange
DEMOTE: MemberChange
PLACE_UNSPECIFIED: Place
SESSIONS: Place
QUARANTINE: Place
SNAPSHOTS: Place
FINDING_KIND_UNSPECIFIED: FindingKind
FOLDER_WITHOUT_FILE: FindingKind
KEY_DOES_NOT_OPEN: FindingKind
FILE_DAMAGED: FindingKind
DEVICE_MISSING: FindingKind
KEY_MALFORMED: FindingKind
SIGNED_PRE_KEY_UNSIGNED: FindingKind
ACCOUNT_UNSIGNED: FindingKind
DEVICE_UNSIGNED: FindingKind
APP_STATE_KEYS_MISSING: FindingKind
SCHEMA_UNKNOWN: FindingKind
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
CLOCK_WRONG: Reason
UNREACHABLE: Reason
HANDSHAKE_UNANSWERED: Reason
CERTIFICATE_REFUSED: Reason
PAIR_FAILURE_UNSPECIFIED: PairFailure
PAIR_TIMED_OUT: PairFailure
PAIR_CANCELLED: PairFailure
PAIR_UNREACHABLE: PairFailure
PAIR_REFUSED: PairFailure
PAIR_OUTDATED: PairFailure
PAIR_CLOCK_WRONG: PairFailure
PAIR_PASSKEY_NEEDED: PairFailure
PAIR_PASSKEY_REFUSED: PairFailure
PAIR_NO_MULTIDEVICE: PairFailure
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
CALL_STEP_UNSPECIFIED: CallStep
CALL_OFFERED: CallStep
CALL_ACCEPTED: CallStep
CALL_REJECTED: CallStep
CALL_ENDED: CallStep

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
    __slots__ = ("request_id", "session_id", "list", "scan", "open", "close", "connect", "disconnect", "pair", "cancel_pair", "adopt", "quarantine", "logout", "send", "upload", "download", "cancel", "query", "act", "pair_phone", "passkey_response", "passkey_confirm", "inspect", "snapshot", "restore", "import_device", "unlink", "discard", "bring_back", "scout", "export_device")
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
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    PAIR_PHONE_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_CONFIRM_FIELD_NUMBER: _ClassVar[int]
    INSPECT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DEVICE_FIELD_NUMBER: _ClassVar[int]
    UNLINK_FIELD_NUMBER: _ClassVar[int]
    DISCARD_FIELD_NUMBER: _ClassVar[int]
    BRING_BACK_FIELD_NUMBER: _ClassVar[int]
    SCOUT_FIELD_NUMBER: _ClassVar[int]
    EXPORT_DEVICE_FIELD_NUMBER: _ClassVar[int]
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
    upload: Upload
    download: Download
    cancel: Cancel
    query: Query
    act: Act
    pair_phone: PairPhone
    passkey_response: PasskeyResponse
    passkey_confirm: PasskeyConfirm
    inspect: Inspect
    snapshot: Snapshot
    restore: Restore
    import_device: ImportDevice
    unlink: Unlink
    discard: Discard
    bring_back: BringBack
    scout: Scout
    export_device: ExportDevice
    def __init__(self, request_id: _Optional[int] = ..., session_id: _Optional[str] = ..., list: _Optional[_Union[List, _Mapping]] = ..., scan: _Optional[_Union[Scan, _Mapping]] = ..., open: _Optional[_Union[Open, _Mapping]] = ..., close: _Optional[_Union[Close, _Mapping]] = ..., connect: _Optional[_Union[Connect, _Mapping]] = ..., disconnect: _Optional[_Union[Disconnect, _Mapping]] = ..., pair: _Optional[_Union[Pair, _Mapping]] = ..., cancel_pair: _Optional[_Union[CancelPair, _Mapping]] = ..., adopt: _Optional[_Union[Adopt, _Mapping]] = ..., quarantine: _Optional[_Union[Quarantine, _Mapping]] = ..., logout: _Optional[_Union[Logout, _Mapping]] = ..., send: _Optional[_Union[Send, _Mapping]] = ..., upload: _Optional[_Union[Upload, _Mapping]] = ..., download: _Optional[_Union[Download, _Mapping]] = ..., cancel: _Optional[_Union[Cancel, _Mapping]] = ..., query: _Optional[_Union[Query, _Mapping]] = ..., act: _Optional[_Union[Act, _Mapping]] = ..., pair_phone: _Optional[_Union[PairPhone, _Mapping]] = ..., passkey_response: _Optional[_Union[PasskeyResponse, _Mapping]] = ..., passkey_confirm: _Optional[_Union[PasskeyConfirm, _Mapping]] = ..., inspect: _Optional[_Union[Inspect, _Mapping]] = ..., snapshot: _Optional[_Union[Snapshot, _Mapping]] = ..., restore: _Optional[_Union[Restore, _Mapping]] = ..., import_device: _Optional[_Union[ImportDevice, _Mapping]] = ..., unlink: _Optional[_Union[Unlink, _Mapping]] = ..., discard: _Optional[_Union[Discard, _Mapping]] = ..., bring_back: _Optional[_Union[BringBack, _Mapping]] = ..., scout: _Optional[_Union[Scout, _Mapping]] = ..., export_device: _Optional[_Union[ExportDevice, _Mapping]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("request_id", "error", "list", "scan", "open", "send", "upload", "download", "query", "act", "inspect", "snapshot", "restore", "import_device", "unlink")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    SEND_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    INSPECT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RESTORE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DEVICE_FIELD_NUMBER: _ClassVar[int]
    UNLINK_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    error: Error
    list: ListResult
    scan: ScanResult
    open: OpenResult
    send: SendResult
    upload: UploadResult
    download: DownloadResult
    query: QueryResult
    act: ActResult
    inspect: InspectResult
    snapshot: SnapshotResult
    restore: RestoreResult
    import_device: ImportDeviceResult
    unlink: UnlinkResult
    def __init__(self, request_id: _Optional[int] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., list: _Optional[_Union[ListResult, _Mapping]] = ..., scan: _Optional[_Union[ScanResult, _Mapping]] = ..., open: _Optional[_Union[OpenResult, _Mapping]] = ..., send: _Optional[_Union[SendResult, _Mapping]] = ..., upload: _Optional[_Union[UploadResult, _Mapping]] = ..., download: _Optional[_Union[DownloadResult, _Mapping]] = ..., query: _Optional[_Union[QueryResult, _Mapping]] = ..., act: _Optional[_Union[ActResult, _Mapping]] = ..., inspect: _Optional[_Union[InspectResult, _Mapping]] = ..., snapshot: _Optional[_Union[SnapshotResult, _Mapping]] = ..., restore: _Optional[_Union[RestoreResult, _Mapping]] = ..., import_device: _Optional[_Union[ImportDeviceResult, _Mapping]] = ..., unlink: _Optional[_Union[UnlinkResult, _Mapping]] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message", "whatsapp_code", "retry_after_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    WHATSAPP_CODE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    code: ErrorCode
    message: str
    whatsapp_code: int
    retry_after_ms: int
    def __init__(self, code: _Optional[_Union[ErrorCode, str]] = ..., message: _Optional[str] = ..., whatsapp_code: _Optional[int] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class List(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListResult(_message.Message):
    __slots__ = ("levels",)
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    levels: _containers.RepeatedCompositeFieldContainer[Level]
    def __init__(self, levels: _Optional[_Iterable[_Union[Level, _Mapping]]] = ...) -> None: ...

class Scan(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: Place
    def __init__(self, place: _Optional[_Union[Place, str]] = ...) -> None: ...

class ScanResult(_message.Message):
    __slots__ = ("folders",)
    FOLDERS_FIELD_NUMBER: _ClassVar[int]
    folders: _containers.RepeatedCompositeFieldContainer[Folder]
    def __init__(self, folders: _Optional[_Iterable[_Union[Folder, _Mapping]]] = ...) -> None: ...

class Folder(_message.Message):
    __slots__ = ("name", "wrapped_key", "session_bytes", "digest", "written_ms")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    SESSION_BYTES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_MS_FIELD_NUMBER: _ClassVar[int]
    name: str
    wrapped_key: bytes
    session_bytes: int
    digest: bytes
    written_ms: int
    def __init__(self, name: _Optional[str] = ..., wrapped_key: _Optional[bytes] = ..., session_bytes: _Optional[int] = ..., digest: _Optional[bytes] = ..., written_ms: _Optional[int] = ...) -> None: ...

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

class Scout(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Pair(_message.Message):
    __slots__ = ("epoch", "key", "wrapped_key", "device_name", "passkey")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    key: bytes
    wrapped_key: bytes
    device_name: str
    passkey: bool
    def __init__(self, epoch: _Optional[int] = ..., key: _Optional[bytes] = ..., wrapped_key: _Optional[bytes] = ..., device_name: _Optional[str] = ..., passkey: _Optional[bool] = ...) -> None: ...

class PairPhone(_message.Message):
    __slots__ = ("phone", "notify")
    PHONE_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_FIELD_NUMBER: _ClassVar[int]
    phone: str
    notify: bool
    def __init__(self, phone: _Optional[str] = ..., notify: _Optional[bool] = ...) -> None: ...

class PasskeyResponse(_message.Message):
    __slots__ = ("response_json",)
    RESPONSE_JSON_FIELD_NUMBER: _ClassVar[int]
    response_json: bytes
    def __init__(self, response_json: _Optional[bytes] = ...) -> None: ...

class PasskeyConfirm(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CancelPair(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Adopt(_message.Message):
    __slots__ = ("folder",)
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    folder: str
    def __init__(self, folder: _Optional[str] = ...) -> None: ...

class Quarantine(_message.Message):
    __slots__ = ("folder", "target", "with_snapshots")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    WITH_SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    folder: str
    target: str
    with_snapshots: bool
    def __init__(self, folder: _Optional[str] = ..., target: _Optional[str] = ..., with_snapshots: _Optional[bool] = ...) -> None: ...

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

class Upload(_message.Message):
    __slots__ = ("transfer_id", "file", "kind")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    file: str
    kind: MediaKind
    def __init__(self, transfer_id: _Optional[str] = ..., file: _Optional[str] = ..., kind: _Optional[_Union[MediaKind, str]] = ...) -> None: ...

class UploadResult(_message.Message):
    __slots__ = ("url", "direct_path", "media_key", "file_sha256", "file_enc_sha256", "size_bytes")
    URL_FIELD_NUMBER: _ClassVar[int]
    DIRECT_PATH_FIELD_NUMBER: _ClassVar[int]
    MEDIA_KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    FILE_ENC_SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    url: str
    direct_path: str
    media_key: bytes
    file_sha256: bytes
    file_enc_sha256: bytes
    size_bytes: int
    def __init__(self, url: _Optional[str] = ..., direct_path: _Optional[str] = ..., media_key: _Optional[bytes] = ..., file_sha256: _Optional[bytes] = ..., file_enc_sha256: _Optional[bytes] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class Download(_message.Message):
    __slots__ = ("transfer_id", "file", "kind", "direct_path", "media_key", "file_sha256", "file_enc_sha256", "max_bytes")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DIRECT_PATH_FIELD_NUMBER: _ClassVar[int]
    MEDIA_KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    FILE_ENC_SHA256_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    file: str
    kind: MediaKind
    direct_path: str
    media_key: bytes
    file_sha256: bytes
    file_enc_sha256: bytes
    max_bytes: int
    def __init__(self, transfer_id: _Optional[str] = ..., file: _Optional[str] = ..., kind: _Optional[_Union[MediaKind, str]] = ..., direct_path: _Optional[str] = ..., media_key: _Optional[bytes] = ..., file_sha256: _Optional[bytes] = ..., file_enc_sha256: _Optional[bytes] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class DownloadResult(_message.Message):
    __slots__ = ("size_bytes",)
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    def __init__(self, size_bytes: _Optional[int] = ...) -> None: ...

class Cancel(_message.Message):
    __slots__ = ("transfer_id",)
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    def __init__(self, transfer_id: _Optional[str] = ...) -> None: ...

class Query(_message.Message):
    __slots__ = ("group", "groups", "on_whatsapp", "picture", "about", "own_profile", "group_link", "group_by_link", "group_requests", "block_list", "history", "ping")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    ON_WHATSAPP_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    OWN_PROFILE_FIELD_NUMBER: _ClassVar[int]
    GROUP_LINK_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_LINK_FIELD_NUMBER: _ClassVar[int]
    GROUP_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_LIST_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    group: GroupQuery
    groups: GroupsQuery
    on_whatsapp: OnWhatsAppQuery
    picture: PictureQuery
    about: AboutQuery
    own_profile: OwnProfileQuery
    group_link: GroupLinkQuery
    group_by_link: GroupByLinkQuery
    group_requests: GroupRequestsQuery
    block_list: BlockListQuery
    history: HistoryQuery
    ping: PingQuery
    def __init__(self, group: _Optional[_Union[GroupQuery, _Mapping]] = ..., groups: _Optional[_Union[GroupsQuery, _Mapping]] = ..., on_whatsapp: _Optional[_Union[OnWhatsAppQuery, _Mapping]] = ..., picture: _Optional[_Union[PictureQuery, _Mapping]] = ..., about: _Optional[_Union[AboutQuery, _Mapping]] = ..., own_profile: _Optional[_Union[OwnProfileQuery, _Mapping]] = ..., group_link: _Optional[_Union[GroupLinkQuery, _Mapping]] = ..., group_by_link: _Optional[_Union[GroupByLinkQuery, _Mapping]] = ..., group_requests: _Optional[_Union[GroupRequestsQuery, _Mapping]] = ..., block_list: _Optional[_Union[BlockListQuery, _Mapping]] = ..., history: _Optional[_Union[HistoryQuery, _Mapping]] = ..., ping: _Optional[_Union[PingQuery, _Mapping]] = ...) -> None: ...

class GroupQuery(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupsQuery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OnWhatsAppQuery(_message.Message):
    __slots__ = ("phones",)
    PHONES_FIELD_NUMBER: _ClassVar[int]
    phones: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, phones: _Optional[_Iterable[str]] = ...) -> None: ...

class PictureQuery(_message.Message):
    __slots__ = ("of", "preview")
    OF_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    of: str
    preview: bool
    def __init__(self, of: _Optional[str] = ..., preview: _Optional[bool] = ...) -> None: ...

class AboutQuery(_message.Message):
    __slots__ = ("of",)
    OF_FIELD_NUMBER: _ClassVar[int]
    of: str
    def __init__(self, of: _Optional[str] = ...) -> None: ...

class OwnProfileQuery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GroupLinkQuery(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupByLinkQuery(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class GroupRequestsQuery(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class BlockListQuery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PingQuery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class QueryResult(_message.Message):
    __slots__ = ("group", "groups", "on_whatsapp", "picture", "about", "own_profile", "group_link", "group_by_link", "group_requests", "block_list", "history", "pong")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    ON_WHATSAPP_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    OWN_PROFILE_FIELD_NUMBER: _ClassVar[int]
    GROUP_LINK_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_LINK_FIELD_NUMBER: _ClassVar[int]
    GROUP_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_LIST_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    PONG_FIELD_NUMBER: _ClassVar[int]
    group: Group
    groups: Groups
    on_whatsapp: OnWhatsApp
    picture: Picture
    about: About
    own_profile: OwnProfile
    group_link: GroupLink
    group_by_link: Group
    group_requests: GroupRequests
    block_list: BlockList
    history: History
    pong: Pong
    def __init__(self, group: _Optional[_Union[Group, _Mapping]] = ..., groups: _Optional[_Union[Groups, _Mapping]] = ..., on_whatsapp: _Optional[_Union[OnWhatsApp, _Mapping]] = ..., picture: _Optional[_Union[Picture, _Mapping]] = ..., about: _Optional[_Union[About, _Mapping]] = ..., own_profile: _Optional[_Union[OwnProfile, _Mapping]] = ..., group_link: _Optional[_Union[GroupLink, _Mapping]] = ..., group_by_link: _Optional[_Union[Group, _Mapping]] = ..., group_requests: _Optional[_Union[GroupRequests, _Mapping]] = ..., block_list: _Optional[_Union[BlockList, _Mapping]] = ..., history: _Optional[_Union[History, _Mapping]] = ..., pong: _Optional[_Union[Pong, _Mapping]] = ...) -> None: ...

class HistoryQuery(_message.Message):
    __slots__ = ("notification", "start")
    NOTIFICATION_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    notification: bytes
    start: int
    def __init__(self, notification: _Optional[bytes] = ..., start: _Optional[int] = ...) -> None: ...

class History(_message.Message):
    __slots__ = ("chats", "messages", "next")
    CHATS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    chats: _containers.RepeatedCompositeFieldContainer[HistoryChat]
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    next: int
    def __init__(self, chats: _Optional[_Iterable[_Union[HistoryChat, _Mapping]]] = ..., messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ..., next: _Optional[int] = ...) -> None: ...

class HistoryChat(_message.Message):
    __slots__ = ("chat", "chat_alt", "name", "archived", "muted_until_ms", "unread")
    CHAT_FIELD_NUMBER: _ClassVar[int]
    CHAT_ALT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVED_FIELD_NUMBER: _ClassVar[int]
    MUTED_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    UNREAD_FIELD_NUMBER: _ClassVar[int]
    chat: str
    chat_alt: str
    name: str
    archived: bool
    muted_until_ms: int
    unread: int
    def __init__(self, chat: _Optional[str] = ..., chat_alt: _Optional[str] = ..., name: _Optional[str] = ..., archived: _Optional[bool] = ..., muted_until_ms: _Optional[int] = ..., unread: _Optional[int] = ...) -> None: ...

class Groups(_message.Message):
    __slots__ = ("groups",)
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    def __init__(self, groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("group", "subject", "description", "owner", "created_ms", "announce", "locked", "disappearing_s", "members", "join_approval", "members_add")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CREATED_MS_FIELD_NUMBER: _ClassVar[int]
    ANNOUNCE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARING_S_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    JOIN_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_ADD_FIELD_NUMBER: _ClassVar[int]
    group: str
    subject: str
    description: str
    owner: str
    created_ms: int
    announce: bool
    locked: bool
    disappearing_s: int
    members: _containers.RepeatedCompositeFieldContainer[Member]
    join_approval: bool
    members_add: bool
    def __init__(self, group: _Optional[str] = ..., subject: _Optional[str] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., created_ms: _Optional[int] = ..., announce: _Optional[bool] = ..., locked: _Optional[bool] = ..., disappearing_s: _Optional[int] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., join_approval: _Optional[bool] = ..., members_add: _Optional[bool] = ...) -> None: ...

class GroupLink(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class GroupRequests(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[GroupRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[GroupRequest, _Mapping]]] = ...) -> None: ...

class GroupRequest(_message.Message):
    __slots__ = ("member", "requested_ms")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_MS_FIELD_NUMBER: _ClassVar[int]
    member: Member
    requested_ms: int
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., requested_ms: _Optional[int] = ...) -> None: ...

class Pong(_message.Message):
    __slots__ = ("took_ms",)
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    took_ms: int
    def __init__(self, took_ms: _Optional[int] = ...) -> None: ...

class BlockList(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    def __init__(self, members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("jid", "phone", "lid", "admin", "owner", "whatsapp_code")
    JID_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    LID_FIELD_NUMBER: _ClassVar[int]
    ADMIN_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    WHATSAPP_CODE_FIELD_NUMBER: _ClassVar[int]
    jid: str
    phone: str
    lid: str
    admin: bool
    owner: bool
    whatsapp_code: int
    def __init__(self, jid: _Optional[str] = ..., phone: _Optional[str] = ..., lid: _Optional[str] = ..., admin: _Optional[bool] = ..., owner: _Optional[bool] = ..., whatsapp_code: _Optional[int] = ...) -> None: ...

class OnWhatsApp(_message.Message):
    __slots__ = ("registered",)
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    registered: _containers.RepeatedCompositeFieldContainer[Registered]
    def __init__(self, registered: _Optional[_Iterable[_Union[Registered, _Mapping]]] = ...) -> None: ...

class Registered(_message.Message):
    __slots__ = ("phone", "registered", "jid", "lid")
    PHONE_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    JID_FIELD_NUMBER: _ClassVar[int]
    LID_FIELD_NUMBER: _ClassVar[int]
    phone: str
    registered: bool
    jid: str
    lid: str
    def __init__(self, phone: _Optional[str] = ..., registered: _Optional[bool] = ..., jid: _Optional[str] = ..., lid: _Optional[str] = ...) -> None: ...

class Picture(_message.Message):
    __slots__ = ("id", "url")
    ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    id: str
    url: str
    def __init__(self, id: _Optional[str] = ..., url: _Optional[str] = ...) -> None: ...

class About(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class OwnProfile(_message.Message):
    __slots__ = ("jid", "lid", "push_name", "about", "picture_id")
    JID_FIELD_NUMBER: _ClassVar[int]
    LID_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    PICTURE_ID_FIELD_NUMBER: _ClassVar[int]
    jid: str
    lid: str
    push_name: str
    about: str
    picture_id: str
    def __init__(self, jid: _Optional[str] = ..., lid: _Optional[str] = ..., push_name: _Optional[str] = ..., about: _Optional[str] = ..., picture_id: _Optional[str] = ...) -> None: ...

class Act(_message.Message):
    __slots__ = ("chat_presence", "presence", "mark_read", "group_create", "group_members", "group_subject", "group_leave", "media_again", "group_settings", "group_link_reset", "group_join", "group_decide", "set_picture", "set_profile", "block", "reject_call", "watch_presence", "older_history", "message_again")
    CHAT_PRESENCE_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    MARK_READ_FIELD_NUMBER: _ClassVar[int]
    GROUP_CREATE_FIELD_NUMBER: _ClassVar[int]
    GROUP_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    GROUP_SUBJECT_FIELD_NUMBER: _ClassVar[int]
    GROUP_LEAVE_FIELD_NUMBER: _ClassVar[int]
    MEDIA_AGAIN_FIELD_NUMBER: _ClassVar[int]
    GROUP_SETTINGS_FIELD_NUMBER: _ClassVar[int]
    GROUP_LINK_RESET_FIELD_NUMBER: _ClassVar[int]
    GROUP_JOIN_FIELD_NUMBER: _ClassVar[int]
    GROUP_DECIDE_FIELD_NUMBER: _ClassVar[int]
    SET_PICTURE_FIELD_NUMBER: _ClassVar[int]
    SET_PROFILE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    REJECT_CALL_FIELD_NUMBER: _ClassVar[int]
    WATCH_PRESENCE_FIELD_NUMBER: _ClassVar[int]
    OLDER_HISTORY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_AGAIN_FIELD_NUMBER: _ClassVar[int]
    chat_presence: ChatPresence
    presence: Presence
    mark_read: MarkRead
    group_create: GroupCreate
    group_members: GroupMembers
    group_subject: GroupSubject
    group_leave: GroupLeave
    media_again: MediaAgain
    group_settings: GroupSettings
    group_link_reset: GroupLinkReset
    group_join: GroupJoin
    group_decide: GroupDecide
    set_picture: SetPicture
    set_profile: SetProfile
    block: Block
    reject_call: RejectCall
    watch_presence: WatchPresence
    older_history: OlderHistory
    message_again: MessageAgain
    def __init__(self, chat_presence: _Optional[_Union[ChatPresence, _Mapping]] = ..., presence: _Optional[_Union[Presence, _Mapping]] = ..., mark_read: _Optional[_Union[MarkRead, _Mapping]] = ..., group_create: _Optional[_Union[GroupCreate, _Mapping]] = ..., group_members: _Optional[_Union[GroupMembers, _Mapping]] = ..., group_subject: _Optional[_Union[GroupSubject, _Mapping]] = ..., group_leave: _Optional[_Union[GroupLeave, _Mapping]] = ..., media_again: _Optional[_Union[MediaAgain, _Mapping]] = ..., group_settings: _Optional[_Union[GroupSettings, _Mapping]] = ..., group_link_reset: _Optional[_Union[GroupLinkReset, _Mapping]] = ..., group_join: _Optional[_Union[GroupJoin, _Mapping]] = ..., group_decide: _Optional[_Union[GroupDecide, _Mapping]] = ..., set_picture: _Optional[_Union[SetPicture, _Mapping]] = ..., set_profile: _Optional[_Union[SetProfile, _Mapping]] = ..., block: _Optional[_Union[Block, _Mapping]] = ..., reject_call: _Optional[_Union[RejectCall, _Mapping]] = ..., watch_presence: _Optional[_Union[WatchPresence, _Mapping]] = ..., older_history: _Optional[_Union[OlderHistory, _Mapping]] = ..., message_again: _Optional[_Union[MessageAgain, _Mapping]] = ...) -> None: ...

class ActResult(_message.Message):
    __slots__ = ("group", "members", "link", "joined", "media_placed", "picture")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    MEDIA_PLACED_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    group: Group
    members: MembersChanged
    link: GroupLink
    joined: Joined
    media_placed: MediaPlaced
    picture: PictureSet
    def __init__(self, group: _Optional[_Union[Group, _Mapping]] = ..., members: _Optional[_Union[MembersChanged, _Mapping]] = ..., link: _Optional[_Union[GroupLink, _Mapping]] = ..., joined: _Optional[_Union[Joined, _Mapping]] = ..., media_placed: _Optional[_Union[MediaPlaced, _Mapping]] = ..., picture: _Optional[_Union[PictureSet, _Mapping]] = ...) -> None: ...

class ChatPresence(_message.Message):
    __slots__ = ("chat", "activity")
    CHAT_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    chat: str
    activity: ChatActivity
    def __init__(self, chat: _Optional[str] = ..., activity: _Optional[_Union[ChatActivity, str]] = ...) -> None: ...

class Presence(_message.Message):
    __slots__ = ("available",)
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    available: bool
    def __init__(self, available: _Optional[bool] = ...) -> None: ...

class WatchPresence(_message.Message):
    __slots__ = ("person",)
    PERSON_FIELD_NUMBER: _ClassVar[int]
    person: str
    def __init__(self, person: _Optional[str] = ...) -> None: ...

class OlderHistory(_message.Message):
    __slots__ = ("chat", "message_id", "from_me", "timestamp_ms", "count")
    CHAT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_ME_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    chat: str
    message_id: str
    from_me: bool
    timestamp_ms: int
    count: int
    def __init__(self, chat: _Optional[str] = ..., message_id: _Optional[str] = ..., from_me: _Optional[bool] = ..., timestamp_ms: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class MessageAgain(_message.Message):
    __slots__ = ("chat", "sender", "message_id")
    CHAT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    chat: str
    sender: str
    message_id: str
    def __init__(self, chat: _Optional[str] = ..., sender: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

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

class GroupCreate(_message.Message):
    __slots__ = ("subject", "members")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    subject: str
    members: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subject: _Optional[str] = ..., members: _Optional[_Iterable[str]] = ...) -> None: ...

class GroupMembers(_message.Message):
    __slots__ = ("group", "change", "members")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    group: str
    change: MemberChange
    members: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, group: _Optional[str] = ..., change: _Optional[_Union[MemberChange, str]] = ..., members: _Optional[_Iterable[str]] = ...) -> None: ...

class MembersChanged(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    def __init__(self, members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ...) -> None: ...

class GroupSubject(_message.Message):
    __slots__ = ("group", "subject")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    group: str
    subject: str
    def __init__(self, group: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class GroupLeave(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class MediaAgain(_message.Message):
    __slots__ = ("message_id", "chat", "sender", "from_me", "media_key")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    FROM_ME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_KEY_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    chat: str
    sender: str
    from_me: bool
    media_key: bytes
    def __init__(self, message_id: _Optional[str] = ..., chat: _Optional[str] = ..., sender: _Optional[str] = ..., from_me: _Optional[bool] = ..., media_key: _Optional[bytes] = ...) -> None: ...

class MediaPlaced(_message.Message):
    __slots__ = ("direct_path",)
    DIRECT_PATH_FIELD_NUMBER: _ClassVar[int]
    direct_path: str
    def __init__(self, direct_path: _Optional[str] = ...) -> None: ...

class GroupSettings(_message.Message):
    __slots__ = ("group", "description", "announce", "locked", "join_approval", "members_add", "disappearing_s")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ANNOUNCE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    JOIN_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_ADD_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARING_S_FIELD_NUMBER: _ClassVar[int]
    group: str
    description: str
    announce: bool
    locked: bool
    join_approval: bool
    members_add: bool
    disappearing_s: int
    def __init__(self, group: _Optional[str] = ..., description: _Optional[str] = ..., announce: _Optional[bool] = ..., locked: _Optional[bool] = ..., join_approval: _Optional[bool] = ..., members_add: _Optional[bool] = ..., disappearing_s: _Optional[int] = ...) -> None: ...

class GroupLinkReset(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupJoin(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class Joined(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: str
    def __init__(self, group: _Optional[str] = ...) -> None: ...

class GroupDecide(_message.Message):
    __slots__ = ("group", "approve", "members")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    group: str
    approve: bool
    members: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, group: _Optional[str] = ..., approve: _Optional[bool] = ..., members: _Optional[_Iterable[str]] = ...) -> None: ...

class SetPicture(_message.Message):
    __slots__ = ("group", "jpeg")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    JPEG_FIELD_NUMBER: _ClassVar[int]
    group: str
    jpeg: bytes
    def __init__(self, group: _Optional[str] = ..., jpeg: _Optional[bytes] = ...) -> None: ...

class PictureSet(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class SetProfile(_message.Message):
    __slots__ = ("push_name", "about")
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    push_name: str
    about: str
    def __init__(self, push_name: _Optional[str] = ..., about: _Optional[str] = ...) -> None: ...

class Block(_message.Message):
    __slots__ = ("person", "blocked")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    person: str
    blocked: bool
    def __init__(self, person: _Optional[str] = ..., blocked: _Optional[bool] = ...) -> None: ...

class RejectCall(_message.Message):
    __slots__ = ("call_id",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    def __init__(self, call_id: _Optional[str] = ..., **kwargs) -> None: ...

class Inspect(_message.Message):
    __slots__ = ("place", "folder", "key")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    place: Place
    folder: str
    key: bytes
    def __init__(self, place: _Optional[_Union[Place, str]] = ..., folder: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class InspectResult(_message.Message):
    __slots__ = ("findings", "device", "digest")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    device: OpenResult
    digest: bytes
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., device: _Optional[_Union[OpenResult, _Mapping]] = ..., digest: _Optional[bytes] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("kind", "detail")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    kind: FindingKind
    detail: str
    def __init__(self, kind: _Optional[_Union[FindingKind, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("folder", "key", "name", "snapshot_key", "wrapped_key", "unless")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_KEY_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    UNLESS_FIELD_NUMBER: _ClassVar[int]
    folder: str
    key: bytes
    name: str
    snapshot_key: bytes
    wrapped_key: bytes
    unless: bytes
    def __init__(self, folder: _Optional[str] = ..., key: _Optional[bytes] = ..., name: _Optional[str] = ..., snapshot_key: _Optional[bytes] = ..., wrapped_key: _Optional[bytes] = ..., unless: _Optional[bytes] = ...) -> None: ...

class SnapshotResult(_message.Message):
    __slots__ = ("size_bytes", "digest")
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    digest: bytes
    def __init__(self, size_bytes: _Optional[int] = ..., digest: _Optional[bytes] = ...) -> None: ...

class Restore(_message.Message):
    __slots__ = ("folder", "name", "snapshot_key", "target", "key", "wrapped_key")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_KEY_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    folder: str
    name: str
    snapshot_key: bytes
    target: str
    key: bytes
    wrapped_key: bytes
    def __init__(self, folder: _Optional[str] = ..., name: _Optional[str] = ..., snapshot_key: _Optional[bytes] = ..., target: _Optional[str] = ..., key: _Optional[bytes] = ..., wrapped_key: _Optional[bytes] = ...) -> None: ...

class RestoreResult(_message.Message):
    __slots__ = ("device",)
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    device: OpenResult
    def __init__(self, device: _Optional[_Union[OpenResult, _Mapping]] = ...) -> None: ...

class ImportDevice(_message.Message):
    __slots__ = ("database", "jid", "target", "key", "wrapped_key")
    DATABASE_FIELD_NUMBER: _ClassVar[int]
    JID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    WRAPPED_KEY_FIELD_NUMBER: _ClassVar[int]
    database: str
    jid: str
    target: str
    key: bytes
    wrapped_key: bytes
    def __init__(self, database: _Optional[str] = ..., jid: _Optional[str] = ..., target: _Optional[str] = ..., key: _Optional[bytes] = ..., wrapped_key: _Optional[bytes] = ...) -> None: ...

class ImportDeviceResult(_message.Message):
    __slots__ = ("device", "folder")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    device: OpenResult
    folder: str
    def __init__(self, device: _Optional[_Union[OpenResult, _Mapping]] = ..., folder: _Optional[str] = ...) -> None: ...

class ExportDevice(_message.Message):
    __slots__ = ("folder", "key", "database")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    DATABASE_FIELD_NUMBER: _ClassVar[int]
    folder: str
    key: bytes
    database: str
    def __init__(self, folder: _Optional[str] = ..., key: _Optional[bytes] = ..., database: _Optional[str] = ...) -> None: ...

class Discard(_message.Message):
    __slots__ = ("place", "folder")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    place: Place
    folder: str
    def __init__(self, place: _Optional[_Union[Place, str]] = ..., folder: _Optional[str] = ...) -> None: ...

class BringBack(_message.Message):
    __slots__ = ("folder", "target")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    folder: str
    target: str
    def __init__(self, folder: _Optional[str] = ..., target: _Optional[str] = ...) -> None: ...

class Unlink(_message.Message):
    __slots__ = ("folder", "key")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    folder: str
    key: bytes
    def __init__(self, folder: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class UnlinkResult(_message.Message):
    __slots__ = ("already",)
    ALREADY_FIELD_NUMBER: _ClassVar[int]
    already: bool
    def __init__(self, already: _Optional[bool] = ...) -> None: ...

class SessionFact(_message.Message):
    __slots__ = ("session_id", "epoch", "at_ms", "sequence", "connected", "disconnected", "pair_code", "pair_success", "pair_failed", "offline_drained", "push_name_changed", "credentials_changed", "pair_phone_code", "pair_passkey_request", "pair_passkey_confirmation", "transfer_progress", "pair_accepted")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    DISCONNECTED_FIELD_NUMBER: _ClassVar[int]
    PAIR_CODE_FIELD_NUMBER: _ClassVar[int]
    PAIR_SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PAIR_FAILED_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_DRAINED_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CREDENTIALS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    PAIR_PHONE_CODE_FIELD_NUMBER: _ClassVar[int]
    PAIR_PASSKEY_REQUEST_FIELD_NUMBER: _ClassVar[int]
    PAIR_PASSKEY_CONFIRMATION_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    PAIR_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    epoch: int
    at_ms: int
    sequence: int
    connected: Connected
    disconnected: Disconnected
    pair_code: PairCode
    pair_success: PairSuccess
    pair_failed: PairFailed
    offline_drained: OfflineDrained
    push_name_changed: PushNameChanged
    credentials_changed: CredentialsChanged
    pair_phone_code: PairPhoneCode
    pair_passkey_request: PairPasskeyRequest
    pair_passkey_confirmation: PairPasskeyConfirmation
    transfer_progress: TransferProgress
    pair_accepted: PairAccepted
    def __init__(self, session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., at_ms: _Optional[int] = ..., sequence: _Optional[int] = ..., connected: _Optional[_Union[Connected, _Mapping]] = ..., disconnected: _Optional[_Union[Disconnected, _Mapping]] = ..., pair_code: _Optional[_Union[PairCode, _Mapping]] = ..., pair_success: _Optional[_Union[PairSuccess, _Mapping]] = ..., pair_failed: _Optional[_Union[PairFailed, _Mapping]] = ..., offline_drained: _Optional[_Union[OfflineDrained, _Mapping]] = ..., push_name_changed: _Optional[_Union[PushNameChanged, _Mapping]] = ..., credentials_changed: _Optional[_Union[CredentialsChanged, _Mapping]] = ..., pair_phone_code: _Optional[_Union[PairPhoneCode, _Mapping]] = ..., pair_passkey_request: _Optional[_Union[PairPasskeyRequest, _Mapping]] = ..., pair_passkey_confirmation: _Optional[_Union[PairPasskeyConfirmation, _Mapping]] = ..., transfer_progress: _Optional[_Union[TransferProgress, _Mapping]] = ..., pair_accepted: _Optional[_Union[PairAccepted, _Mapping]] = ...) -> None: ...

class Connected(_message.Message):
    __slots__ = ("server_ahead_ms",)
    SERVER_AHEAD_MS_FIELD_NUMBER: _ClassVar[int]
    server_ahead_ms: int
    def __init__(self, server_ahead_ms: _Optional[int] = ...) -> None: ...

class Disconnected(_message.Message):
    __slots__ = ("reason", "detail", "banned_until_ms", "code", "server_ahead_ms")
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    BANNED_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SERVER_AHEAD_MS_FIELD_NUMBER: _ClassVar[int]
    reason: Reason
    detail: str
    banned_until_ms: int
    code: int
    server_ahead_ms: int
    def __init__(self, reason: _Optional[_Union[Reason, str]] = ..., detail: _Optional[str] = ..., banned_until_ms: _Optional[int] = ..., code: _Optional[int] = ..., server_ahead_ms: _Optional[int] = ...) -> None: ...

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

class PairAccepted(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PairPhoneCode(_message.Message):
    __slots__ = ("code", "valid_until_ms")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    code: str
    valid_until_ms: int
    def __init__(self, code: _Optional[str] = ..., valid_until_ms: _Optional[int] = ...) -> None: ...

class PairPasskeyRequest(_message.Message):
    __slots__ = ("options_json", "valid_until_ms")
    OPTIONS_JSON_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    options_json: bytes
    valid_until_ms: int
    def __init__(self, options_json: _Optional[bytes] = ..., valid_until_ms: _Optional[int] = ...) -> None: ...

class PairPasskeyConfirmation(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

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

class CredentialsChanged(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TransferProgress(_message.Message):
    __slots__ = ("transfer_id", "done_bytes", "total_bytes")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    DONE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    done_bytes: int
    total_bytes: int
    def __init__(self, transfer_id: _Optional[str] = ..., done_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ...) -> None: ...

class Levels(_message.Message):
    __slots__ = ("at_ms", "sessions", "sequence", "commits")
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    COMMITS_FIELD_NUMBER: _ClassVar[int]
    at_ms: int
    sessions: _containers.RepeatedCompositeFieldContainer[Level]
    sequence: int
    commits: int
    def __init__(self, at_ms: _Optional[int] = ..., sessions: _Optional[_Iterable[_Union[Level, _Mapping]]] = ..., sequence: _Optional[int] = ..., commits: _Optional[int] = ...) -> None: ...

class Level(_message.Message):
    __slots__ = ("session_id", "epoch", "level", "last_frame_ms", "waiting", "missed_probes", "folder", "jid", "backlog", "waiting_ms", "phone_seen_ms")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAME_MS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    MISSED_PROBES_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    JID_FIELD_NUMBER: _ClassVar[int]
    BACKLOG_FIELD_NUMBER: _ClassVar[int]
    WAITING_MS_FIELD_NUMBER: _ClassVar[int]
    PHONE_SEEN_MS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    epoch: int
    level: LinkLevel
    last_frame_ms: int
    waiting: int
    missed_probes: int
    folder: str
    jid: str
    backlog: int
    waiting_ms: int
    phone_seen_ms: int
    def __init__(self, session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., level: _Optional[_Union[LinkLevel, str]] = ..., last_frame_ms: _Optional[int] = ..., waiting: _Optional[int] = ..., missed_probes: _Optional[int] = ..., folder: _Optional[str] = ..., jid: _Optional[str] = ..., backlog: _Optional[int] = ..., waiting_ms: _Optional[int] = ..., phone_seen_ms: _Optional[int] = ...) -> None: ...

class Delivery(_message.Message):
    __slots__ = ("delivery_id", "session_id", "epoch", "message", "receipt", "notice")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    delivery_id: int
    session_id: str
    epoch: int
    message: Message
    receipt: Receipt
    notice: Notice
    def __init__(self, delivery_id: _Optional[int] = ..., session_id: _Optional[str] = ..., epoch: _Optional[int] = ..., message: _Optional[_Union[Message, _Mapping]] = ..., receipt: _Optional[_Union[Receipt, _Mapping]] = ..., notice: _Optional[_Union[Notice, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("message_id", "chat", "sender", "chat_alt", "sender_alt", "from_me", "group", "timestamp_ms", "push_name", "offline", "quoted_id", "raw", "mentions", "forwarded", "view_once", "disappearing_s", "text", "media", "location", "contact", "poll", "reaction", "edit", "revoke", "undecryptable", "untranslatable", "other", "poll_vote", "live_location", "group_invite", "event")
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
    MENTIONS_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_FIELD_NUMBER: _ClassVar[int]
    VIEW_ONCE_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARING_S_FIELD_NUMBER: _ClassVar[int]
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
    POLL_VOTE_FIELD_NUMBER: _ClassVar[int]
    LIVE_LOCATION_FIELD_NUMBER: _ClassVar[int]
    GROUP_INVITE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
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
    mentions: _containers.RepeatedScalarFieldContainer[str]
    forwarded: int
    view_once: bool
    disappearing_s: int
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
    poll_vote: PollVote
    live_location: LiveLocation
    group_invite: GroupInvite
    event: CalendarEvent
    def __init__(self, message_id: _Optional[str] = ..., chat: _Optional[str] = ..., sender: _Optional[str] = ..., chat_alt: _Optional[str] = ..., sender_alt: _Optional[str] = ..., from_me: _Optional[bool] = ..., group: _Optional[bool] = ..., timestamp_ms: _Optional[int] = ..., push_name: _Optional[str] = ..., offline: _Optional[bool] = ..., quoted_id: _Optional[str] = ..., raw: _Optional[bytes] = ..., mentions: _Optional[_Iterable[str]] = ..., forwarded: _Optional[int] = ..., view_once: _Optional[bool] = ..., disappearing_s: _Optional[int] = ..., text: _Optional[_Union[Text, _Mapping]] = ..., media: _Optional[_Union[Media, _Mapping]] = ..., location: _Optional[_Union[Location, _Mapping]] = ..., contact: _Optional[_Union[Contact, _Mapping]] = ..., poll: _Optional[_Union[Poll, _Mapping]] = ..., reaction: _Optional[_Union[Reaction, _Mapping]] = ..., edit: _Optional[_Union[Edit, _Mapping]] = ..., revoke: _Optional[_Union[Revoke, _Mapping]] = ..., undecryptable: _Optional[_Union[Undecryptable, _Mapping]] = ..., untranslatable: _Optional[_Union[Untranslatable, _Mapping]] = ..., other: _Optional[_Union[Other, _Mapping]] = ..., poll_vote: _Optional[_Union[PollVote, _Mapping]] = ..., live_location: _Optional[_Union[LiveLocation, _Mapping]] = ..., group_invite: _Optional[_Union[GroupInvite, _Mapping]] = ..., event: _Optional[_Union[CalendarEvent, _Mapping]] = ...) -> None: ...

class Text(_message.Message):
    __slots__ = ("body",)
    BODY_FIELD_NUMBER: _ClassVar[int]
    body: str
    def __init__(self, body: _Optional[str] = ...) -> None: ...

class Media(_message.Message):
    __slots__ = ("kind", "caption", "mimetype", "size_bytes", "file_name", "duration_s", "remote", "width", "height", "thumbnail", "waveform")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    MIMETYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    REMOTE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_FIELD_NUMBER: _ClassVar[int]
    kind: MediaKind
    caption: str
    mimetype: str
    size_bytes: int
    file_name: str
    duration_s: int
    remote: RemoteFile
    width: int
    height: int
    thumbnail: bytes
    waveform: bytes
    def __init__(self, kind: _Optional[_Union[MediaKind, str]] = ..., caption: _Optional[str] = ..., mimetype: _Optional[str] = ..., size_bytes: _Optional[int] = ..., file_name: _Optional[str] = ..., duration_s: _Optional[int] = ..., remote: _Optional[_Union[RemoteFile, _Mapping]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., thumbnail: _Optional[bytes] = ..., waveform: _Optional[bytes] = ...) -> None: ...

class RemoteFile(_message.Message):
    __slots__ = ("direct_path", "media_key", "file_sha256", "file_enc_sha256")
    DIRECT_PATH_FIELD_NUMBER: _ClassVar[int]
    MEDIA_KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_SHA256_FIELD_NUMBER: _ClassVar[int]
    FILE_ENC_SHA256_FIELD_NUMBER: _ClassVar[int]
    direct_path: str
    media_key: bytes
    file_sha256: bytes
    file_enc_sha256: bytes
    def __init__(self, direct_path: _Optional[str] = ..., media_key: _Optional[bytes] = ..., file_sha256: _Optional[bytes] = ..., file_enc_sha256: _Optional[bytes] = ...) -> None: ...

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

class LiveLocation(_message.Message):
    __slots__ = ("latitude", "longitude", "caption", "accuracy_m", "speed_mps", "heading_deg", "sequence")
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    ACCURACY_M_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    HEADING_DEG_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    latitude: float
    longitude: float
    caption: str
    accuracy_m: int
    speed_mps: float
    heading_deg: int
    sequence: int
    def __init__(self, latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., caption: _Optional[str] = ..., accuracy_m: _Optional[int] = ..., speed_mps: _Optional[float] = ..., heading_deg: _Optional[int] = ..., sequence: _Optional[int] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("display_name", "vcard")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VCARD_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    vcard: str
    def __init__(self, display_name: _Optional[str] = ..., vcard: _Optional[str] = ...) -> None: ...

class GroupInvite(_message.Message):
    __slots__ = ("group", "code", "name", "caption", "expires_ms")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    group: str
    code: str
    name: str
    caption: str
    expires_ms: int
    def __init__(self, group: _Optional[str] = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., caption: _Optional[str] = ..., expires_ms: _Optional[int] = ...) -> None: ...

class CalendarEvent(_message.Message):
    __slots__ = ("name", "description", "start_ms", "end_ms", "location", "join_link", "canceled")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    START_MS_FIELD_NUMBER: _ClassVar[int]
    END_MS_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    JOIN_LINK_FIELD_NUMBER: _ClassVar[int]
    CANCELED_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    start_ms: int
    end_ms: int
    location: Location
    join_link: str
    canceled: bool
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., start_ms: _Optional[int] = ..., end_ms: _Optional[int] = ..., location: _Optional[_Union[Location, _Mapping]] = ..., join_link: _Optional[str] = ..., canceled: _Optional[bool] = ...) -> None: ...

class Poll(_message.Message):
    __slots__ = ("question", "options", "selectable")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SELECTABLE_FIELD_NUMBER: _ClassVar[int]
    question: str
    options: _containers.RepeatedScalarFieldContainer[str]
    selectable: int
    def __init__(self, question: _Optional[str] = ..., options: _Optional[_Iterable[str]] = ..., selectable: _Optional[int] = ...) -> None: ...

class PollVote(_message.Message):
    __slots__ = ("message_id", "chosen", "sealed")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    chosen: _containers.RepeatedScalarFieldContainer[bytes]
    sealed: bool
    def __init__(self, message_id: _Optional[str] = ..., chosen: _Optional[_Iterable[bytes]] = ..., sealed: _Optional[bool] = ...) -> None: ...

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

class Notice(_message.Message):
    __slots__ = ("notice_id", "timestamp_ms", "chat", "actor", "chat_alt", "actor_alt", "raw", "group_changed", "identity_changed", "call_received", "picture_changed", "contact_changed", "history_offered", "reachout_lock", "presence_changed", "activity_changed", "other", "label_changed", "chat_label_changed")
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MS_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CHAT_ALT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ALT_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    GROUP_CHANGED_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CALL_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    PICTURE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CONTACT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    HISTORY_OFFERED_FIELD_NUMBER: _ClassVar[int]
    REACHOUT_LOCK_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    LABEL_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CHAT_LABEL_CHANGED_FIELD_NUMBER: _ClassVar[int]
    notice_id: str
    timestamp_ms: int
    chat: str
    actor: str
    chat_alt: str
    actor_alt: str
    raw: bytes
    group_changed: GroupChanged
    identity_changed: IdentityChanged
    call_received: CallReceived
    picture_changed: PictureChanged
    contact_changed: ContactChanged
    history_offered: HistoryOffered
    reachout_lock: ReachoutLock
    presence_changed: PresenceChanged
    activity_changed: ActivityChanged
    other: OtherNotice
    label_changed: LabelChanged
    chat_label_changed: ChatLabelChanged
    def __init__(self, notice_id: _Optional[str] = ..., timestamp_ms: _Optional[int] = ..., chat: _Optional[str] = ..., actor: _Optional[str] = ..., chat_alt: _Optional[str] = ..., actor_alt: _Optional[str] = ..., raw: _Optional[bytes] = ..., group_changed: _Optional[_Union[GroupChanged, _Mapping]] = ..., identity_changed: _Optional[_Union[IdentityChanged, _Mapping]] = ..., call_received: _Optional[_Union[CallReceived, _Mapping]] = ..., picture_changed: _Optional[_Union[PictureChanged, _Mapping]] = ..., contact_changed: _Optional[_Union[ContactChanged, _Mapping]] = ..., history_offered: _Optional[_Union[HistoryOffered, _Mapping]] = ..., reachout_lock: _Optional[_Union[ReachoutLock, _Mapping]] = ..., presence_changed: _Optional[_Union[PresenceChanged, _Mapping]] = ..., activity_changed: _Optional[_Union[ActivityChanged, _Mapping]] = ..., other: _Optional[_Union[OtherNotice, _Mapping]] = ..., label_changed: _Optional[_Union[LabelChanged, _Mapping]] = ..., chat_label_changed: _Optional[_Union[ChatLabelChanged, _Mapping]] = ...) -> None: ...

class GroupChanged(_message.Message):
    __slots__ = ("joined", "left", "promoted", "demoted", "subject", "description", "announce", "locked", "disappearing_s", "deleted", "added_us")
    JOINED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    PROMOTED_FIELD_NUMBER: _ClassVar[int]
    DEMOTED_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ANNOUNCE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    DISAPPEARING_S_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    ADDED_US_FIELD_NUMBER: _ClassVar[int]
    joined: _containers.RepeatedScalarFieldContainer[str]
    left: _containers.RepeatedScalarFieldContainer[str]
    promoted: _containers.RepeatedScalarFieldContainer[str]
    demoted: _containers.RepeatedScalarFieldContainer[str]
    subject: str
    description: str
    announce: bool
    locked: bool
    disappearing_s: int
    deleted: bool
    added_us: bool
    def __init__(self, joined: _Optional[_Iterable[str]] = ..., left: _Optional[_Iterable[str]] = ..., promoted: _Optional[_Iterable[str]] = ..., demoted: _Optional[_Iterable[str]] = ..., subject: _Optional[str] = ..., description: _Optional[str] = ..., announce: _Optional[bool] = ..., locked: _Optional[bool] = ..., disappearing_s: _Optional[int] = ..., deleted: _Optional[bool] = ..., added_us: _Optional[bool] = ...) -> None: ...

class IdentityChanged(_message.Message):
    __slots__ = ("implicit",)
    IMPLICIT_FIELD_NUMBER: _ClassVar[int]
    implicit: bool
    def __init__(self, implicit: _Optional[bool] = ...) -> None: ...

class CallReceived(_message.Message):
    __slots__ = ("call_id", "step", "video", "group")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    VIDEO_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    step: CallStep
    video: bool
    group: bool
    def __init__(self, call_id: _Optional[str] = ..., step: _Optional[_Union[CallStep, str]] = ..., video: _Optional[bool] = ..., group: _Optional[bool] = ...) -> None: ...

class PictureChanged(_message.Message):
    __slots__ = ("picture_id",)
    PICTURE_ID_FIELD_NUMBER: _ClassVar[int]
    picture_id: str
    def __init__(self, picture_id: _Optional[str] = ...) -> None: ...

class ContactChanged(_message.Message):
    __slots__ = ("about", "push_name", "business_name", "saved_name")
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    PUSH_NAME_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_NAME_FIELD_NUMBER: _ClassVar[int]
    SAVED_NAME_FIELD_NUMBER: _ClassVar[int]
    about: str
    push_name: str
    business_name: str
    saved_name: str
    def __init__(self, about: _Optional[str] = ..., push_name: _Optional[str] = ..., business_name: _Optional[str] = ..., saved_name: _Optional[str] = ...) -> None: ...

class HistoryOffered(_message.Message):
    __slots__ = ("conversations", "progress", "notification")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_FIELD_NUMBER: _ClassVar[int]
    conversations: int
    progress: int
    notification: bytes
    def __init__(self, conversations: _Optional[int] = ..., progress: _Optional[int] = ..., notification: _Optional[bytes] = ...) -> None: ...

class ReachoutLock(_message.Message):
    __slots__ = ("until_ms", "reason")
    UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    until_ms: int
    reason: str
    def __init__(self, until_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class PresenceChanged(_message.Message):
    __slots__ = ("available", "last_seen_ms")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_MS_FIELD_NUMBER: _ClassVar[int]
    available: bool
    last_seen_ms: int
    def __init__(self, available: _Optional[bool] = ..., last_seen_ms: _Optional[int] = ...) -> None: ...

class ActivityChanged(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: ChatActivity
    def __init__(self, activity: _Optional[_Union[ChatActivity, str]] = ...) -> None: ...

class OtherNotice(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: str
    def __init__(self, kind: _Optional[str] = ...) -> None: ...

class LabelChanged(_message.Message):
    __slots__ = ("label_id", "name", "color", "deleted")
    LABEL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLOR_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    label_id: str
    name: str
    color: int
    deleted: bool
    def __init__(self, label_id: _Optional[str] = ..., name: _Optional[str] = ..., color: _Optional[int] = ..., deleted: _Optional[bool] = ...) -> None: ...

class ChatLabelChanged(_message.Message):
    __slots__ = ("label_id", "applied")
    LABEL_ID_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    label_id: str
    applied: bool
    def __init__(self, label_id: _Optional[str] = ..., applied: _Optional[bool] = ...) -> None: ...
