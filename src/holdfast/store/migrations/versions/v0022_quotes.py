"""Prices that the chauffeur has named, each under an id, as long as they hold.

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """What was named before is named again when the customer agrees."""
    op.create_table(
        "chauffeur_quotes",
        Column("tenant_id", _Words, primary_key=True, nullable=False),
        Column("id", _Words, primary_key=True, nullable=False),
        Column("trip_json", _Words, nullable=False),
        Column("quote_json", _Words, nullable=False),
        Column("valid_until_ms", BigInteger, nullable=False),
    )
    op.create_index("ix_chauffeur_quotes_valid_until", "chauffeur_quotes", ["valid_until_ms"])


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
