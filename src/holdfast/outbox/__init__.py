"""Send once: an accepted message is durable, keeps its id, and goes out in order until WhatsApp has it.

In come requests, receipts and the news that a session is up or down; out go sends with always the same id
and events of each message's status. It never sends what is not committed and never gives a message a second
id.
"""

from holdfast.outbox.acceptance import SendRequest
from holdfast.outbox.outbox import Outbox
from holdfast.outbox.policy import RetryPolicy
from holdfast.outbox.rows import OutboxRow

__all__ = ["Outbox", "OutboxRow", "RetryPolicy", "SendRequest"]
