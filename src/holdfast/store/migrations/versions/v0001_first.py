"""The first schema: tenants, sessions and their timeline, messages, events, outbox, consumers, keys.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table and the one tenant that a single installation has."""
    op.create_table(
        "aliases",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("pn", WORDS, nullable=False),
        sa.Column("lid", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "pn"),
    )
    op.create_index("ix_aliases_lid", "aliases", ["session_id", "lid"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "dashboard_links",
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "events",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("type", WORDS, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("data_json", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
        sa.UniqueConstraint("session_id", "seq", name="uq_events_seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "messages",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=False),
        sa.Column("sender", WORDS, nullable=False),
        sa.Column("from_me", sa.Integer(), nullable=False),
        sa.Column("is_group", sa.Integer(), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("body_json", WORDS, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger(), nullable=False),
        sa.Column("push_name", WORDS, nullable=False),
        sa.Column("event_id", WORDS, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "message_id", "chat", "sender"),
    )
    op.create_index("ix_messages_chat", "messages", ["session_id", "chat", "received_at_ms"], unique=False)
    op.create_index("ix_messages_time", "messages", ["session_id", "received_at_ms"], unique=False)
    op.create_table(
        "outbox",
        sa.Column(
            "order_no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=False),
        sa.Column("to_jid", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("error_code", WORDS, nullable=True),
        sa.Column("error", WORDS, nullable=True),
        sa.Column("idempotency_key", WORDS, nullable=True),
        sa.Column("request_hash", WORDS, nullable=False),
        sa.Column("accepted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("read_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("order_no"),
        sa.UniqueConstraint("session_id", "message_id", name="uq_outbox_message_id"),
        sa.UniqueConstraint("tenant_id", "session_id", "idempotency_key", name="uq_outbox_idempotency"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_chat", "outbox", ["session_id", "chat", "order_no"], unique=False)
    op.create_index("ix_outbox_time", "outbox", ["session_id", "accepted_at_ms"], unique=False)
    op.create_index(
        "ix_outbox_queued",
        "outbox",
        ["session_id", "order_no"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("folder", WORDS, nullable=True),
        sa.Column("phone", WORDS, nullable=True),
        sa.Column("jid", WORDS, nullable=True),
        sa.Column("lid", WORDS, nullable=True),
        sa.Column("push_name", WORDS, nullable=True),
        sa.Column("wish", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("detail", WORDS, nullable=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("banned_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_connected_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_heartbeat_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("phone", name="uq_sessions_phone"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_sessions_name"),
    )
    op.create_table(
        "settings_kv",
        sa.Column("key", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("tenant_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("acked_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )
    op.create_table(
        "tenants",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "timeline",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("detail", WORDS, nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("session_id", "seq"),
    )
    op.execute("INSERT INTO tenants (id, name, created_at_ms) VALUES ('ten_default', 'default', 0)")


def downgrade() -> None:
    """There is no way back from the first schema but to delete the database, which nothing does for you."""
    raise RuntimeError("This is the first schema: there is nothing to go back to.")
