"""The statements about the index. Each database has one of its own kind, and so a form of its own."""

from typing import Final

from holdfast.store import Statement

_MESSAGE: Final = "m.order_no, m.session_id, m.chat, m.message_id, m.sender, m.is_group, m.body_json"
NEXT_MESSAGES: Final = Statement(
    "search.next_messages",
    "The messages of all sessions after a place in the order, and whose they are.",
    f"""
SELECT {_MESSAGE}, coalesce(s.tenant_id, '') FROM messages m LEFT JOIN sessions s ON s.id = m.session_id
WHERE m.order_no > :after ORDER BY m.order_no LIMIT :limit
""",
)
MESSAGE: Final = Statement(
    "search.message",
    "One message, and whose it is.",
    f"""
SELECT {_MESSAGE}, coalesce(s.tenant_id, '') FROM messages m LEFT JOIN sessions s ON s.id = m.session_id
WHERE m.order_no = :order_no
""",
)
ADD: Final = Statement(
    "search.add",
    "Adds the words of a message.",
    "INSERT INTO search (rowid, words, scope) VALUES (:order_no, :words, :scope)",
    "INSERT INTO search (order_no, words) VALUES (:order_no, CAST(:vector AS tsvector))",
)
REMOVE: Final = Statement(
    "search.remove",
    "Removes the words of a message.",
    "DELETE FROM search WHERE rowid = :order_no",
    "DELETE FROM search WHERE order_no = :order_no",
)
REMOVE_SCOPE: Final = Statement(
    "search.remove_scope",
    "Removes everything that stands under a scope.",
    "DELETE FROM search WHERE rowid IN (SELECT rowid FROM search WHERE search MATCH :match)",
    "DELETE FROM search WHERE words @@ CAST(:tsquery AS tsquery)",
)
FIND: Final = Statement(
    "search.find",
    "The messages before a place in the order that match, newest first.",
    """
SELECT rowid FROM search WHERE search MATCH :match AND rowid < :before ORDER BY rowid DESC LIMIT :limit
""",
    """
SELECT order_no FROM search WHERE words @@ CAST(:tsquery AS tsquery) AND order_no < :before
ORDER BY order_no DESC LIMIT :limit
""",
)
ALIVE: Final = Statement(
    "search.alive",
    "The sessions of a tenant that are not deleted.",
    "SELECT id FROM sessions WHERE tenant_id = :tenant_id AND deleted_at_ms IS NULL",
)
