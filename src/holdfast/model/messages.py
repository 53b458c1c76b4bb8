"""Messages and receipts as the engine hands them over, and what it says about a send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is. `fields` of an InboundMessage holds, per kind:

    text: nothing. image, video, audio, voice, document, sticker: mimetype, size_bytes, file_name,
    duration_s (caption is `text`). location: latitude, longitude, name, address. contact: display_name,
    vcard. poll: options, selectable (question is `text`). reaction: reacted_to, emoji (empty: taken back).
    edit: edited (new body is `text`). revoke: revoked. undecryptable, untranslatable: why. other:
    protobuf_field.
    """

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    REACTION = "reaction"
    EDIT = "edit"
    REVOKE = "revoke"
    UNDECRYPTABLE = "undecryptable"
    UNTRANSLATABLE = "untranslatable"
    OTHER = "other"


class ReceiptKind(StrEnum):
    """What a receipt says. `read_self` is the own phone reading; it says nothing about the recipient."""

    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    READ_SELF = "read_self"
    OTHER = "other"


Field = str | int | float | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message that waits for confirmation. JIDs without device, as in the stanza; `…_alt`: other form."""

    delivery_id: int
    session_id: str
    epoch: int
    message_id: str
    chat: str
    sender: str
    timestamp_ms: int
    kind: MessageKind
    raw: bytes = field(repr=False)  #: waE2E.Message, or what there was
    text: str = field(default="", repr=False)
    chat_alt: str = ""
    sender_alt: str = ""
    from_me: bool = False
    group: bool = False
    push_name: str = field(default="", repr=False)
    offline: bool = False  #: came from WhatsApp's offline queue
    quoted_id: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class InboundReceipt:
    """What somebody did with messages of ours. Waits for confirmation too."""

    delivery_id: int
    session_id: str
    epoch: int
    message_ids: tuple[str, ...]
    chat: str
    sender: str
    kind: ReceiptKind
    timestamp_ms: int
    chat_alt: str = ""
    sender_alt: str = ""


Delivery = InboundMessage | InboundReceipt


@dataclass(frozen=True, slots=True)
class SendAck:
    """WhatsApp took the message."""

    timestamp_ms: int
    sender: str  #: the JID WhatsApp saw as sender
    message: bytes = field(default=b"", repr=False)  #: waE2E.Message as sent
