"""When each session's phone was seen last; a notification holds what it tells beside its alert.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """No phone was seen yet: each countdown begins with the upgrade."""
    op.create_table(
        "phones",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("jid", WORDS, nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("told_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.add_column("alert_deliveries", sa.Column("detail", WORDS, server_default="", nullable=False))


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
