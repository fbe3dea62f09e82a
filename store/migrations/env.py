"""Runs the migrations on the connection, and inside the transaction, that `store.schema` hands over."""

from alembic import context

import store.dispute_tables  # noqa: F401 - its tables join the others'
from store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
