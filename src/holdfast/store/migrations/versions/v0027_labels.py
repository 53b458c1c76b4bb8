"""Labels of a business account, and the chats that have them.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Empty: what there is is told by the phone when something of it changes, or at the next link."""
    op.create_table(
        "labels",
        Column("session_id", _Words, primary_key=True, nullable=False),
        Column("phone", _Words, primary_key=True, nullable=False),
        Column("label_id", _Words, primary_key=True, nullable=False),
        Column("name", _Words, nullable=False),
        Column("color", sa.Integer(), nullable=False),
    )
    op.create_table(
        "chat_labels",
        Column("session_id", _Words, primary_key=True, nullable=False),
        Column("phone", _Words, primary_key=True, nullable=False),
        Column("chat", _Words, primary_key=True, nullable=False),
        Column("label_id", _Words, primary_key=True, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
