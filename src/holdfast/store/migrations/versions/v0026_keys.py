"""A key may be limited to some numbers.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys that were made before are for every number."""
    op.add_column("api_keys", sa.Column("sessions_json", sa.Text(), nullable=True))


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
