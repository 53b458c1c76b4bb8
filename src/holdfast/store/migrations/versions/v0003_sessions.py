"""Names and numbers are unique among living sessions; WhatsApp's code is kept; devices to be unlinked.

A deleted session that an older version let keep its number gives it back.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ALIVE = sa.text("deleted_at_ms IS NULL")


def upgrade() -> None:
    """Change the table of sessions in place, on PostgreSQL, or by a copy, on SQLite."""
    op.execute("UPDATE sessions SET phone = NULL, folder = NULL WHERE deleted_at_ms IS NOT NULL")
    with op.batch_alter_table("sessions") as table:
        table.drop_constraint("uq_sessions_name", type_="unique")
        table.drop_constraint("uq_sessions_phone", type_="unique")
        table.add_column(sa.Column("code", sa.Integer(), nullable=True))
    for name, columns in (("uq_sessions_name", ["tenant_id", "name"]), ("uq_sessions_phone", ["phone"])):
        op.create_index(name, "sessions", columns, unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE)
    op.add_column("timeline", sa.Column("code", sa.Integer(), nullable=True))
    big = sa.BigInteger()
    op.create_table(
        "unlinkings",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("session", WORDS, nullable=False),
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("folder", WORDS, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("since_ms", big, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("by_hand", sa.Integer(), nullable=False),
        sa.Column("ended_at_ms", big, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unlinkings_open", "unlinkings", ["ended_at_ms"])


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
