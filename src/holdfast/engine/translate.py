"""Protobuf to values and back. Pure, and the only file that knows the generated code beside the channel."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from holdfast.engine import facts
from holdfast.engine.translate_content import attributes_of, content_of, file_of
from holdfast.engine.translate_notices import notice
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.content import Untranslatable
from holdfast.model.errors import (
    Busy,
    CommandRefused,
    EngineOutdated,
    EngineStorageFailed,
    FileCorrupt,
    FileNewer,
    FolderMissing,
    HoldfastError,
    KeysUnavailable,
    NotConnected,
    NotOnWhatsApp,
    NotOpen,
    RateLimited,
    ReachoutLocked,
    SendOutcomeUnknown,
    SendRejected,
    WhatsAppForbidden,
    WhatsAppNotFound,
    WhatsAppRefused,
    WhatsAppUnanswered,
    WrongFileKey,
)
from holdfast.model.ids import SessionId
from holdfast.model.messages import Delivery, InboundMessage, InboundReceipt, ReceiptKind
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel
from holdfast.model.verdicts import refined

# An end that was requested carries an old epoch and is stale by then; one that is not was none of our doing.
REASONS: Final[Mapping[int, Reason]] = {
    pb.REASON_UNSPECIFIED: Reason.NETWORK,
    pb.REQUESTED: Reason.NETWORK,
    pb.NETWORK: Reason.NETWORK,
    pb.SERVICE_UNAVAILABLE: Reason.SERVICE_UNAVAILABLE,
    pb.RESTART_REQUIRED: Reason.RESTART_REQUIRED,
    pb.REPLACED: Reason.REPLACED,
    pb.LOGGED_OUT: Reason.LOGGED_OUT_ON_PHONE,
    pb.BANNED: Reason.BANNED,
    pb.LOCKED: Reason.LOCKED,
    pb.CLIENT_OUTDATED: Reason.CLIENT_OUTDATED,
    pb.CONNECT_FAILURE: Reason.CONNECT_FAILURE,
    pb.STREAM_ERROR: Reason.STREAM_ERROR,
    pb.SILENT: Reason.SILENT,
    pb.STORAGE_FAILED: Reason.STORAGE_FAILED,
    pb.CRASHED: Reason.CRASHED,
    pb.PARKED: Reason.PARKED,
    pb.CLOCK_WRONG: Reason.CLOCK_WRONG,
    pb.UNREACHABLE: Reason.UNREACHABLE,
    pb.HANDSHAKE_UNANSWERED: Reason.UNANSWERED,
    pb.CERTIFICATE_REFUSED: Reason.CERTIFICATE_REFUSED,
}
PAIR_FAILURES: Final[Mapping[int, Reason]] = {
    pb.PAIR_FAILURE_UNSPECIFIED: Reason.PAIRING_REFUSED,
    pb.PAIR_TIMED_OUT: Reason.PAIRING_TIMED_OUT,
    pb.PAIR_CANCELLED: Reason.PAIRING_CANCELLED,
    pb.PAIR_UNREACHABLE: Reason.PAIRING_UNREACHABLE,
    pb.PAIR_REFUSED: Reason.PAIRING_REFUSED,
    pb.PAIR_OUTDATED: Reason.PAIRING_OUTDATED,
    pb.PAIR_CLOCK_WRONG: Reason.CLOCK_WRONG,
    pb.PAIR_PASSKEY_NEEDED: Reason.PAIRING_PASSKEY_NEEDED,
    pb.PAIR_PASSKEY_REFUSED: Reason.PAIRING_PASSKEY_REFUSED,
    pb.PAIR_NO_MULTIDEVICE: Reason.PAIRING_MULTIDEVICE_OFF,
}
_LEVELS: Final[Mapping[int, LinkLevel]] = {
    pb.LINK_LEVEL_UNSPECIFIED: LinkLevel.CLOSED,
    **{int(level): level for level in LinkLevel},
}
_RECEIPTS: Final[Mapping[int, ReceiptKind]] = {
    pb.RECEIPT_KIND_UNSPECIFIED: ReceiptKind.OTHER,
    pb.DELIVERED: ReceiptKind.DELIVERED,
    pb.READ: ReceiptKind.READ,
    pb.PLAYED: ReceiptKind.PLAYED,
    pb.READ_SELF: ReceiptKind.READ_SELF,
    pb.RECEIPT_OTHER: ReceiptKind.OTHER,
}


def levels(message: pb.Levels) -> facts.Levels:
    """The batched frame of levels."""
    return facts.Levels(message.at_ms, tuple(map(held, message.sessions)), message.sequence, message.commits)


def held(level: pb.Level) -> facts.Held:
    """One session's level. A level that is unknown here counts as the nearest one below."""
    known = _LEVELS.get(level.level)
    return facts.Held(
        SessionId(level.session_id),
        level.epoch,
        LinkLevel.DRAINED if known is None else known,
        level.last_frame_ms,
        level.waiting,
        level.missed_probes,
        level.folder,
        level.jid,
        level.waiting_ms,
        level.phone_seen_ms,
    )


def fact(message: pb.SessionFact) -> facts.SessionFact | None:
    """One fact, or None for a kind that is newer than this gateway: levels repair what it would have said."""
    name = message.WhichOneof("fact")
    make = _HAPPENINGS.get(name or "")
    if make is None:
        return None
    happened = make(getattr(message, str(name)))
    return facts.SessionFact(
        SessionId(message.session_id), message.epoch, message.at_ms, happened, message.sequence
    )


def _connected(it: pb.Connected) -> facts.Connected:
    return facts.Connected(it.server_ahead_ms if it.HasField("server_ahead_ms") else None)


def _disconnected(it: pb.Disconnected) -> facts.Disconnected:
    reason = refined(REASONS.get(it.reason, Reason.UNKNOWN_CODE), it.code)
    ahead = it.server_ahead_ms if it.HasField("server_ahead_ms") else None
    return facts.Disconnected(reason, it.detail, it.banned_until_ms or None, it.code, ahead)


_HAPPENINGS: Final[Mapping[str, Callable[[Any], facts.Happening]]] = {
    "connected": _connected,
    "disconnected": _disconnected,
    "pair_code": lambda it: facts.PairCode(it.code, it.index, it.of, it.valid_until_ms),
    "pair_accepted": lambda it: facts.PairAccepted(),
    "pair_success": lambda it: facts.PairSuccess(it.jid, it.lid, it.platform, it.push_name),
    "pair_failed": lambda it: facts.PairFailed(
        PAIR_FAILURES.get(it.reason, Reason.PAIRING_REFUSED), it.detail
    ),
    "offline_drained": lambda it: facts.OfflineDrained(it.count),
    "push_name_changed": lambda it: facts.PushNameChanged(it.push_name),
    "credentials_changed": lambda it: facts.CredentialsChanged(),
    "pair_phone_code": lambda it: facts.PairPhoneCode(it.code, it.valid_until_ms),
    "pair_passkey_request": lambda it: facts.PairPasskeyRequest(it.options_json, it.valid_until_ms),
    "pair_passkey_confirmation": lambda it: facts.PairPasskeyConfirmation(it.code),
    "transfer_progress": lambda it: facts.TransferProgress(it.transfer_id, it.done_bytes, it.total_bytes),
}


# ---- deliveries --------------------------------------------------------------------------------------------


def delivery(message: pb.Delivery) -> Delivery:
    """One message, receipt or notice. What is newer than this gateway keeps its raw protobuf.

    A content that is newer is `other`, a whole delivery is `untranslatable`: refused it would come again for
    ever, confirmed without being stored it would be lost.
    """
    match message.WhichOneof("delivery"):
        case "message":
            return _message(message, message.message)
        case "receipt":
            return _receipt(message, message.receipt)
        case "notice":
            return notice(message, message.notice)
        case _:
            return _unknown(message)


def _unknown(outer: pb.Delivery) -> InboundMessage:
    # Another engine counts again: the id that tells a twin from a newcomer is made of what was delivered.
    bare = pb.Delivery.FromString(outer.SerializeToString())
    bare.delivery_id = bare.epoch = 0
    raw = bare.SerializeToString(deterministic=True)
    return InboundMessage(
        delivery_id=outer.delivery_id,
        session_id=SessionId(outer.session_id),
        epoch=outer.epoch,
        message_id=f"delivery-{sha256(raw).hexdigest()[:32]}",
        chat="",
        sender="",
        timestamp_ms=0,
        content=Untranslatable("a kind of delivery that this gateway does not know"),
        raw=raw,
    )


def _message(outer: pb.Delivery, it: pb.Message) -> InboundMessage:
    return InboundMessage(
        delivery_id=outer.delivery_id,
        session_id=SessionId(outer.session_id),
        epoch=outer.epoch,
        message_id=it.message_id,
        chat=it.chat,
        sender=it.sender,
        timestamp_ms=it.timestamp_ms,
        content=content_of(it),
        raw=it.raw,
        chat_alt=it.chat_alt,
        sender_alt=it.sender_alt,
        from_me=it.from_me,
        group=it.group,
        push_name=it.push_name,
        offline=it.offline,
        attributes=attributes_of(it),
        file=file_of(it),
    )


def _receipt(outer: pb.Delivery, it: pb.Receipt) -> InboundReceipt:
    return InboundReceipt(
        delivery_id=outer.delivery_id,
        session_id=SessionId(outer.session_id),
        epoch=outer.epoch,
        message_ids=tuple(it.message_ids),
        chat=it.chat,
        sender=it.sender,
        kind=_RECEIPTS.get(it.kind, ReceiptKind.OTHER),
        timestamp_ms=it.timestamp_ms,
        chat_alt=it.chat_alt,
        sender_alt=it.sender_alt,
    )


# ---- results -----------------------------------------------------------------------------------------------

_RATE_CODE: Final = 429
#: A message to somebody who has never written, while this number may begin no new chats.
_LOCK_CODE: Final = 463
#: A message to a group that this number is not in, or in which only admins write.
_FORBIDDEN_CODE: Final = 403
_USUAL_PAUSE_S: Final = 60.0
_ERRORS: Final[Mapping[int, type[HoldfastError]]] = {
    pb.NOT_CONNECTED: NotConnected,
    pb.OUTCOME_UNKNOWN: SendOutcomeUnknown,
    pb.RECIPIENT_UNKNOWN: NotOnWhatsApp,
    pb.STORAGE: EngineStorageFailed,
    # Nobody sends what no engine knows: this one is older than the command.
    pb.UNKNOWN_COMMAND: EngineOutdated,
}
#: Their own sentence says more to a human than the engine's.
_SAY_IT_BETTER: Final = (NotConnected, NotOnWhatsApp, EngineOutdated)
_SENDING: Final[Mapping[int, type[HoldfastError]]] = {
    **_ERRORS,
    # Nothing was sent: the session is not open here (yet), or its connection is another one by now.
    pb.UNKNOWN_SESSION: NotConnected,
    pb.STALE_EPOCH: NotConnected,
    pb.NO_KEYS: KeysUnavailable,
}
_REFUSALS: Final[Mapping[int, type[CommandRefused]]] = {
    pb.UNKNOWN_SESSION: NotOpen,
    pb.BUSY: Busy,
    pb.FOLDER_MISSING: FolderMissing,
    pb.WRONG_KEY: WrongFileKey,
    pb.FILE_CORRUPT: FileCorrupt,
    pb.FILE_NEWER: FileNewer,
    pb.NOT_FOUND: WhatsAppNotFound,
    pb.NOT_ALLOWED: WhatsAppForbidden,
    pb.REJECTED: WhatsAppRefused,
    pb.UNANSWERED: WhatsAppUnanswered,
}


def error(it: pb.Error, *, sending: bool = False) -> HoldfastError:
    """The exception that an engine's refusal stands for."""
    if it.code == pb.REJECTED and it.whatsapp_code == _RATE_CODE:
        pause_s = it.retry_after_ms / 1000 or _USUAL_PAUSE_S
        return RateLimited(f"WhatsApp limits the rate ({it.whatsapp_code})", retry_after_s=pause_s)
    if it.code == pb.REJECTED and sending and it.whatsapp_code == _LOCK_CODE:
        return ReachoutLocked()
    if it.code == pb.REJECTED and sending and it.whatsapp_code == _FORBIDDEN_CODE:
        return WhatsAppForbidden(f"WhatsApp refused the message ({it.message})")
    if it.code == pb.REJECTED and sending and not it.whatsapp_code:
        return RateLimited(f"WhatsApp refused the message ({it.message})")
    if it.code == pb.REJECTED and sending:
        return SendRejected(f"WhatsApp refused the message ({it.message})", reason=str(it.whatsapp_code))
    known = (_SENDING if sending else _ERRORS).get(it.code)
    if known is not None:
        return known() if known in _SAY_IT_BETTER else known(it.message)
    try:
        name = pb.ErrorCode.Name(it.code)
    except ValueError:
        name = str(it.code)
    kind = _REFUSALS.get(it.code, CommandRefused)
    return kind(
        f"The engine refused: {it.message or name}", error_code=name.lower(), whatsapp_code=it.whatsapp_code
    )
