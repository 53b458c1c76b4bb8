"""The statements about chats; those about messages are in `messages`."""

from typing import Final

from holdfast.store import Statement

_SAID: Final = """
order_no, session_id, chat, is_group, kind, direction, timestamp_ms, body_json, history_place IS NOT NULL
"""
NEXT_MESSAGES: Final = Statement(
    "chats.next_messages",
    "The messages of all sessions after a place in the order.",
    f"SELECT {_SAID} FROM messages WHERE order_no > :after ORDER BY order_no LIMIT :limit",
)
SAID_SINCE: Final = Statement(
    "chats.said_since",
    "The messages of one chat, which may have two names, after a place and up to another.",
    f"""
SELECT {_SAID} FROM messages WHERE session_id = :session_id AND chat IN (:chat, :other_chat)
  AND order_no > :after AND order_no <= :up_to ORDER BY order_no
""",
)
LAST_PLACE: Final = Statement(
    "chats.last_place",
    "Where the newest message stands in the order; 0 where there is none.",
    "SELECT coalesce(max(order_no), 0) FROM messages",
)
NEXT_TAKEN: Final = Statement(
    "chats.next_taken",
    "The next message after a place that was taken when it came, and when that was.",
    """
SELECT order_no, taken_at_ms FROM messages WHERE order_no > :after AND history_place IS NULL
ORDER BY order_no LIMIT 1
""",
)
TRAFFIC: Final = Statement(
    "chats.traffic",
    "How many messages all sessions have received and sent after a place, by quarters of an hour.",
    """
SELECT session_id, direction, taken_at_ms / :quarter_ms, count(*), max(order_no)
FROM messages WHERE order_no > :after AND history_place IS NULL AND taken_at_ms >= :oldest_ms
GROUP BY 1, 2, 3
""",
)
PLACE_OF: Final = Statement(
    "chats.place_of",
    "Where these messages stand in the order, and in which chat.",
    """
WITH wanted(session_id, message_id) AS (VALUES {keys})
SELECT m.session_id, m.chat, max(m.order_no)
FROM wanted w LEFT JOIN messages m ON m.session_id = w.session_id AND m.message_id = w.message_id
  AND m.direction = 'in'
WHERE m.order_no IS NOT NULL GROUP BY m.session_id, m.chat
""",
)
UNREAD_IDS: Final = Statement(
    "chats.unread_ids",
    "The newest messages of a chat, which may have two names, that came after a place, newest first.",
    """
SELECT message_id FROM messages WHERE session_id = :session_id AND chat IN (:chat, :other_chat)
  AND order_no > :after AND direction = 'in' ORDER BY order_no DESC LIMIT :limit
""",
)
_ROW: Final = """
c.session_id, c.chat, c.is_group, c.last_order_no, c.last_at_ms, c.unread, c.read_order_no, c.name,
c.push_name, c.archived, c.muted_until_ms
"""
OFFERED: Final = Statement(
    "chats.offered",
    "Notes history that a phone offers, after what it has offered; nothing where it is known.",
    """
INSERT INTO history_offers (session_id, notice_id, offer, place, attempts, offered_at_ms)
VALUES (:session_id, :notice_id, :offer, 0, 0, COALESCE((
  SELECT MAX(o.offered_at_ms) + 1 FROM history_offers o
  WHERE o.session_id = :session_id AND o.offered_at_ms >= :offered_at_ms
), :offered_at_ms)) ON CONFLICT DO NOTHING
""",
)
OFFERING: Final = Statement(
    "chats.offering",
    "The sessions whose phones have offered something that was not taken over to its end.",
    "SELECT DISTINCT session_id FROM history_offers",
)
OFFERS: Final = Statement(
    "chats.offers",
    "What a session's phone has offered and was not taken over to its end, in its order.",
    """
SELECT notice_id, offer, place FROM history_offers WHERE session_id = :session_id
ORDER BY offered_at_ms, notice_id
""",
)
OFFER_PLACE: Final = Statement(
    "chats.offer_place",
    "How far an offer is taken over.",
    "SELECT place FROM history_offers WHERE session_id = :session_id AND notice_id = :notice_id",
)
OFFER_TAKEN: Final = Statement(
    "chats.offer_taken",
    "Notes how far an offer is taken over.",
    """
UPDATE history_offers SET place = :place, attempts = 0
WHERE session_id = :session_id AND notice_id = :notice_id
""",
)
OFFER_FAILED: Final = Statement(
    "chats.offer_failed",
    "Counts an attempt that came to nothing.",
    """
UPDATE history_offers SET attempts = attempts + 1 WHERE session_id = :session_id AND notice_id = :notice_id
""",
)
DROP_OFFER: Final = Statement(
    "chats.drop_offer",
    "Forgets an offer that is over, or was tried so often.",
    """
DELETE FROM history_offers
WHERE session_id = :session_id AND notice_id = :notice_id AND attempts >= :attempts
""",
)
IDS_HERE: Final = Statement(
    "chats.ids_here",
    "The messages that have one of these ids already.",
    """
WITH wanted(session_id, message_id) AS (VALUES {keys})
SELECT m.message_id, m.chat FROM wanted w LEFT JOIN messages m ON m.session_id = w.session_id
  AND m.message_id = w.message_id WHERE m.order_no IS NOT NULL
""",
)
TAKEN: Final = Statement(
    "chats.taken",
    "The newest messages of a chat, which may have two names, that were taken when they came, newest first.",
    """
SELECT order_no, timestamp_ms FROM messages WHERE session_id = :session_id AND chat IN (:chat, :other_chat)
  AND history_place IS NULL ORDER BY order_no DESC LIMIT :limit
""",
)
TENANT: Final = Statement(
    "chats.tenant",
    "Whose session this is, while it is not deleted.",
    "SELECT tenant_id FROM sessions WHERE id = :session_id AND deleted_at_ms IS NULL",
)
HERE: Final = Statement(
    "chats.here",
    "These chats, as far as they are known.",
    f"""
WITH wanted(session_id, chat) AS (VALUES {{keys}})
SELECT {_ROW} FROM wanted w LEFT JOIN chats c ON c.session_id = w.session_id AND c.chat = w.chat
WHERE c.chat IS NOT NULL
""",
)
PUT: Final = Statement(
    "chats.put",
    "Writes a chat as it is now.",
    """
INSERT INTO chats (session_id, chat, is_group, last_order_no, last_at_ms, unread, read_order_no, name,
  push_name, archived, muted_until_ms)
VALUES (:session_id, :chat, :is_group, :last_order_no, :last_at_ms, :unread, :read_order_no, :name,
  :push_name, :archived, :muted_until_ms)
ON CONFLICT (session_id, chat) DO UPDATE SET last_order_no = excluded.last_order_no,
  last_at_ms = excluded.last_at_ms, unread = excluded.unread, read_order_no = excluded.read_order_no,
  name = excluded.name, push_name = excluded.push_name, archived = excluded.archived,
  muted_until_ms = excluded.muted_until_ms
""",
)
FORGET: Final = Statement(
    "chats.forget",
    "Takes a chat out of the list that is another one from now on.",
    "DELETE FROM chats WHERE session_id = :session_id AND chat = :chat",
)
LABEL_PUT: Final = Statement(
    "chats.label_put",
    "Writes a label of the session's number as it is now.",
    """
INSERT INTO labels (session_id, phone, label_id, name, color)
SELECT id, phone, :label_id, :name, :color FROM sessions WHERE id = :session_id AND phone IS NOT NULL
ON CONFLICT (session_id, phone, label_id) DO UPDATE SET name = excluded.name, color = excluded.color
""",
)
LABEL_DROP: Final = Statement(
    "chats.label_drop",
    "Forgets a label of the session's number.",
    """
DELETE FROM labels WHERE session_id = :session_id AND label_id = :label_id
  AND phone = (SELECT phone FROM sessions WHERE id = :session_id)
""",
)
LABEL_TAKEN_AWAY: Final = Statement(
    "chats.label_taken_away",
    "Takes a label away from every chat of the session's number.",
    """
DELETE FROM chat_labels WHERE session_id = :session_id AND label_id = :label_id
  AND phone = (SELECT phone FROM sessions WHERE id = :session_id)
""",
)
CHAT_LABEL_PUT: Final = Statement(
    "chats.chat_label_put",
    "Gives a chat of the session's number a label.",
    """
INSERT INTO chat_labels (session_id, phone, chat, label_id)
SELECT id, phone, :chat, :label_id FROM sessions WHERE id = :session_id AND phone IS NOT NULL
ON CONFLICT (session_id, phone, chat, label_id) DO NOTHING
""",
)
CHAT_LABEL_DROP: Final = Statement(
    "chats.chat_label_drop",
    "Takes a label away from a chat of the session's number.",
    """
DELETE FROM chat_labels WHERE session_id = :session_id AND chat = :chat AND label_id = :label_id
  AND phone = (SELECT phone FROM sessions WHERE id = :session_id)
""",
)
CHAT_LABELS_MOVED: Final = Statement(
    "chats.chat_labels_moved",
    "Gives the labels of a chat to another name of it.",
    """
INSERT INTO chat_labels (session_id, phone, chat, label_id)
SELECT session_id, phone, :into, label_id FROM chat_labels WHERE session_id = :session_id AND chat = :chat
ON CONFLICT (session_id, phone, chat, label_id) DO NOTHING
""",
)
CHAT_LABELS_FORGOTTEN: Final = Statement(
    "chats.chat_labels_forgotten",
    "Forgets the labels of a chat.",
    "DELETE FROM chat_labels WHERE session_id = :session_id AND chat = :chat",
)
LABELS_GONE: Final = Statement(
    "chats.labels_gone",
    "Forgets the labels of a session that is deleted.",
    "DELETE FROM labels WHERE session_id = :session_id",
)
CHAT_LABELS_GONE: Final = Statement(
    "chats.chat_labels_gone",
    "Forgets which chats of a session that is deleted had labels.",
    "DELETE FROM chat_labels WHERE session_id = :session_id",
)
LABELS: Final = Statement(
    "chats.labels",
    "The labels of the session's number, by name.",
    """
SELECT l.label_id, l.name, l.color FROM labels l JOIN sessions s ON s.id = l.session_id AND s.phone = l.phone
WHERE l.session_id = :session_id ORDER BY l.name, l.label_id
""",
)
LABELS_OF: Final = Statement(
    "chats.labels_of",
    "The labels of these chats, by name; one that is not known has no name.",
    """
WITH wanted(session_id, chat) AS (VALUES {keys})
SELECT c.chat, c.label_id, coalesce(l.name, ''), coalesce(l.color, 0)
FROM wanted w JOIN sessions s ON s.id = w.session_id
JOIN chat_labels c ON c.session_id = s.id AND c.phone = s.phone AND c.chat = w.chat
LEFT JOIN labels l ON l.session_id = c.session_id AND l.phone = c.phone AND l.label_id = c.label_id
ORDER BY 3, 2
""",
)
PAGE: Final = Statement(
    "chats.page",
    "The chats of a session after one of them, newest first; archived ones, others or both.",
    f"""
SELECT {_ROW} FROM chats c
WHERE c.session_id = :session_id AND c.last_at_ms IS NOT NULL
  AND (c.last_at_ms < :last_at_ms OR (c.last_at_ms = :last_at_ms AND c.chat > :chat))
  AND c.archived IN (:archived, :other_archived) AND c.unread >= :unread
ORDER BY c.last_at_ms DESC, c.chat LIMIT :limit
""",
)
