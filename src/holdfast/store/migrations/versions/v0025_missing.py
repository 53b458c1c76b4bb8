"""What could not be read is found without reading every message.

Revision ID: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of these few alone."""
    unread = sa.text("kind = 'undecryptable'")
    op.create_index(
        "ix_messages_undecryptable",
        "messages",
        ["session_id", "order_no"],
        sqlite_where=unread,
        postgresql_where=unread,
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
