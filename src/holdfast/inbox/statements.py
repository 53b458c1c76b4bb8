"""The inbox's statements."""

from typing import Final

from holdfast.store import Statement

TENANT: Final = Statement(
    "inbox.tenant", "Whose session this is.", "SELECT tenant_id FROM sessions WHERE id = :session_id"
)
# A join, because SQLite scans the table for `(a, b) IN (VALUES …)`; CROSS, because SQLite then takes the keys
# first, one by one. PostgreSQL orders joins as it likes.
HERE: Final = Statement(
    "inbox.here",
    "The messages that are here already under these (session, message id).",
    """
    WITH wanted(session_id, message_id) AS (VALUES {keys})
    SELECT m.session_id, m.message_id, m.chat, m.sender, m.kind, m.event_id, m.raw
    FROM wanted w CROSS JOIN messages m WHERE m.session_id = w.session_id AND m.message_id = w.message_id
    """,
)
EVENT_HERE: Final = Statement(
    "inbox.event_here",
    "Is there an event of this id already?",
    "SELECT 1 FROM events WHERE event_id = :event_id",
)
ADD: Final = Statement(
    "inbox.add",
    "A received message.",
    """
    INSERT INTO messages (session_id, message_id, chat, sender, from_me, is_group, kind, text, body_json, raw,
      timestamp_ms, push_name, event_id, received_at_ms)
    VALUES (:session_id, :message_id, :chat, :sender, :from_me, :is_group, :kind, :text, :body_json, :raw,
      :timestamp_ms, :push_name, :event_id, :received_at_ms)
    """,
)
REMOVE: Final = Statement(
    "inbox.remove",
    "Take a row away whose content has come now.",
    """
    DELETE FROM messages
    WHERE session_id = :session_id AND message_id = :message_id AND chat = :chat AND sender = :sender
    """,
)

_COLUMNS: Final = (
    "session_id, message_id, chat, sender, from_me, is_group, kind, text, body_json, timestamp_ms, push_name,"
    " event_id, received_at_ms"
)
ONE: Final = Statement(
    "inbox.one",
    "One message with its raw bytes; of several the newest.",
    f"""
    SELECT {_COLUMNS}, raw FROM messages WHERE session_id = :session_id AND message_id = :message_id
    ORDER BY received_at_ms DESC LIMIT 1
    """,
)
_PAGE: Final = f"""
SELECT {_COLUMNS} FROM messages WHERE session_id = :session_id AND received_at_ms >= :at_ms
  AND (received_at_ms > :at_ms OR message_id > :message_id)
"""
PAGE: Final = Statement(
    "inbox.page",
    "A session's messages after a place, oldest first, without raw bytes, which may be large.",
    f"{_PAGE} ORDER BY received_at_ms, message_id LIMIT :most",
)
PAGE_OF_CHAT: Final = Statement(
    "inbox.page_of_chat",
    "The same of one chat, under any of its names.",
    f"""
    WITH wanted(chat) AS (VALUES {{keys}})
    {_PAGE} AND chat IN (SELECT chat FROM wanted) ORDER BY received_at_ms, message_id LIMIT :most
    """,
)
