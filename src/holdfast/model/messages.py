"""Messages and receipts as the engine hands them over, and what it says about a send."""

from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import Content
from holdfast.model.ids import SessionId
from holdfast.model.media import FileOfMessage
from holdfast.model.notices import InboundNotice


class ReceiptKind(StrEnum):
    """What a receipt says. `read_self` is the own phone reading; it says nothing about the recipient."""

    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    READ_SELF = "read_self"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message that waits for confirmation. JIDs without device, as in the stanza; `…_alt`: other form."""

    delivery_id: int
    session_id: SessionId
    epoch: int
    message_id: str
    chat: str
    sender: str
    timestamp_ms: int
    content: Content = field(repr=False)
    raw: bytes = field(repr=False)  #: waE2E.Message, or what there was
    chat_alt: str = ""
    sender_alt: str = ""
    from_me: bool = False
    group: bool = False
    push_name: str = field(default="", repr=False)
    offline: bool = False  #: came from WhatsApp's offline queue
    attributes: Attributes = NONE
    #: The file that it names, where it can be fetched.
    file: FileOfMessage | None = None


@dataclass(frozen=True, slots=True)
class InboundReceipt:
    """What somebody did with messages of ours. Waits for confirmation too."""

    delivery_id: int
    session_id: SessionId
    epoch: int
    message_ids: tuple[str, ...]
    chat: str
    sender: str
    kind: ReceiptKind
    timestamp_ms: int
    chat_alt: str = ""
    sender_alt: str = ""


#: What the engine hands over and waits for. Whoever takes one apart matches every kind: one that is forgotten
#: would be confirmed and lost.
Delivery = InboundMessage | InboundReceipt | InboundNotice


@dataclass(frozen=True, slots=True)
class SendAck:
    """WhatsApp took the message."""

    timestamp_ms: int
    sender: str  #: the JID WhatsApp saw as sender
