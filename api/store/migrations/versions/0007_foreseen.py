"""Failures foreseen by a fitted model: a row a device and day, what was foreseen, and how far scoring went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "device_days",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("model", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device_id", "day"),
    )
    op.create_index("ix_device_days_tenant_day", "device_days", ["tenant", "day"])
    op.create_table(
        "foreseen_failures",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("row_at", sa.DateTime(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("closed_by", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "key"),
        sa.UniqueConstraint("tenant", "place"),
    )
    op.create_index("ix_foreseen_failures_tenant_opened_at", "foreseen_failures", ["tenant", "opened_at"])
    op.create_table(
        "failure_watches",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("model", sa.String(length=32), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("scored_at", sa.DateTime(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("solved_at", sa.DateTime(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
