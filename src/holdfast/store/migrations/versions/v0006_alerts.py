"""Alerts: channels, rules that differ from the shipped ones, what was raised, and who was told.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Four new tables."""
    op.create_table(
        "alert_channels",
        _text("id"),
        _text("tenant_id"),
        _text("name"),
        _text("kind"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("shown"),
        _text("min_severity"),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Integer(), nullable=False),
        _text("quiet_json", null=True),
        _ms("created_at_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_alert_channels_name"),
    )
    op.create_table(
        "alert_rules",
        _text("tenant_id"),
        _text("cause"),
        sa.Column("enabled", sa.Integer(), nullable=False),
        _text("severity"),
        sa.Column("after_s", sa.Integer(), nullable=False),
        sa.Column("repeat_s", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "cause"),
    )
    op.create_table(
        "alerts",
        _text("id"),
        _text("tenant_id"),
        _text("subject_id"),
        _text("cause"),
        _text("severity"),
        _text("phase"),
        sa.Column("active", sa.Integer(), nullable=False),
        _text("subject"),
        _text("phone", null=True),
        _text("detail"),
        _ms("opened_at_ms"),
        _ms("due_ms", null=True),
        _ms("ended_at_ms", null=True),
        _text("told_json"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alerts_subject", "alerts", ["tenant_id", "subject_id", "cause", "id"])
    op.create_index("ix_alerts_due", "alerts", ["due_ms"])
    op.create_table(
        "alert_deliveries",
        _text("id"),
        _text("channel_id"),
        _text("alert_id"),
        _text("told"),
        _text("state"),
        _ms("at_ms"),
        _ms("next_at_ms"),
        _text("batch_id", null=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _text("error_code", null=True),
        _text("error_detail", null=True),
        _ms("sent_at_ms", null=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_deliveries_waiting", "alert_deliveries", ["state", "channel_id", "next_at_ms"])
    op.create_index("ix_alert_deliveries_alert", "alert_deliveries", ["alert_id"])


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, WORDS, nullable=null)


def _ms(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=null)
