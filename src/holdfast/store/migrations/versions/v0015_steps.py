"""Bots: what they remember of each chat, which events they are done with, reminders, chats with a human.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Four new tables."""
    op.create_table(
        "bot_states",
        *(_text(name) for name in ("session_id", "phone", "chat", "bot", "tenant_id")),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("data_json", null=True),
        _ms("at_ms"),
        sa.PrimaryKeyConstraint("session_id", "phone", "chat", "bot"),
    )
    op.create_table(
        "steps",
        *(_text(name) for name in ("tenant_id", "subscription", "event_id")),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "subscription", "event_id"),
    )
    op.create_table(
        "reminders",
        *(_text(name) for name in ("session_id", "phone", "chat", "bot", "name", "tenant_id")),
        _ms("due_ms"),
        _text("data_json"),
        sa.PrimaryKeyConstraint("session_id", "phone", "chat", "bot", "name"),
    )
    op.create_index("ix_reminders_due", "reminders", ["due_ms"])
    op.create_table(
        "handovers",
        *(_text(name) for name in ("session_id", "phone", "chat", "tenant_id", "by_whom", "note")),
        _ms("since_ms"),
        _ms("until_ms", null=True),
        sa.PrimaryKeyConstraint("session_id", "phone", "chat"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, WORDS, nullable=null)


def _ms(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)
