"""The outbox's statements."""

from typing import Final

from holdfast.store import Statement

COLUMNS: Final = (
    "order_no",
    "session_id",
    "message_id",
    "tenant_id",
    "chat",
    "to_jid",
    "text",
    "message",
    "status",
    "attempts",
    "next_at_ms",
    "error_code",
    "error",
    "idempotency_key",
    "request_hash",
    "accepted_at_ms",
    "sent_at_ms",
    "delivered_at_ms",
    "read_at_ms",
)
_ALL: Final = ", ".join(f"o.{column}" for column in COLUMNS)

ADD: Final = Statement(
    "outbox.add",
    "An accepted message.",
    f"INSERT INTO outbox ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{column}' for column in COLUMNS)})",
)
# The newest row is never deleted, so that this never goes back.
LAST_ORDER: Final = Statement(
    "outbox.last_order",
    "The newest place in the order of acceptance, 0 before the first.",
    "SELECT coalesce(max(order_no), 0) FROM outbox",
)
QUEUED: Final = Statement(
    "outbox.queued",
    "What a session still has to send after a place, oldest first.",
    f"""
    SELECT {_ALL} FROM outbox o
    WHERE o.session_id = :session_id AND o.status = 'queued' AND o.order_no > :after
    ORDER BY o.order_no LIMIT :most
    """,
)
BACKLOG: Final = Statement(
    "outbox.backlog",
    "The sessions that still have something to send.",
    "SELECT DISTINCT session_id FROM outbox WHERE status = 'queued'",
)
# CROSS, because SQLite then takes the keys first, one by one. PostgreSQL orders joins as it likes.
BY_KEYS: Final = Statement(
    "outbox.by_keys",
    "The messages that were taken under these (tenant, session, idempotency key).",
    f"""
    WITH wanted(tenant_id, session_id, idempotency_key) AS (VALUES {{keys}})
    SELECT {_ALL} FROM wanted w CROSS JOIN outbox o
    WHERE o.tenant_id = w.tenant_id AND o.session_id = w.session_id AND o.idempotency_key = w.idempotency_key
    """,
)
STANDING: Final = Statement(
    "outbox.standing",
    "Where these (session, message id) stand, with the names of the session's own number.",
    """
    WITH wanted(session_id, message_id) AS (VALUES {keys})
    SELECT o.order_no, o.session_id, o.message_id, o.tenant_id, o.to_jid, o.status, s.jid, s.lid
    FROM wanted w CROSS JOIN outbox o LEFT JOIN sessions s ON s.id = o.session_id
    WHERE o.session_id = w.session_id AND o.message_id = w.message_id
    """,
)
ONE: Final = Statement(
    "outbox.one",
    "One accepted message.",
    f"SELECT {_ALL} FROM outbox o WHERE o.session_id = :session_id AND o.message_id = :message_id",
)
_PAGE: Final = f"""
SELECT {_ALL} FROM outbox o WHERE o.session_id = :session_id AND o.accepted_at_ms >= :at_ms
  AND (o.accepted_at_ms > :at_ms OR o.message_id > :message_id)
"""
PAGE: Final = Statement(
    "outbox.page",
    "A session's accepted messages after a place, oldest first.",
    f"{_PAGE} ORDER BY o.accepted_at_ms, o.message_id LIMIT :most",
)
PAGE_OF_CHAT: Final = Statement(
    "outbox.page_of_chat",
    "The same of one chat, under any of its names.",
    f"""
    WITH wanted(chat) AS (VALUES {{keys}})
    {_PAGE} AND o.chat IN (SELECT chat FROM wanted) ORDER BY o.accepted_at_ms, o.message_id LIMIT :most
    """,
)
LANE_END: Final = Statement(
    "outbox.lane_end",
    "How the newest message of a lane stands.",
    """
    SELECT status FROM outbox WHERE session_id = :session_id AND chat = :chat ORDER BY order_no DESC LIMIT 1
    """,
)
SENT: Final = Statement(
    "outbox.sent",
    "WhatsApp has a message.",
    """
    UPDATE outbox SET status = :status, sent_at_ms = coalesce(sent_at_ms, :at_ms), attempts = :attempts,
      next_at_ms = NULL, message = coalesce(message, :message), error_code = NULL, error = NULL
    WHERE order_no = :order_no
    """,
)
FAILED: Final = Statement(
    "outbox.failed",
    "A message will never go out.",
    """
    UPDATE outbox SET status = 'failed', attempts = :attempts, next_at_ms = NULL, error_code = :error_code,
      error = :error
    WHERE order_no = :order_no
    """,
)
RETRIED: Final = Statement(
    "outbox.retried",
    "An attempt came to nothing.",
    """
    UPDATE outbox SET attempts = :attempts, next_at_ms = :next_at_ms, error_code = :error_code, error = :error
    WHERE order_no = :order_no AND status = 'queued'
    """,
)
RECEIPTED: Final = Statement(
    "outbox.receipted",
    "A recipient has done something with a message.",
    """
    UPDATE outbox SET status = :status, sent_at_ms = coalesce(sent_at_ms, :at_ms),
      delivered_at_ms = coalesce(delivered_at_ms, :at_ms), read_at_ms = coalesce(read_at_ms, :read_at_ms),
      next_at_ms = NULL, error_code = NULL, error = NULL
    WHERE order_no = :order_no
    """,
)
