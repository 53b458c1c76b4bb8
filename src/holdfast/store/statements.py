"""The store's own statements: the schema's revision, who writes, and the two names of a person."""

from typing import Final

from holdfast.store.statement import Statement

HAS_REVISION: Final = Statement(
    "store.has_revision",
    "Is there a schema of any revision?",
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    postgresql="""
    SELECT 1 FROM pg_catalog.pg_tables
    WHERE tablename = 'alembic_version' AND schemaname = ANY (current_schemas(false))
    """,
)
REVISION: Final = Statement(
    "store.revision", "The schema's revision.", "SELECT version_num FROM alembic_version"
)

OWNER: Final = Statement(
    "store.owner",
    "Which gateway wrote here last.",
    "SELECT value FROM settings_kv WHERE key = 'writer'",
)
BECOME_OWNER: Final = Statement(
    "store.become_owner",
    "Note that this gateway writes now.",
    """
    INSERT INTO settings_kv (key, value) VALUES ('writer', :writer)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)

LID_OF: Final = Statement(
    "store.lid_of",
    "The hidden id of a phone number, as this session learned it.",
    "SELECT lid FROM aliases WHERE session_id = :session_id AND pn = :jid",
)
PN_OF: Final = Statement(
    "store.pn_of",
    "The phone number of a hidden id, as this session learned it.",
    "SELECT pn FROM aliases WHERE session_id = :session_id AND lid = :jid",
)
SPELLED: Final = Statement(
    "store.spelled",
    "Where the account of a number is that WhatsApp writes otherwise; NULL where it is itself.",
    "SELECT found FROM spellings WHERE session_id = :session_id AND asked = :jid",
)
LEARN_SPELLING: Final = Statement(
    "store.learn_spelling",
    "Remember where the account of a number is.",
    """
    INSERT INTO spellings (session_id, asked, found, asked_at_ms)
    VALUES (:session_id, :asked, :found, :asked_at_ms)
    ON CONFLICT (session_id, asked) DO UPDATE SET found = excluded.found, asked_at_ms = excluded.asked_at_ms
    """,
)
FORGET_ALIAS: Final = Statement(
    "store.forget_alias",
    "Forget what either name of a person was known to be.",
    "DELETE FROM aliases WHERE session_id = :session_id AND (pn = :pn OR lid = :lid)",
)
LEARN_ALIAS: Final = Statement(
    "store.learn_alias",
    "Remember the two names of a person.",
    "INSERT INTO aliases (session_id, pn, lid) VALUES (:session_id, :pn, :lid)",
)
