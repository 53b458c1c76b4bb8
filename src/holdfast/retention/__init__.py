"""How long everything is kept: old events, messages, timelines and dead keys leave, in small steps, beside
the work.

In comes the policy, out go rows that nobody needs any more and figures of what is there. It never deletes
what an active consumer has not acknowledged (up to a limit that is logged as an error), what waits to be
sent, or the newest of anything.
"""

from holdfast.retention.clock import DeletionClock
from holdfast.retention.policy import DEFAULTS, Keep, Kind
from holdfast.retention.sweeper import Figures, Retention

__all__ = ["DEFAULTS", "DeletionClock", "Figures", "Keep", "Kind", "Retention"]
