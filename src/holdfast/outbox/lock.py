"""A number that may begin no new chats for a while: what waits for it, and who tries again. Pure.

WhatsApp refuses messages to people who have never written (463) and says at most by a notice for how long.
While that lasts no such message is tried; afterwards one alone is, and only its success lets the others go.
"""

from dataclasses import dataclass
from typing import Final

from holdfast.outbox.pacing import Pace
from holdfast.outbox.queued import Queued

#: How long the others wait to hear what became of the one that is tried.
_LOOK_AGAIN_S: Final = 5.0


@dataclass(slots=True)
class ReachoutLock:
    """The lock of one number. Times are seconds of a clock that only goes forward."""

    until_s: float | None = None  #: None: there is none
    probe: int | None = None  #: the message that is tried

    def wait_s(self, row: Queued, now_s: float) -> float:
        """How long this message has to wait; 0: it may go, and is the one that is tried."""
        if self.until_s is None or row.pace is not Pace.STRANGER:
            return 0.0
        if now_s < self.until_s:
            return self.until_s - now_s
        if self.probe not in {None, row.order_no}:
            return _LOOK_AGAIN_S
        self.probe = row.order_no
        return 0.0

    def refused(self, until_s: float) -> None:
        """WhatsApp has refused a message for this reason. An end that is known already stays."""
        self.until_s = max(self.until_s or until_s, until_s)
        self.probe = None

    def told(self, until_s: float | None) -> None:
        """WhatsApp told when it ends; None: it is over."""
        self.until_s, self.probe = until_s, None

    def tried(self, row: Queued, sent: bool) -> None:
        """An attempt is over. Whatever was sent to a stranger shows that there is no lock any more."""
        if sent and row.pace is Pace.STRANGER:
            self.until_s, self.probe = None, None
        elif row.order_no == self.probe:
            self.probe = None
