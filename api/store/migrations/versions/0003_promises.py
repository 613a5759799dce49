"""What an administrator promises of each field."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; whoever upgrades has promised nothing of their own yet."""
    op.create_table(
        "promises",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("promise", sa.Float(), nullable=False),
        sa.Column("until_held", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "field"),
    )


def downgrade() -> None:
    """Refuse: what was promised would be filled in as if nothing had been."""
    raise NotImplementedError("Going back would forget what was promised; restore the backup of before the upgrade.")
