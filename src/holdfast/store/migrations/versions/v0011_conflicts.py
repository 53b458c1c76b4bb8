"""Each session counts how often it was tried by itself after another program had opened it.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was tried by itself before."""
    op.add_column("sessions", sa.Column("conflicts", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
