"""Alembic's entrance: runs the revisions on the connection that Database.migrate hands over."""

from __future__ import annotations

from alembic import context

from api.store.tables import Base

NAME_WHEN_RUN_BY_ALEMBIC = "env_py"


def run_migrations() -> None:
    """Run the pending revisions in the caller's transaction."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == NAME_WHEN_RUN_BY_ALEMBIC:
    run_migrations()
