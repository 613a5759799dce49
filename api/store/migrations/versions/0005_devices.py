"""Devices, what happened to them, and what people said of their tickets; one open ticket a device and kind
of episode; a budget of false tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Tickets of before keep what they say, and take their place when they next change."""
    _devices()
    _verdicts()
    _budgets()
    _tickets()


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("gateway", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.String(length=200), nullable=False),
        sa.Column("told_by", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "device_id"),
    )
    op.create_index("ix_devices_tenant_site", "devices", ["tenant", "site"])
    op.create_index("ix_devices_tenant_customer_id", "devices", ["tenant", "customer_id"])
    op.create_table(
        "device_events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("after_batch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "device_id", "kind", "at"),
    )
    op.create_index("ix_device_events_tenant_kind_at", "device_events", ["tenant", "kind", "at"])
    op.create_index("ix_device_events_tenant_after_batch", "device_events", ["tenant", "after_batch"])


def _verdicts() -> None:
    op.create_table(
        "ticket_verdicts",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("fixed_by", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("metric", sa.String(length=200), nullable=False),
        sa.Column("detector", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "ticket_id"),
    )
    op.create_index("ix_ticket_verdicts_tenant_opened_at", "ticket_verdicts", ["tenant", "opened_at"])
    op.create_table(
        "fleet_days",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day"),
    )


def _budgets() -> None:
    op.create_table(
        "ticket_budgets",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("false_per_1000", sa.Float(), nullable=False),
        sa.Column("useful_lead_h", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.create_table(
        "ticket_bars",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("evidence", sa.Float(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("false", sa.Float(), nullable=False),
        sa.Column("allowed", sa.Float(), nullable=False),
        sa.Column("solved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.create_table(
        "episodes",
        sa.Column("tenant", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("evidence", sa.Float(), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key"),
    )
    op.create_index("ix_episodes_tenant_at", "episodes", ["tenant", "at"])


def _tickets() -> None:
    for name in ("site", "model"):
        op.add_column("tickets", sa.Column(name, sa.String(length=200), nullable=False, server_default=""))
    op.add_column("tickets", sa.Column("group_id", sa.String(length=32), nullable=True))
    op.add_column("tickets", sa.Column("place", sa.String(length=300), nullable=True))
    op.create_index("ix_tickets_tenant_place", "tickets", ["tenant", "place"], unique=True)
    op.create_index("ix_tickets_tenant_model", "tickets", ["tenant", "model", "opened_at"])
    op.create_index("ix_tickets_tenant_site", "tickets", ["tenant", "site", "opened_at"])
