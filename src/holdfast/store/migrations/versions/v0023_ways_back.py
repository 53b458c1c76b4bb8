"""The way back of a chauffeur's booking.

Revision ID: 0023
"""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody had booked one before."""
    for name in ("back_at_ms", "back_until_ms"):
        op.add_column("chauffeur_bookings", Column(name, BigInteger, nullable=True))


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
