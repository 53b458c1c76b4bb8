"""The vault's statements: what the first start has noted about the database."""

from typing import Final

from holdfast.store import Statement

NOTED: Final = Statement(
    "vault.noted", "What was noted under this key.", "SELECT value FROM settings_kv WHERE key = :key"
)
RENOTE: Final = Statement(
    "vault.renote",
    "What is noted under this key is another value from now on.",
    "UPDATE settings_kv SET value = :value WHERE key = :key",
)
NOTE: Final = Statement(
    "vault.note", "Note it for good.", "INSERT INTO settings_kv (key, value) VALUES (:key, :value)"
)

# ---- in another program's whatsmeow database: no tables of ours ------------------------------------------

THEIR_DEVICES: Final = "SELECT jid, push_name FROM whatsmeow_device ORDER BY jid"
#: How much of a device is in it, by noun.
THEIR_COUNTS: Final = {
    "pre-keys": "SELECT count(*) FROM whatsmeow_pre_keys WHERE jid = :jid",
    "app-state keys": "SELECT count(*) FROM whatsmeow_app_state_sync_keys WHERE jid = :jid",
    "sessions with contacts": "SELECT count(*) FROM whatsmeow_sessions WHERE our_jid = :jid",
    "sender keys of groups": "SELECT count(*) FROM whatsmeow_sender_keys WHERE our_jid = :jid",
    "hidden names": "SELECT count(*) FROM whatsmeow_lid_map",
}

# ---- in one on a PostgreSQL server ----------------------------------------------------------------------


def for_server(text: str) -> str:
    """The same statement with its values as psycopg names them."""
    return text.replace(":jid", "%(jid)s")


THEIR_SCHEMA: Final = "SELECT max(version) FROM whatsmeow_version"
#: Their tables with their columns, wherever the search path finds them.
THEIR_TABLES: Final = r"""
SELECT t.relname::text, array_agg(c.attname::text ORDER BY c.attnum)
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
WHERE t.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'whatsmeow_device'::regclass)
  AND t.relkind IN ('r', 'p') AND t.relname LIKE 'whatsmeow\_%' AND t.relname <> 'whatsmeow_version'
  AND c.attnum > 0 AND NOT c.attisdropped
GROUP BY t.relname ORDER BY t.relname
"""
#: Who else is connected to the database now; Holdfast's own messages may lie in the same one.
THEIR_USERS: Final = """
SELECT coalesce(nullif(application_name, ''), usename::text, 'somebody'), pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'holdfast'
ORDER BY pid
"""
