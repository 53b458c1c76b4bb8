"""The SQL about messages and their receipts."""

from typing import Final

from holdfast.store import Statement

ADD: Final = Statement(
    "messages.add",
    "Adds one message of either direction.",
    """
INSERT INTO messages (order_no, direction, session_id, message_id, chat, sender, is_group, kind, body_json,
  raw, timestamp_ms, taken_at_ms, event_id, to_jid)
VALUES (:order_no, :direction, :session_id, :message_id, :chat, :sender, :is_group, :kind, :body_json, :raw,
  :timestamp_ms, :taken_at_ms, :event_id, :to_jid)
""",
)
REPLACE: Final = Statement(
    "messages.replace",
    "Gives a message that could not be decrypted its content; its place in the order stays.",
    """
UPDATE messages SET direction = :direction, session_id = :session_id, message_id = :message_id, chat = :chat,
  sender = :sender, is_group = :is_group, kind = :kind, body_json = :body_json, raw = :raw,
  timestamp_ms = :timestamp_ms, taken_at_ms = :taken_at_ms, event_id = :event_id, to_jid = :to_jid,
  history_place = NULL
WHERE order_no = :order_no
""",
)
ADD_HISTORY: Final = Statement(
    "messages.add_history",
    "Adds one message of before the link. It was taken when it was written, as far as its age matters.",
    """
INSERT INTO messages (order_no, direction, session_id, message_id, chat, sender, is_group, kind, body_json,
  raw, timestamp_ms, taken_at_ms, history_place)
VALUES (:order_no, :direction, :session_id, :message_id, :chat, :sender, :is_group, :kind, :body_json, :raw,
  :timestamp_ms, :taken_at_ms, :history_place)
""",
)
FINISH: Final = Statement(
    "messages.finish",
    "Writes the final bytes of a message that waited for its file.",
    "UPDATE messages SET raw = :raw WHERE order_no = :order_no",
)
# The newest message is never pruned, so that no place is used twice.
LAST_ORDER: Final = Statement(
    "messages.last_order",
    "The newest place in the order; 0 before the first message.",
    "SELECT coalesce(max(order_no), 0) FROM messages",
)

# Receipts are summed up per message, so that a group of a thousand is one row here.
_COLUMNS: Final = """
  m.order_no, m.direction, m.session_id, m.message_id, m.chat, m.sender, m.is_group, m.body_json,
  m.timestamp_ms, m.taken_at_ms, m.event_id, m.to_jid, m.sent_at_ms, m.failed_at_ms, m.error_code,
  m.error_detail, a.media_id, a.state, a.error_code,
  o.order_no, o.attempts, o.next_at_ms, o.not_before_ms, o.expires_at_ms, o.error_code,
  o.error_detail,
  (SELECT count(*) FROM receipts r WHERE r.session_id = m.session_id AND r.message_id = m.message_id
    AND r.kind = 'delivered'),
  (SELECT count(DISTINCT r.participant) FROM receipts r WHERE r.session_id = m.session_id
    AND r.message_id = m.message_id AND r.kind IN ('read', 'played')),
  (SELECT min(r.at_ms) FROM receipts r WHERE r.session_id = m.session_id AND r.message_id = m.message_id),
  (SELECT min(r.at_ms) FROM receipts r WHERE r.session_id = m.session_id AND r.message_id = m.message_id
    AND r.kind IN ('read', 'played')), m.history_place
"""
_BESIDE: Final = """
LEFT JOIN outbox o ON o.order_no = m.order_no LEFT JOIN attachments a ON a.order_no = m.order_no
"""
ONE: Final = Statement(
    "messages.one",
    "The messages of one session with this id, ours first, then the newest.",
    f"""
SELECT {_COLUMNS}, m.raw FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.message_id = :message_id
ORDER BY m.direction DESC, m.order_no DESC LIMIT 1
""",
)
IN_CHAT: Final = Statement(
    "messages.in_chat",
    "The messages of one chat, which may have two names, with this id, ours first, then the newest.",
    f"""
SELECT {_COLUMNS}, m.raw FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.message_id = :message_id AND m.chat IN (:chat, :other_chat)
ORDER BY m.direction DESC, m.order_no DESC LIMIT 1
""",
)
LAST_HEARD: Final = Statement(
    "messages.last_heard",
    "When the newest message of a chat came that somebody else wrote, among its newest; NULL if none did.",
    """
SELECT max(n.taken_at_ms) FROM (
  SELECT m.direction, m.is_group, m.chat, m.sender, m.taken_at_ms FROM messages m
  WHERE m.session_id = :session_id AND m.chat IN (:chat, :other_chat)
  ORDER BY m.order_no DESC LIMIT :limit
) n WHERE n.direction = 'in' AND (n.is_group = 1 OR n.sender = n.chat)
""",
)
BY_ORDER: Final = Statement(
    "messages.by_order",
    "Messages by their order numbers.",
    f"""
WITH wanted(order_no) AS (VALUES {{keys}})
SELECT {_COLUMNS} FROM wanted w JOIN messages m ON m.order_no = CAST(w.order_no AS BIGINT)
{_BESIDE}
""",
)
PAGE: Final = Statement(
    "messages.page",
    "A session's messages after a place in the order, oldest first, in one direction or both.",
    f"""
SELECT {_COLUMNS} FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.order_no > :after AND m.direction IN (:direction, :other_direction)
  AND m.history_place IS NULL
ORDER BY m.order_no LIMIT :limit
""",
)
QUEUED_PAGE: Final = Statement(
    "messages.queued_page",
    "What a session still has to send after a place in the order, oldest first.",
    f"""
SELECT {_COLUMNS} FROM outbox o JOIN messages m ON m.order_no = o.order_no
LEFT JOIN attachments a ON a.order_no = m.order_no
WHERE o.session_id = :session_id AND o.order_no > :after
ORDER BY o.order_no LIMIT :limit
""",
)
CHAT_PAGE: Final = Statement(
    "messages.chat_page",
    "The messages of one chat, which may have two names, after a place in the order, oldest first.",
    f"""
SELECT {_COLUMNS} FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.chat IN (:chat, :other_chat) AND m.order_no > :after
  AND m.direction IN (:direction, :other_direction) AND m.history_place IS NULL
ORDER BY m.order_no LIMIT :limit
""",
)
CHAT_PAGE_BEFORE: Final = Statement(
    "messages.chat_page_before",
    "The messages of one chat, which may have two names, before a place in the order, newest first.",
    f"""
SELECT {_COLUMNS} FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.chat IN (:chat, :other_chat) AND m.order_no < :before
  AND m.history_place IS NULL
ORDER BY m.order_no DESC LIMIT :limit
""",
)
_HISTORY: Final = f"""
SELECT {_COLUMNS} FROM messages m {_BESIDE}
WHERE m.session_id = :session_id AND m.chat IN (:chat, :other_chat) AND m.history_place IS NOT NULL
"""
# Phones tell the newest first, in whole seconds: of one second, what was told later is older.
_AT: Final = "(m.history_place, m.timestamp_ms, -m.order_no)"
HISTORY_BEFORE: Final = Statement(
    "messages.history_before",
    "What was said in a chat, which may have two names, before the link and before a place, newest first.",
    f"""
{_HISTORY} AND {_AT} < (:place, :at_ms, :minus_order_no)
ORDER BY m.history_place DESC, m.timestamp_ms DESC, m.order_no LIMIT :limit
""",
)
HISTORY_AFTER: Final = Statement(
    "messages.history_after",
    "What was said in a chat, which may have two names, before the link and after a place, oldest first.",
    f"""
{_HISTORY} AND {_AT} > (:place, :at_ms, :minus_order_no)
ORDER BY m.history_place, m.timestamp_ms, m.order_no DESC LIMIT :limit
""",
)
STANDING: Final = Statement(
    "messages.standing",
    "Where messages of ours stand, for a unit that is about to move them.",
    """
WITH wanted(session_id, message_id) AS (VALUES {keys})
SELECT m.order_no, m.session_id, m.message_id, s.tenant_id, m.chat, m.to_jid, m.is_group, s.jid, s.lid,
  o.order_no, m.failed_at_ms,
  (SELECT count(*) FROM receipts r WHERE r.session_id = m.session_id AND r.message_id = m.message_id
    AND r.kind = 'delivered'),
  (SELECT count(DISTINCT r.participant) FROM receipts r WHERE r.session_id = m.session_id
    AND r.message_id = m.message_id AND r.kind IN ('read', 'played'))
FROM wanted w LEFT JOIN messages m ON m.session_id = w.session_id AND m.message_id = w.message_id
  AND m.direction = 'out'
LEFT JOIN outbox o ON o.order_no = m.order_no LEFT JOIN sessions s ON s.id = m.session_id
WHERE m.order_no IS NOT NULL
""",
)
ADD_RECEIPT: Final = Statement(
    "messages.add_receipt",
    "Notes what one participant did with one message; nothing where it is known already.",
    """
INSERT INTO receipts (session_id, message_id, participant, kind, at_ms)
VALUES (:session_id, :message_id, :participant, :kind, :at_ms) ON CONFLICT DO NOTHING
""",
)
RECEIPT_OF: Final = Statement(
    "messages.receipt_of",
    "Whether this participant has been counted for one of two kinds.",
    """
SELECT 1 FROM receipts WHERE session_id = :session_id AND message_id = :message_id
  AND participant = :participant AND kind IN (:kind, :other_kind)
""",
)
FOLLOWED: Final = Statement(
    "messages.followed",
    "The last message that was followed under a name; NULL before the first.",
    "SELECT CAST(value AS BIGINT) FROM settings_kv WHERE key = :name",
)
FOLLOW: Final = Statement(
    "messages.follow",
    "Notes the last message that was followed under a name.",
    """
INSERT INTO settings_kv (key, value) VALUES (:name, :place)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
""",
)
SENT: Final = Statement(
    "messages.sent",
    "Notes when WhatsApp took a message, by its clock; where that is slower than ours, when we accepted it.",
    """
UPDATE messages SET sent_at_ms = coalesce(sent_at_ms,
  CASE WHEN :sent_at_ms < timestamp_ms THEN timestamp_ms ELSE :sent_at_ms END)
WHERE order_no = :order_no
""",
)
FAILED: Final = Statement(
    "messages.failed",
    "Notes that a message will never go out, and why.",
    """
UPDATE messages SET failed_at_ms = :failed_at_ms, error_code = :error_code, error_detail = :error_detail
WHERE order_no = :order_no
""",
)
