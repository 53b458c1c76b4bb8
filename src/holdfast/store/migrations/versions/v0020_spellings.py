"""Numbers that WhatsApp writes otherwise than people do.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """None is known yet: WhatsApp is asked before the next message to a stranger."""
    op.create_table(
        "spellings",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("asked", WORDS, nullable=False),
        sa.Column("found", WORDS, nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "asked"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
