"""The chauffeur's bookings, vehicles and drivers, and when these are taken.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, *, null: bool = False) -> "Column[str]":
    return Column(name, _Words, nullable=null)


def _key(name: str) -> "Column[str]":
    return Column(name, _Words, primary_key=True, nullable=False)


def _ms(name: str) -> "Column[int]":
    return Column(name, BigInteger, nullable=False)


def upgrade() -> None:
    """Nobody had booked anything before."""
    texts = ["tenant_id", "session_id", "phone", "chat", "key", "reference", "status"]
    more = ["form_json", "quote_json", "total", "currency", "fee", "language", "note", "vehicle_class"]
    op.create_table(
        "chauffeur_bookings",
        _key("id"),
        *(_text(it) for it in texts),
        _ms("at_ms"),
        _ms("until_ms"),
        *(_text(it) for it in more),
        _text("vehicle_id", null=True),
        _text("driver_id", null=True),
        Column("revision", Integer, nullable=False),
        _ms("created_at_ms"),
        _ms("changed_at_ms"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_chauffeur_bookings_key"),
    )
    op.create_index("ix_chauffeur_bookings_at", "chauffeur_bookings", ["tenant_id", "at_ms", "id"])
    by_chat = ["tenant_id", "phone", "chat", "at_ms"]
    op.create_index("ix_chauffeur_bookings_chat", "chauffeur_bookings", by_chat)
    op.create_index("ix_chauffeur_bookings_reference", "chauffeur_bookings", ["tenant_id", "reference"])
    op.create_table(
        "chauffeur_resources",
        _key("tenant_id"),
        _key("id"),
        *(_text(it) for it in ("kind", "name", "vehicle_class", "phone")),
        Column("active", Integer, nullable=False),
    )
    op.create_table(
        "chauffeur_slots",
        _key("tenant_id"),
        _key("resource_id"),
        Column("slot", BigInteger, primary_key=True, nullable=False),
        _text("taken_by"),
    )
    op.create_index("ix_chauffeur_slots_taken_by", "chauffeur_slots", ["tenant_id", "taken_by"])


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
