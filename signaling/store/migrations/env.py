"""Alembic's entry: runs on the connection that `Store.open` hands over."""

from __future__ import annotations

from alembic import context

from signaling.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter columns in place
)
with context.begin_transaction():
    context.run_migrations()
