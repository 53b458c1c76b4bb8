"""Files of messages: contents, which message needs which, and what a session fetches by itself.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """What was received before this version names its file in its protobuf alone: it is not fetched."""
    big, blob = sa.BigInteger(), sa.LargeBinary()
    op.create_table(
        "media",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("size_bytes", big, nullable=False),
        sa.Column("mimetype", WORDS, nullable=False),
        sa.Column("file_name", WORDS, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("waveform", blob, nullable=True),
        sa.Column("thumbnail", blob, nullable=True),
        sa.Column("used_at_ms", big, nullable=False),
        sa.Column("stored_at_ms", big, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"])
    op.create_index("ix_media_used", "media", ["used_at_ms"])
    op.create_table(
        "attachments",
        sa.Column("order_no", big.with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("media_id", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("direct_path", WORDS, nullable=True),
        sa.Column("url", WORDS, nullable=True),
        sa.Column("media_key", blob, nullable=True),
        sa.Column("file_enc_sha256", blob, nullable=True),
        sa.Column("placed_at_ms", big, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at_ms", big, nullable=True),
        sa.Column("error_code", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("order_no"),
    )
    op.create_index("ix_attachments_media", "attachments", ["media_id"])
    op.create_index("ix_attachments_due", "attachments", ["state", "session_id", "next_at_ms"])
    op.create_table(
        "fetch_policies",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("kinds", WORDS, nullable=False),
        sa.Column("max_bytes", big, nullable=False),
        sa.PrimaryKeyConstraint("session_id"),
    )


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
