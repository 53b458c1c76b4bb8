"""Send once: an accepted message is durable, keeps its id, and goes out in order until WhatsApp has it.

In come requests, receipts and the news that a session is up or down; out go sends with always the same id
and the same bytes, and events of each message's status. It never sends what is not committed, never gives a
message a second id, and never sends it from another number than it was accepted for.
"""

from holdfast.outbox.acceptance import Checked, SendRequest
from holdfast.outbox.outbox import Outbox
from holdfast.outbox.pacing import DEFAULTS as USUAL_BUDGETS
from holdfast.outbox.pacing import Budget, Pace
from holdfast.outbox.policy import RetryPolicy
from holdfast.outbox.queued import Length, Waiting

__all__ = [
    "USUAL_BUDGETS",
    "Budget",
    "Checked",
    "Length",
    "Outbox",
    "Pace",
    "RetryPolicy",
    "SendRequest",
    "Waiting",
]
