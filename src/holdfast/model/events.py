"""Events: what the journal holds and consumers read."""

from enum import StrEnum


class EventType(StrEnum):
    """Every type of event. `data` per type is described in the API."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_STATUS = "message.status"
    SESSION_STATE = "session.state"
    SESSION_PAIRING = "session.pairing"


class SendStatus(StrEnum):
    """The life of a message that was accepted. It only moves forward; `failed` and `read` are ends."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
