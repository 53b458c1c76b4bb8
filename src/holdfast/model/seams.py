"""The seams between rooms that may not import each other."""

from dataclasses import dataclass
from typing import Protocol

from holdfast.model.ids import SessionId, TenantId
from holdfast.model.messages import SendAck


class Sender(Protocol):
    """Sends messages. The engine room fills this seam, tests fill it with a script."""

    async def send(self, session_id: SessionId, message_id: str, to: str, message: bytes) -> SendAck:
        """Hand one message, the final bytes of waE2E.Message, to WhatsApp and wait for its ack.

        Safe to repeat with the same `message_id`, never with another one. Never cancelled in the middle.
        Raises NotConnected, EngineUnreachable, EngineStorageFailed (nothing was sent: repeat),
        SendOutcomeUnknown (repeat with the same id), RateLimited (repeat later), SendRejected,
        RecipientInvalid (final), ReachoutLocked (final for a while, for everybody who has never written).
        """
        ...

    async def show_typing(self, session_id: SessionId, to: str) -> None:
        """Show "typing…" in a chat, as long as WhatsApp shows it or until a message comes. Best effort.

        Raises HoldfastError when it was not shown.
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionRef:
    """Which session: all that a room needs that does not know sessions."""

    session_id: SessionId
    tenant_id: TenantId
    name: str
    #: The session's number, digits; empty before it was ever linked.
    phone: str = ""
    #: Its canonical JID without device, as chats see the sender; empty before it was ever linked.
    sender: str = ""


class SessionDirectory(Protocol):
    """Finds sessions. The sessions room fills this seam."""

    def resolve(self, tenant_id: TenantId, ref: str) -> SessionRef:
        """The session of this tenant with this id, name or number. Raises UnknownSession."""
        ...
