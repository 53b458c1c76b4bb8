"""The vault's statements: what the first start has noted about the database."""

from typing import Final

from holdfast.store import Statement

NOTED: Final = Statement(
    "vault.noted", "What was noted under this key.", "SELECT value FROM settings_kv WHERE key = :key"
)
NOTE: Final = Statement(
    "vault.note", "Note it for good.", "INSERT INTO settings_kv (key, value) VALUES (:key, :value)"
)
