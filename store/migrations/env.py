"""Runs the migrations on the connection, and inside the transaction, that `store.schema` hands over."""

from alembic import context

import store.dispute_tables
import store.ingest_tables  # noqa: F401 - likewise
from store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
