"""The inbox's statements; those about messages are in `messages`."""

from typing import Final

from holdfast.store import Statement

TENANT: Final = Statement(
    "inbox.tenant",
    "Whose session this is.",
    "SELECT tenant_id FROM sessions WHERE id = :session_id",
)
# An outer join, because it fixes the order for both databases: the keys first, then an index.
HERE: Final = Statement(
    "inbox.here",
    "The messages that have one of these ids already.",
    """
WITH wanted(session_id, message_id) AS (VALUES {keys})
SELECT m.session_id, m.message_id, m.order_no, m.chat, m.sender, m.kind, coalesce(m.event_id, ''), m.raw,
  m.history_place IS NOT NULL, m.body_json
FROM wanted w LEFT JOIN messages m ON m.session_id = w.session_id AND m.message_id = w.message_id
WHERE m.order_no IS NOT NULL
""",
)
EVENT_HERE: Final = Statement(
    "inbox.event_here",
    "Is there an event of this id already?",
    "SELECT 1 FROM events WHERE event_id = :event_id",
)
KEEP_EVENT: Final = Statement(
    "inbox.keep_event",
    "Gives an event its data for itself: the message that it points to is about to hold something else.",
    "UPDATE events SET data_json = :data_json, message_order_no = NULL WHERE event_id = :event_id",
)
SESSIONS_WITH_MISSING: Final = Statement(
    "inbox.sessions_with_missing",
    "The sessions with messages that could not be read, from an index that has no others.",
    "SELECT DISTINCT session_id FROM messages WHERE kind = 'undecryptable'",
)
MISSING: Final = Statement(
    "inbox.missing",
    "The newest messages that came to a session since then and could not be read.",
    """
SELECT chat, sender, message_id FROM messages
WHERE session_id = :session_id AND kind = 'undecryptable' AND direction = 'in' AND taken_at_ms >= :since_ms
ORDER BY order_no DESC LIMIT :most
""",
)
