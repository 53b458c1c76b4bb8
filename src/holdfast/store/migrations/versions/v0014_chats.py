"""The list of chats.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: Text that sorts by its bytes, as SQLite's does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# A person's LID where the session knows it; statuses and channels are no chats. Reactions and the like say
# nothing by themselves.
_FILL = """
INSERT INTO chats (session_id, chat, is_group, last_order_no, last_at_ms, unread, read_order_no)
SELECT l.session_id, l.chat, m.is_group, l.order_no, m.timestamp_ms, 0, l.order_no FROM (
  SELECT m.session_id, coalesce(a.lid, m.chat) AS chat, max(m.order_no) AS order_no
  FROM messages m LEFT JOIN aliases a ON a.session_id = m.session_id AND a.pn = m.chat
  WHERE (m.chat LIKE '%@lid' OR m.chat LIKE '%@s.whatsapp.net' OR m.chat LIKE '%@g.us')
    AND m.kind NOT IN ('reaction', 'edit', 'revoke', 'poll_vote', 'other')
  GROUP BY m.session_id, coalesce(a.lid, m.chat)
) l JOIN messages m ON m.order_no = l.order_no
"""
_FOLLOWED = """
INSERT INTO settings_kv (key, value)
SELECT 'chats_followed', CAST(order_no AS TEXT) FROM messages ORDER BY order_no DESC LIMIT 1
"""


def upgrade() -> None:
    """Every chat that there are messages of. Nobody has counted what is unread in it: it counts as read."""
    op.create_table(
        "chats",
        sa.Column("session_id", WORDS, nullable=False),
        sa.Column("chat", WORDS, nullable=False),
        sa.Column("is_group", sa.Integer(), nullable=False),
        sa.Column("last_order_no", sa.BigInteger(), nullable=True),
        sa.Column("last_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("unread", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read_order_no", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("name", WORDS, nullable=True),
        sa.Column("push_name", WORDS, nullable=True),
        sa.Column("archived", sa.Integer(), server_default="0", nullable=False),
        sa.Column("muted_until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", "chat"),
    )
    op.create_index("ix_chats_newest", "chats", ["session_id", "last_at_ms", "chat"])
    op.create_index("ix_chats_last", "chats", ["last_order_no"])
    op.execute(_FILL)
    op.execute(_FOLLOWED)


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
