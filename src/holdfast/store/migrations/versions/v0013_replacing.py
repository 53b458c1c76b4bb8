"""A session keeps that another number may take it over until the pairing is finished.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has allowed it before."""
    op.add_column("sessions", sa.Column("replace_number", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
