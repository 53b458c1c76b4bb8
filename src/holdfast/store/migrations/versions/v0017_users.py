"""People who log in, and who did what. Keys know whose login they are and when they were used last.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody is a user yet: the page is opened by link until the first one is made."""
    op.add_column("api_keys", sa.Column("user_id", WORDS, nullable=True))
    op.add_column("api_keys", sa.Column("last_used_ms", sa.BigInteger(), nullable=True))
    some = sa.text("user_id IS NOT NULL")
    op.create_index("ix_api_keys_user", "api_keys", ["user_id"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "users",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("password_hash", WORDS, nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_on", sa.Integer(), server_default="0", nullable=False),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wait_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("password_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_login_ms", sa.BigInteger(), nullable=True),
        sa.Column("locked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    alive = sa.text("deleted_at_ms IS NULL")
    op.create_index(
        "uq_users_name",
        "users",
        ["tenant_id", "name"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    op.create_table(
        "audit",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("key_id", WORDS, nullable=True),
        sa.Column("user_id", WORDS, nullable=True),
        sa.Column("who", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("act", WORDS, nullable=False),
        sa.Column("target", WORDS, nullable=False),
        sa.Column("outcome", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
