"""The seams between rooms that may not import each other."""

from dataclasses import dataclass
from typing import Protocol

from holdfast.model.messages import SendAck


class Sender(Protocol):
    """Sends one message. The engine room fills this seam, tests fill it with a script."""

    async def send(
        self, session_id: str, message_id: str, to: str, text: str, message: bytes = b""
    ) -> SendAck:
        """Hand one message to WhatsApp and wait for its ack. `message`, if there, wins over `text`.

        Safe to repeat with the same `message_id`, never with another one. Never cancelled in the middle.
        Raises NotConnected, EngineUnreachable, EngineStorageFailed (nothing was sent: repeat),
        SendOutcomeUnknown (repeat with the same id), RateLimited (repeat later), SendRejected,
        RecipientInvalid (final).
        """
        ...


@dataclass(frozen=True, slots=True)
class SessionRef:
    """Which session: all that a room needs that does not know sessions."""

    session_id: str
    tenant_id: str
    name: str


class SessionDirectory(Protocol):
    """Finds sessions. The sessions room fills this seam."""

    def resolve(self, tenant_id: str, ref: str) -> SessionRef:
        """The session of this tenant with this id, name or own number. Raises UnknownSession."""
        ...
