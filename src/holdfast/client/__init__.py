"""The Python SDK: everything a program needs to talk over WhatsApp numbers that Holdfast keeps.

Calls enter as Python, leave as HTTP or over one WebSocket, and come back as frozen values or typed errors.
It never reads the gateway's files except to find its address and key, and it never decides anything about a
session.
"""

from holdfast.client.client import Client
from holdfast.client.errors import (
    AlreadyLinked,
    ApiError,
    GatewayUnreachable,
    IdempotencyConflict,
    MessageTooLarge,
    NoQr,
    NotAllowed,
    RecipientInvalid,
    SessionUnknown,
)
from holdfast.client.locate import Locator, data_folder
from holdfast.client.stream import EventStream
from holdfast.client.types import (
    DashboardLink,
    Event,
    Message,
    Pairing,
    Qr,
    Sent,
    Session,
    System,
)

__all__ = [
    "AlreadyLinked",
    "ApiError",
    "Client",
    "DashboardLink",
    "Event",
    "EventStream",
    "GatewayUnreachable",
    "IdempotencyConflict",
    "Locator",
    "Message",
    "MessageTooLarge",
    "NoQr",
    "NotAllowed",
    "Pairing",
    "Qr",
    "RecipientInvalid",
    "Sent",
    "Session",
    "SessionUnknown",
    "System",
    "data_folder",
]
