"""The Python SDK: everything a program needs to talk over WhatsApp numbers that Holdfast keeps.

Calls enter as Python, leave as HTTP or over one WebSocket, and come back as frozen values or typed errors.
It never reads the gateway's files except to find its address and key, and it never decides anything about a
session.
"""

from holdfast.client.access import Access, Act, IssuedKey, Key, Me, User
from holdfast.client.alerts import Alert, AlertChannel, AlertRule, Notification, Quiet
from holdfast.client.chats import Chat, Chats, Found, Window
from holdfast.client.client import Client
from holdfast.client.errors import GatewayUnreachable
from holdfast.client.event import Event
from holdfast.client.groups import Group, Groups, JoinRequest, Member
from holdfast.client.handovers import HeldChat
from holdfast.client.locate import Locator, data_folder
from holdfast.client.media import MediaFile, MessageMedia, Opened
from holdfast.client.people import Checked, People, Picture, Profile
from holdfast.client.stream import EventStream
from holdfast.client.system import System
from holdfast.client.types import (
    DashboardLink,
    Message,
    PageToken,
    Pairing,
    Passkey,
    Qr,
    Quarantined,
    Queue,
    Sent,
    Session,
    Subscription,
    TypedCode,
    Unlinking,
    Warned,
)
from holdfast.client.uptime import Change, Outages, Share, Uptime
from holdfast.model.errors import (
    AccessError,
    AlreadyLinked,
    ContentInvalid,
    HoldfastError,
    IdempotencyConflict,
    LoginRefused,
    LoginThrottled,
    MediaError,
    MessageTooLarge,
    NameTaken,
    NoPasskey,
    NoQr,
    NotCancellable,
    RecipientInvalid,
    SubscriptionFilterDiffers,
    SubscriptionTaken,
    TargetInvalid,
    TotpNeeded,
    Unauthorized,
    UnknownMessage,
    UnknownSession,
    UserError,
    WhatsAppForbidden,
    WhatsAppNotFound,
    WhatsAppUnanswered,
)

__all__ = [
    "Access",
    "AccessError",
    "Act",
    "Alert",
    "AlertChannel",
    "AlertRule",
    "AlreadyLinked",
    "Change",
    "Chat",
    "Chats",
    "Checked",
    "Client",
    "ContentInvalid",
    "DashboardLink",
    "Event",
    "EventStream",
    "Found",
    "GatewayUnreachable",
    "Group",
    "Groups",
    "HeldChat",
    "HoldfastError",
    "IdempotencyConflict",
    "IssuedKey",
    "JoinRequest",
    "Key",
    "Locator",
    "LoginRefused",
    "LoginThrottled",
    "Me",
    "MediaError",
    "MediaFile",
    "Member",
    "Message",
    "MessageMedia",
    "MessageTooLarge",
    "NameTaken",
    "NoPasskey",
    "NoQr",
    "NotCancellable",
    "Notification",
    "Opened",
    "Outages",
    "PageToken",
    "Pairing",
    "Passkey",
    "People",
    "Picture",
    "Profile",
    "Qr",
    "Quarantined",
    "Queue",
    "Quiet",
    "RecipientInvalid",
    "Sent",
    "Session",
    "Share",
    "Subscription",
    "SubscriptionFilterDiffers",
    "SubscriptionTaken",
    "System",
    "TargetInvalid",
    "TotpNeeded",
    "TypedCode",
    "Unauthorized",
    "UnknownMessage",
    "UnknownSession",
    "Unlinking",
    "Uptime",
    "User",
    "UserError",
    "Warned",
    "WhatsAppForbidden",
    "WhatsAppNotFound",
    "WhatsAppUnanswered",
    "Window",
    "data_folder",
]
