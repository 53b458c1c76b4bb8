"""When messages usually come to a number, so that an unusual silence is noticed.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The first look reads what the journal still has."""
    op.create_table(
        "habits",
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("slots", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("phone", "day"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
