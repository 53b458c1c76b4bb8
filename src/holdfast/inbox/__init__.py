"""Receive once: whatever the engine hands over becomes one row and one event, however often it comes.

In come deliveries, out go the ids of those that are durable, for the caller to confirm. It never confirms
by itself and never reports an id whose commit it has not seen.
"""

from holdfast.inbox.inbox import Inbox, Told
from holdfast.inbox.missing import Missing

__all__ = ["Inbox", "Missing", "Told"]
