"""The outbox's statements; those about messages and receipts are in `messages`."""

from typing import Final

from holdfast.store import Statement

ADD: Final = Statement(
    "outbox.add",
    "Puts an accepted message into the queue.",
    """
INSERT INTO outbox (order_no, session_id, chat, phone, attempts, not_before_ms, expires_at_ms)
VALUES (:order_no, :session_id, :chat, :phone, 0, :not_before_ms, :expires_at_ms)
""",
)
SESSION_LIVES: Final = Statement(
    "outbox.session_lives",
    "Is there a session that is not deleted?",
    "SELECT 1 FROM sessions WHERE id = :session_id AND deleted_at_ms IS NULL AND state <> 'deleted'",
)
_QUEUED: Final = """
SELECT o.order_no, o.session_id, m.message_id, o.chat, m.to_jid, m.raw, o.phone, o.attempts,
  o.next_at_ms, o.tried_at_ms, o.not_before_ms, o.expires_at_ms, o.error_code, o.error_detail
FROM outbox o JOIN messages m ON m.order_no = o.order_no
"""
LANE: Final = Statement(
    "outbox.lane",
    "What one chat of a session still has to send after a place in the order, oldest first.",
    f"""
{_QUEUED} WHERE o.session_id = :session_id AND o.chat = :chat AND o.order_no > :after
ORDER BY o.order_no LIMIT :limit
""",
)
CENSUS: Final = Statement(
    "outbox.census",
    "How many messages wait in each chat of a session.",
    "SELECT chat, count(*) FROM outbox WHERE session_id = :session_id GROUP BY chat ORDER BY min(order_no)",
)
BACKLOG: Final = Statement(
    "outbox.backlog",
    "The sessions that still have something to send.",
    "SELECT DISTINCT session_id FROM outbox",
)
QUEUED: Final = Statement(
    "outbox.queued", "How many messages wait to be sent.", "SELECT count(*) FROM outbox"
)
SETTLED: Final = Statement(
    "outbox.settled",
    "Takes a message out of the queue: it was sent, or it failed.",
    "DELETE FROM outbox WHERE order_no = :order_no",
)
RETRIED: Final = Statement(
    "outbox.retried",
    "Notes an attempt that came to nothing, and when the next one is due.",
    """
UPDATE outbox SET attempts = :attempts, next_at_ms = :next_at_ms, tried_at_ms = :tried_at_ms,
  error_code = :error_code, error_detail = :error_detail WHERE order_no = :order_no
""",
)
BIND: Final = Statement(
    "outbox.bind",
    "Gives what was accepted before the session was linked to the number that was linked.",
    "UPDATE outbox SET phone = :phone WHERE session_id = :session_id AND phone = ''",
)
UNBOUND: Final = Statement(
    "outbox.unbound",
    "The sessions with messages that were accepted before they were linked.",
    "SELECT DISTINCT session_id FROM outbox WHERE phone = ''",
)
MERGE: Final = Statement(
    "outbox.merge",
    "Two names turned out to be one person: what waits under the number waits under the LID from now on.",
    "UPDATE outbox SET chat = :lid WHERE session_id = :session_id AND chat = :pn",
)
EXPIRED: Final = Statement(
    "outbox.expired",
    "Messages whose time is over, oldest first.",
    f"{_QUEUED} WHERE o.expires_at_ms <= :now_ms ORDER BY o.order_no LIMIT :limit",
)
OF_SESSION: Final = Statement(
    "outbox.of_session",
    "Everything that a session still has to send.",
    f"{_QUEUED} WHERE o.session_id = :session_id ORDER BY o.order_no",
)
BY_KEY: Final = Statement(
    "outbox.by_key",
    "The messages that were accepted under these idempotency keys.",
    """
WITH wanted(tenant_id, session_id, phone, key) AS (VALUES {keys})
SELECT i.tenant_id, i.session_id, i.phone, i.key, i.hash, i.order_no
FROM wanted w LEFT JOIN idempotency i ON i.tenant_id = w.tenant_id AND i.session_id = w.session_id
  AND i.phone = w.phone AND i.key = w.key
WHERE i.order_no IS NOT NULL AND (i.expires_at_ms IS NULL OR i.expires_at_ms > :now_ms)
""",
)
ADD_KEY: Final = Statement(
    "outbox.add_key",
    "Remembers which message an idempotency key made; a key that had expired is used again.",
    """
INSERT INTO idempotency (tenant_id, session_id, phone, key, hash, order_no, expires_at_ms)
VALUES (:tenant_id, :session_id, :phone, :key, :hash, :order_no, :expires_at_ms)
ON CONFLICT (tenant_id, session_id, phone, key)
DO UPDATE SET hash = excluded.hash, order_no = excluded.order_no, expires_at_ms = excluded.expires_at_ms
""",
)
