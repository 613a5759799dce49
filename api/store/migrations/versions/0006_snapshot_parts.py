"""Monitors' snapshots in parts: a database takes 1 GB in one value at most, and less is better."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. A snapshot of before stays where it is until the next one is written."""
    op.create_table(
        "monitor_snapshot_parts",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "generation", "number"),
    )
    op.add_column("monitor_snapshots", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget the snapshots: the program of before replays the readings that are kept."""
    op.execute("DELETE FROM monitor_snapshots")
    op.drop_column("monitor_snapshots", "generation")
    op.drop_table("monitor_snapshot_parts")
