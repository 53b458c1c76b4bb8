"""Messages of before the link, and what is still to be taken over of them.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Every message that is there was taken when it came; what phones offered before is gone."""
    op.add_column("messages", sa.Column("history_place", sa.BigInteger(), nullable=True))
    of_history = sa.text("history_place IS NOT NULL")
    op.create_index(
        "ix_messages_history",
        "messages",
        ["session_id", "chat", "history_place", "timestamp_ms", "order_no"],
        sqlite_where=of_history,
        postgresql_where=of_history,
    )
    op.create_table(
        "history_offers",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("notice_id", WORDS, nullable=False),
        sa.Column("offer", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("offered_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "notice_id"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
