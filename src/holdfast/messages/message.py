"""One message as everybody outside sees it. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import Content
from holdfast.model.events import ErrorNote, SendStatus
from holdfast.model.ids import SessionId
from holdfast.model.media import FileState


class Direction(StrEnum):
    """Which way a message went, seen from Holdfast."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What only a message that Holdfast sends has."""

    to: str  #: the JID it goes to
    status: SendStatus
    accepted_at_ms: int
    sent_at_ms: int | None = None
    delivered_at_ms: int | None = None  #: the first receipt of a recipient
    read_at_ms: int | None = None  #: the first receipt of a recipient
    failed_at_ms: int | None = None
    delivered_to: int = 0  #: recipients whose receipt came
    read_by: int = 0
    #: Attempts so far, and when the next one is due; 0 and None once nothing waits any more.
    attempts: int = 0
    next_at_ms: int | None = None
    not_before_ms: int | None = None
    expires_at_ms: int | None = None
    #: Why it failed, or why the last attempt did.
    error: ErrorNote | None = None


@dataclass(frozen=True, slots=True)
class MessageFile:
    """The file of a message, and where it stands. `error` is a code."""

    media_id: str
    state: FileState
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message of one session, received or sent. Chat and sender are canonical."""

    order_no: int  #: the order in which Holdfast took messages; rises, with gaps
    direction: Direction
    session_id: SessionId
    message_id: str
    chat: str
    sender: str  #: empty for a message that was accepted before the session was linked
    from_me: bool
    group: bool
    content: Content = field(repr=False)
    timestamp_ms: int
    push_name: str = field(default="", repr=False)
    attributes: Attributes = NONE
    event_id: str | None = None  #: of a received message
    outgoing: Outgoing | None = None
    file: MessageFile | None = None
    #: Of a message of before the link: the message after which it stands, by its order.
    history_place: int | None = None
    raw: bytes = field(default=b"", repr=False)  #: waE2E.Message; only where one message is shown

    @property
    def quoted_id(self) -> str | None:
        """The message that this one replies to."""
        return self.attributes.quoted_id
