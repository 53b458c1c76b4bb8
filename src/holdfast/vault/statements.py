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

# ---- in another program's whatsmeow database: no tables of ours, SQLite alone ----------------------------

THEIR_DEVICES: Final = "SELECT jid, push_name FROM whatsmeow_device ORDER BY jid"
#: How much of a device is in it, by noun.
THEIR_COUNTS: Final = {
    "pre-keys": "SELECT count(*) FROM whatsmeow_pre_keys WHERE jid = :jid",
    "app-state keys": "SELECT count(*) FROM whatsmeow_app_state_sync_keys WHERE jid = :jid",
    "sessions with contacts": "SELECT count(*) FROM whatsmeow_sessions WHERE our_jid = :jid",
    "sender keys of groups": "SELECT count(*) FROM whatsmeow_sender_keys WHERE our_jid = :jid",
    "hidden names": "SELECT count(*) FROM whatsmeow_lid_map",
}
