"""Alembic revisions, oldest first; each brings every database from the one before it."""
