"""The index of words, of the database's own kind.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """It is empty, and fills beside the work from the messages that are there."""
    if op.get_bind().dialect.name == "sqlite":
        # Words are made plain before: this tokenizer splits at spaces and does nothing else to them.
        op.execute("CREATE VIRTUAL TABLE search USING fts5(words, scope, tokenize = 'ascii')")
        return
    op.execute("CREATE TABLE search (order_no BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
    op.execute("CREATE INDEX ix_search_words ON search USING gin (words)")


def downgrade() -> None:
    """There is no way back: what this version writes, the one before cannot read."""
    raise RuntimeError("Restore the backup of the database that was made before the upgrade.")
