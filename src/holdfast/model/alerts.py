"""Alerts: the codes by which rooms, the wire and programs speak of them. Pure.

The sentences stand in `model/words`, the table of what is an alert in `alerts/rules`.
"""

from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How much a human is needed, rising."""

    INFO = "info"
    WARNING = "warning"  # works, and will not forever
    CRITICAL = "critical"  # does not work until somebody acts

    @property
    def rank(self) -> int:
        """For comparing: the higher, the worse."""
        return _RANKS[self]


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Cause(StrEnum):
    """What an alert is about where that is no reason of a session."""

    NOT_CONNECTED = "not_connected"
    DEVICE_LEFT_LINKED = "device_left_linked"
    CHANNEL_FAILING = "channel_failing"
    BACKUP_OVERDUE = "backup_overdue"


class Phase(StrEnum):
    """Where an alert is."""

    PENDING = "pending"  # not told yet: it may pass by itself
    OPEN = "open"
    CLEARING = "clearing"  # over, not told yet: it may come back
    FLAPPING = "flapping"  # came and went too often: told again once it has settled
    ENDED = "ended"


class Told(StrEnum):
    """What a notification says of its alert."""

    RAISED = "raised"
    STILL = "still"
    FLAPPING = "flapping"
    RESOLVED = "resolved"


class ChannelKind(StrEnum):
    """How a channel reaches a human."""

    URL = "url"  # mail, a chat service, a webhook
    NUMBER = "number"  # a text from a linked number


class Delivery(StrEnum):
    """What became of a notification on one channel."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up; may be tried again by hand
