"""The journal's statements."""

from typing import Final

from holdfast.store import Statement

ADD: Final = Statement(
    "journal.add",
    "Append an event in its place.",
    """
    INSERT INTO events (position, session_id, seq, event_id, tenant_id, type, chat, kind, at_ms,
      message_order_no, data_json)
    VALUES (:position, :session_id, :seq, :event_id, :tenant_id, :type, :chat, :kind, :at_ms,
      :message_order_no, :data_json)
    """,
)
SUPERSEDED: Final = Statement(
    "journal.superseded",
    "Deletes an event that a newer one takes the place of.",
    "DELETE FROM events WHERE event_id = :event_id",
)
# The newest event is never deleted, so that this never goes back.
LAST_POSITION: Final = Statement(
    "journal.last_position",
    "The position of the newest event, 0 before the first.",
    "SELECT coalesce(max(position), 0) FROM events",
)
GENERATIONS: Final = Statement(
    "journal.generations",
    "The generations of the journal, oldest first, as JSON.",
    "SELECT value FROM settings_kv WHERE key = 'journal.generations'",
)
KEEP_GENERATIONS: Final = Statement(
    "journal.keep_generations",
    "Remembers that a generation has begun.",
    """
    INSERT INTO settings_kv (key, value) VALUES ('journal.generations', :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)
LAST_SEQ: Final = Statement(
    "journal.last_seq",
    "The number of a session's newest event, 0 before the first.",
    "SELECT coalesce(max(seq), 0) FROM events WHERE session_id = :session_id",
)
SESSION_NAME: Final = Statement(
    "journal.session_name",
    "What the owner calls a session.",
    "SELECT name FROM sessions WHERE id = :session_id",
)

_EVENTS: Final = """
SELECT coalesce(s.name, e.session_id), e.position, e.session_id, e.seq, e.event_id, e.tenant_id, e.type,
  e.at_ms, coalesce(e.data_json, m.body_json)
FROM events e LEFT JOIN sessions s ON s.id = e.session_id
LEFT JOIN messages m ON m.order_no = e.message_order_no
WHERE e.position > :after AND e.position <= :head AND e.tenant_id = :tenant_id
"""
AFTER: Final = Statement(
    "journal.after",
    "A tenant's events after a position, oldest first.",
    f"{_EVENTS} ORDER BY e.position LIMIT :most",
)
AFTER_OF: Final = Statement(
    "journal.after_of",
    "The same, of the sessions and types that the keys name. `what` is 'session' or 'type'.",
    f"""
    WITH wanted(what, value) AS (VALUES {{keys}})
    {_EVENTS}
    AND (:any_session = 1 OR e.session_id IN (SELECT value FROM wanted WHERE what = 'session')
      OR (e.session_id = '' AND :any_type = 0))
    AND (:any_type = 1 OR e.type IN (SELECT value FROM wanted WHERE what = 'type'))
    ORDER BY e.position LIMIT :most
    """,
)
