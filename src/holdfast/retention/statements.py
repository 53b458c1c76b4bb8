"""Retention's statements. Each deletes a bounded number of rows, so that the writer is never held for
long.
"""

from typing import Final

from holdfast.store import Statement

HEAD: Final = Statement(
    "retention.head", "The newest event.", "SELECT coalesce(max(position), 0) FROM events"
)
EVENTS: Final = Statement("retention.events", "How many events there are.", "SELECT count(*) FROM events")
NTH_EVENT: Final = Statement(
    "retention.nth_event",
    "The position of the event before which there are so many.",
    "SELECT position FROM events ORDER BY position LIMIT 1 OFFSET :before",
)
FIRST_EVENT: Final = Statement(
    "retention.first_event",
    "The oldest event and when it came.",
    "SELECT position, at_ms FROM events ORDER BY position LIMIT 1",
)
NEWEST_EVENT_AT: Final = Statement(
    "retention.newest_event_at",
    "When the newest event came.",
    "SELECT at_ms FROM events ORDER BY position DESC LIMIT 1",
)
BELIEVED: Final = Statement(
    "retention.believed",
    "What time it was for whoever deletes.",
    "SELECT value FROM settings_kv WHERE key = 'retention.believed'",
)
KEEP_BELIEVED: Final = Statement(
    "retention.keep_believed",
    "Keeps what time it is for whoever deletes.",
    """
    INSERT INTO settings_kv (key, value) VALUES ('retention.believed', :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)
EVENT_AT: Final = Statement(
    "retention.event_at",
    "When the first event after a position came.",
    "SELECT position, at_ms FROM events WHERE position > :position ORDER BY position LIMIT 1",
)
SLOWEST: Final = Statement(
    "retention.slowest",
    "Where the slowest subscription stands that has done anything since then.",
    "SELECT min(position) FROM subscriptions WHERE coalesce(acked_at_ms, created_at_ms) >= :since",
)
DELETE_EVENTS: Final = Statement(
    "retention.delete_events",
    "Deletes the oldest events up to a position.",
    "DELETE FROM events WHERE position > :after AND position <= :up_to",
)
FIRST_MESSAGE: Final = Statement(
    "retention.first_message",
    "The oldest message and when it was taken.",
    "SELECT order_no, taken_at_ms FROM messages ORDER BY order_no LIMIT 1",
)
LAST_MESSAGE: Final = Statement(
    "retention.last_message", "The newest message.", "SELECT coalesce(max(order_no), 0) FROM messages"
)
# An event that points to a message has no data of its own: the message stays as long as its event does.
OLD_MESSAGES: Final = Statement(
    "retention.old_messages",
    "The oldest messages that nothing needs: not queued, and told by no event that is still there.",
    """
    SELECT m.order_no, m.session_id, m.message_id FROM messages m
    LEFT JOIN outbox o ON o.order_no = m.order_no LEFT JOIN events e ON e.event_id = m.event_id
    WHERE m.order_no > :after AND m.order_no < :before AND m.taken_at_ms < :older_than
      AND o.order_no IS NULL AND e.event_id IS NULL
    ORDER BY m.order_no LIMIT :limit
    """,
)
DELETE_MESSAGE: Final = Statement(
    "retention.delete_message", "Deletes one message.", "DELETE FROM messages WHERE order_no = :order_no"
)
DELETE_RECEIPTS: Final = Statement(
    "retention.delete_receipts",
    "Deletes what participants did with a message.",
    "DELETE FROM receipts WHERE session_id = :session_id AND message_id = :message_id",
)
DELETE_IDEMPOTENCY: Final = Statement(
    "retention.delete_idempotency",
    "Deletes the keys that made a message.",
    "DELETE FROM idempotency WHERE order_no = :order_no",
)
DELETE_ATTACHMENT: Final = Statement(
    "retention.delete_attachment",
    "Lets a file go that a deleted message named.",
    "DELETE FROM attachments WHERE order_no = :order_no",
)
DELETE_CHAT: Final = Statement(
    "retention.delete_chat",
    "Deletes a chat whose last message is deleted: nothing is left in it.",
    "DELETE FROM chats WHERE last_order_no = :order_no",
)
DELETE_WORDS: Final = Statement(
    "retention.delete_words",
    "Takes a deleted message out of the index.",
    "DELETE FROM search WHERE rowid = :order_no",
    "DELETE FROM search WHERE order_no = :order_no",
)
TIMELINE_NEWEST: Final = Statement(
    "retention.timeline_newest",
    "The newest change of each session.",
    "SELECT session_id, max(seq) FROM timeline GROUP BY session_id",
)
DELETE_TIMELINE: Final = Statement(
    "retention.delete_timeline",
    "Deletes old changes of one session; its newest hundred stay.",
    "DELETE FROM timeline WHERE session_id = :session_id AND seq <= :newest - 100 AND at_ms < :older_than",
)
DELETE_KEYS: Final = Statement(
    "retention.delete_keys",
    "Deletes keys that have been of no use since then.",
    "DELETE FROM api_keys WHERE coalesce(revoked_at_ms, expires_at_ms) < :older_than",
)
DELETE_LINKS: Final = Statement(
    "retention.delete_links",
    "Deletes links to the page that were over by then.",
    "DELETE FROM dashboard_links WHERE coalesce(used_at_ms, expires_at_ms) < :older_than",
)
DELETE_AUDIT: Final = Statement(
    "retention.delete_audit",
    "Forgets who did what so long ago.",
    "DELETE FROM audit WHERE at_ms < :older_than",
)
SIZE: Final = Statement(
    "retention.size",
    "How many bytes the database takes, free space inside it left out.",
    """
    SELECT (page_count - freelist_count) * page_size
    FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
    """,
    "SELECT pg_database_size(current_database())",
)
# A file that was made before this pragma was set keeps its free pages, and uses them again. PostgreSQL's own
# autovacuum does the same for its tables.
GIVE_BACK: Final = Statement(
    "retention.give_back",
    "Gives free pages at the end of the file back to the disk.",
    "PRAGMA incremental_vacuum(2000)",
    "SELECT 1",
)
