"""The backup's statements: what is counted in a copy, and how tables go into a new file."""

from collections.abc import Sequence
from typing import Final

from holdfast.store import Statement

COUNTS: Final = Statement(
    "backup.counts",
    "How many sessions, messages and events a copy holds, and how many messages wait in it.",
    """
SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM messages), (SELECT count(*) FROM events),
  (SELECT count(*) FROM outbox)
""",
)
WORLD: Final = Statement(
    "backup.world",
    "Which world the installation belongs to, as its first start has noted it.",
    "SELECT value FROM settings_kv WHERE key = 'world'",
)

KEPT: Final = Statement(
    "backup.kept", "What is kept under this key.", "SELECT value FROM settings_kv WHERE key = :key"
)
KEEP: Final = Statement(
    "backup.keep",
    "Keeps this under this key from now on.",
    """
INSERT INTO settings_kv (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
""",
)
FORGET: Final = Statement(
    "backup.forget", "Keeps nothing under this key.", "DELETE FROM settings_kv WHERE key = :key"
)
FORGET_POSITIONS: Final = Statement(
    "backup.forget_positions",
    "Places in a journal that was left behind mean nothing in a new one.",
    "DELETE FROM settings_kv WHERE key NOT IN ('world', 'master_key_check') AND key NOT LIKE 'backup.%'",
)


def take_over(table: str, columns: Sequence[str]) -> Sequence[str]:
    """SQLite alone: a table of the new file becomes what it is in the attached one."""
    named = ", ".join(f'"{column}"' for column in columns)
    return (
        f"DELETE FROM main.{table}",
        f"INSERT INTO main.{table} ({named}) SELECT {named} FROM source.{table}",
    )
