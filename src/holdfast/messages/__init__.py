"""The messages of every session, both directions: one table, its receipts, and how they are read back.

In come rows from inbox and outbox inside their units of work, out go typed messages with the status that
their receipts give them. It never decides whether a message is new and never sends one.
"""

from holdfast.messages.following import Follower, followed
from holdfast.messages.hearing import heard, last_heard_ms
from holdfast.messages.message import Direction, Message, MessageFile, Outgoing
from holdfast.messages.reading import MessageReader, in_chat
from holdfast.messages.rows import NewMessage, add, add_history, finish, newest_order, next_order, replace
from holdfast.messages.standing import Standing, standing
from holdfast.messages.status import Receipts, status_of
from holdfast.messages.windows import ChatWindows, Place, Window

__all__ = [
    "ChatWindows",
    "Direction",
    "Follower",
    "Message",
    "MessageFile",
    "MessageReader",
    "NewMessage",
    "Outgoing",
    "Place",
    "Receipts",
    "Standing",
    "Window",
    "add",
    "add_history",
    "finish",
    "followed",
    "heard",
    "in_chat",
    "last_heard_ms",
    "newest_order",
    "next_order",
    "replace",
    "standing",
    "status_of",
]
