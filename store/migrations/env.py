"""Runs the migrations on the connection, and inside the transaction, that `store.schema` hands over."""

from alembic import context

from store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
