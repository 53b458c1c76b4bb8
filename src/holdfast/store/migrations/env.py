"""Runs revisions on the connection it is given. The transaction belongs to `migrate`."""

from alembic import context

from holdfast.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
