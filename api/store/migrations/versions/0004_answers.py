"""Articles that people called outdated, and what drafting models cost by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; nothing was called outdated yet, and nothing drafted."""
    op.create_table(
        "outdated_articles",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("kb", sa.String(length=100), nullable=False),
        sa.Column("article_id", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "kb", "article_id"),
    )
    op.create_table(
        "draft_usage",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day"),
    )


def downgrade() -> None:
    """Refuse: articles that people called outdated would be offered as if nobody had."""
    raise NotImplementedError("Going back would forget what was called outdated; restore the backup of before.")
