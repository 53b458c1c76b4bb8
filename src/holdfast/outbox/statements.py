"""The outbox's statements; those about messages and receipts are in `messages`."""

from typing import Final

from holdfast.store import Statement

ADD: Final = Statement(
    "outbox.add",
    "Puts an accepted message into the queue.",
    """
INSERT INTO outbox (order_no, session_id, chat, phone, attempts, not_before_ms, expires_at_ms, pace,
  refers_to, typing_ms)
VALUES (:order_no, :session_id, :chat, :phone, 0, :not_before_ms, :expires_at_ms, :pace, :refers_to,
  :typing_ms)
""",
)
SESSION_LIVES: Final = Statement(
    "outbox.session_lives",
    "Is there a session that is not deleted?",
    "SELECT 1 FROM sessions WHERE id = :session_id AND deleted_at_ms IS NULL AND state <> 'deleted'",
)
_QUEUED: Final = """
SELECT o.order_no, o.session_id, m.message_id, o.chat, m.to_jid, m.raw, o.phone, o.attempts,
  o.next_at_ms, o.tried_at_ms, o.not_before_ms, o.expires_at_ms, o.error_code, o.error_detail,
  o.pace, o.refers_to, o.typing_ms, o.uncertain,
  CASE WHEN a.order_no IS NOT NULL AND a.placed_at_ms IS NULL THEN 1 ELSE 0 END
FROM outbox o JOIN messages m ON m.order_no = o.order_no
LEFT JOIN attachments a ON a.order_no = o.order_no
"""
LANE: Final = Statement(
    "outbox.lane",
    "What one chat of a session has to send by now after a place in the order, oldest first.",
    f"""
{_QUEUED} WHERE o.session_id = :session_id AND o.chat = :chat AND o.order_no > :after
  AND (o.not_before_ms IS NULL OR o.not_before_ms <= :now_ms)
ORDER BY o.order_no LIMIT :limit
""",
)
CENSUS: Final = Statement(
    "outbox.census",
    "How many messages of each chat of a session are to be sent by now.",
    """
SELECT chat, count(*) FROM outbox WHERE session_id = :session_id
  AND (not_before_ms IS NULL OR not_before_ms <= :now_ms)
GROUP BY chat ORDER BY min(order_no)
""",
)
BECOME_DUE: Final = Statement(
    "outbox.become_due",
    "How many messages of each chat have come to their time since another one.",
    """
SELECT session_id, chat, count(*) FROM outbox WHERE not_before_ms > :after AND not_before_ms <= :now_ms
GROUP BY session_id, chat
""",
)
NEXT_DUE: Final = Statement(
    "outbox.next_due",
    "When the next message comes to its time; NULL when none waits for one.",
    "SELECT min(not_before_ms) FROM outbox WHERE not_before_ms > :now_ms",
)
WAITING: Final = Statement(
    "outbox.waiting",
    "What a session has to send: how many messages, in how many chats, since when, and how many of them at "
    "a later time.",
    """
SELECT count(*), count(DISTINCT o.chat), min(m.taken_at_ms),
  coalesce(sum(CASE WHEN o.not_before_ms > :now_ms THEN 1 ELSE 0 END), 0)
FROM outbox o JOIN messages m ON m.order_no = o.order_no WHERE o.session_id = :session_id
""",
)
LENGTHS: Final = Statement(
    "outbox.lengths",
    "How many messages each session has to send.",
    "SELECT session_id, count(*) FROM outbox GROUP BY session_id",
)
ONE: Final = Statement(
    "outbox.one",
    "One message that waits.",
    f"{_QUEUED} WHERE o.order_no = :order_no",
)
ABOUT: Final = Statement(
    "outbox.about",
    "What waits and is about this message.",
    f"{_QUEUED} WHERE o.refers_to = :order_no ORDER BY o.order_no",
)
BUDGETS: Final = Statement(
    "outbox.budgets",
    "The budgets of every number that are not whole again, and since when they will be.",
    "SELECT session_id, budget, whole_at_ms FROM budgets WHERE whole_at_ms > :now_ms",
)
KEEP_BUDGET: Final = Statement(
    "outbox.keep_budget",
    "Notes when a number's budget will be whole again.",
    """
INSERT INTO budgets (session_id, budget, whole_at_ms) VALUES (:session_id, :budget, :whole_at_ms)
ON CONFLICT (session_id, budget) DO UPDATE SET whole_at_ms = excluded.whole_at_ms
""",
)
FORGET_BUDGETS: Final = Statement(
    "outbox.forget_budgets",
    "A session that is deleted sends nothing any more.",
    "DELETE FROM budgets WHERE session_id = :session_id",
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
  error_code = :error_code, error_detail = :error_detail, uncertain = :uncertain WHERE order_no = :order_no
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
MOVE: Final = Statement(
    "outbox.move",
    "What is to be sent to a number goes to where its account is.",
    """
UPDATE messages SET chat = :chat, to_jid = :found
WHERE session_id = :session_id AND chat = :asked AND direction = 'out'
""",
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
EVERYTHING: Final = Statement(
    "outbox.everything",
    "Some of what waits to be sent, of every session, oldest first.",
    f"{_QUEUED} ORDER BY o.order_no LIMIT :limit",
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
