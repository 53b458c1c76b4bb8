"""What waits to be sent has a budget, may be about another message, and is shown as typed before.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """What waits already counts as answers, as it was sent so far: at once."""
    op.add_column("outbox", sa.Column("pace", WORDS, server_default="reply", nullable=False))
    op.add_column("outbox", sa.Column("refers_to", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("typing_ms", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("uncertain", sa.Integer(), server_default="0", nullable=False))
    for name, column in (("ix_outbox_not_before", "not_before_ms"), ("ix_outbox_refers_to", "refers_to")):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "outbox", [column], sqlite_where=given, postgresql_where=given)
    op.create_table(
        "budgets",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("budget", WORDS, nullable=False),
        sa.Column("whole_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "budget"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
