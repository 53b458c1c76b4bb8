"""Whose presence is asked for again with every connection.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """What was asked for before ends with the connection, as it did."""
    op.create_table(
        "presences",
        Column("session_id", _Words, primary_key=True, nullable=False),
        Column("phone", _Words, primary_key=True, nullable=False),
        Column("person", _Words, primary_key=True, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
