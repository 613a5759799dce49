"""Tenants in every table; messages to the outside, changes in other systems, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIRST_TENANT = sa.text("'default'")
"""Whose everything is that was kept before there were tenants."""
OUTCOME_COUNTS = (
    *("fields", "required", "before", "auto", "suggested", "conflict", "missing"),
    *("required_before", "required_after", "required_offered"),
    *("complete_before", "complete_after", "complete_offered", "asked"),
)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant", sa.String(length=50), nullable=False, server_default=FIRST_TENANT)


def upgrade() -> None:
    """Give every row a tenant and make the new tables."""
    _add_tenants()
    _widen_drafts()
    _remake_keyed_tables()
    _create_messages()
    _create_traces()
    _create_counterparts()
    _create_outcomes()
    _create_sessions()


def _add_tenants() -> None:
    """Give the rows of tables whose key stays as it is a tenant."""
    for table in ("api_keys", "prefills", "suggestion_sets", "feedback", "telemetry_batches"):
        op.add_column(table, _tenant())
    for column in ("expires_at", "last_used_at"):
        op.add_column("api_keys", sa.Column(column, sa.DateTime(), nullable=True))
    op.create_index("ix_api_keys_tenant", "api_keys", ["tenant"])
    op.create_index("ix_feedback_tenant_created_at", "feedback", ["tenant", "created_at"])
    op.create_index("ix_telemetry_batches_tenant_id", "telemetry_batches", ["tenant", "id"])


def _widen_drafts() -> None:
    """Note where a draft came from, so that it can be found, counted and erased."""
    for column in (
        sa.Column("customer_id", sa.String(length=200), nullable=True),
        sa.Column("connector", sa.String(length=50), nullable=False, server_default=""),
        sa.Column("queue", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("mode", sa.String(length=20), nullable=False, server_default="live"),
        sa.Column("filled_before", sa.Text(), nullable=False, server_default="[]"),
    ):
        op.add_column("prefills", column)
    op.drop_index("ix_prefills_created_at", table_name="prefills")
    op.drop_index("ix_prefills_ticket_id", table_name="prefills")
    for name in ("created_at", "ticket_id", "customer_id"):
        op.create_index(f"ix_prefills_tenant_{name}", "prefills", ["tenant", name])
    op.add_column("suggestion_sets", sa.Column("prefill_id", sa.String(length=32), nullable=True))
    op.add_column("suggestion_sets", sa.Column("ticket_id", sa.String(length=200), nullable=True))
    op.add_column("suggestion_sets", sa.Column("kb", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("suggestion_sets", sa.Column("is_abstained", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        sa.text("UPDATE suggestion_sets SET is_abstained = :yes WHERE body LIKE :mark").bindparams(
            yes=True, mark='%"abstained":true%'
        )
    )
    op.create_index("ix_suggestion_sets_prefill_id", "suggestion_sets", ["prefill_id"])
    op.create_index("ix_suggestion_sets_tenant_created_at", "suggestion_sets", ["tenant", "created_at"])


def _remake_keyed_tables() -> None:
    """Remake the tables whose key a tenant belongs to: SQLite cannot change a key in place."""
    _remake(
        "templates",
        [
            sa.Column("name", sa.String(length=200), nullable=False),
            sa.Column("updated_at", sa.DateTime(), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
        ],
        sa.PrimaryKeyConstraint("tenant", "name"),
    )
    op.execute("DELETE FROM monitor_snapshots WHERE id <> 1")
    _remake(
        "monitor_snapshots",
        [
            sa.Column("batch_id", sa.Integer(), nullable=False),
            sa.Column("created_at", sa.DateTime(), nullable=False),
            sa.Column("content", sa.LargeBinary(), nullable=False),
        ],
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.drop_index("ix_tickets_device_id", table_name="tickets")
    op.drop_index("ix_tickets_kind_opened_at", table_name="tickets")
    _remake(
        "tickets",
        [
            sa.Column("id", sa.String(length=32), nullable=False),
            sa.Column("kind", sa.String(length=20), nullable=False),
            sa.Column("key", sa.String(length=500), nullable=False),
            sa.Column("device_id", sa.String(length=200), nullable=False),
            sa.Column("state", sa.String(length=20), nullable=False),
            sa.Column("opened_at", sa.DateTime(), nullable=False),
            sa.Column("updated_at", sa.DateTime(), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.Column("plot", sa.Text(), nullable=False),
        ],
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "kind", "key"),
    )
    op.create_index("ix_tickets_device_id", "tickets", ["device_id"])
    op.create_index("ix_tickets_tenant_kind_opened_at", "tickets", ["tenant", "kind", "opened_at"])


def _remake(table: str, columns: list[sa.Column], *constraints: sa.Constraint) -> None:  # type: ignore[type-arg]
    """Copy a table's rows into one with a tenant and new keys, under the same name."""
    names = ", ".join(column.name for column in columns)
    op.create_table(f"{table}_with_tenant", _tenant(), *columns, *constraints)
    op.execute(f"INSERT INTO {table}_with_tenant ({names}) SELECT {names} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"{table}_with_tenant", table)


def _create_messages() -> None:
    """Make the tables of what is told outside."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _tenant(),
        sa.Column("message_id", sa.String(length=50), nullable=False),
        sa.Column("type", sa.String(length=50), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("relayed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_relayed_at", "outbox", ["relayed_at"])
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.String(length=50), nullable=False),
        sa.Column("endpoint", sa.String(length=50), nullable=False),
        _tenant(),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "endpoint"),
    )
    op.create_index("ix_deliveries_tenant_state", "deliveries", ["tenant", "state", "updated_at"])
    op.create_table(
        "webhooks",
        _tenant(),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )


def _create_traces() -> None:
    """Make the audit log."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _tenant(),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "previous"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_tenant_id", "audit_log", ["tenant", "id"])


def _create_counterparts() -> None:
    """Make the tables of other systems' tickets: what was changed there, which stand for ours, up to when they were
    seen."""
    op.create_table(
        "field_changes",
        sa.Column("id", sa.String(length=32), nullable=False),
        _tenant(),
        sa.Column("connector", sa.String(length=50), nullable=False),
        sa.Column("ticket_id", sa.String(length=200), nullable=False),
        sa.Column("prefill_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reverted_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "connector", "ticket_id", "prefill_id", "field"),
    )
    op.create_index("ix_field_changes_tenant_at", "field_changes", ["tenant", "at"])
    op.create_table(
        "linked_tickets",
        _tenant(),
        sa.Column("connector", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "connector", "key"),
    )
    op.create_table(
        "catch_ups",
        _tenant(),
        sa.Column("connector", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "connector"),
    )


def _create_outcomes() -> None:
    """Make the tables that reports count in; drafts from before are not counted."""
    common = ("tenant", "subject")
    op.create_table(
        "draft_outcomes",
        _tenant(),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("connector", sa.String(length=50), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("template", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in OUTCOME_COUNTS),
        sa.PrimaryKeyConstraint(*common),
    )
    op.create_index("ix_draft_outcomes_tenant_created_at", "draft_outcomes", ["tenant", "created_at"])
    op.create_table(
        "draft_fields",
        _tenant(),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("engine", sa.String(length=100), nullable=False),
        sa.Column("was_filled", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint(*common, "field"),
    )
    report = ["tenant", "created_at", "day", "field", "source", "engine", "mode", "status", "was_filled", "verdict"]
    op.create_index("ix_draft_fields_report", "draft_fields", report)


def _create_sessions() -> None:
    """Make the table of console sessions; who was signed in signs in again."""
    op.create_table(
        "console_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_console_sessions_expires_at", "console_sessions", ["expires_at"])


def downgrade() -> None:
    """Refuse: a tenant's rows would be mixed with another's."""
    raise NotImplementedError(
        "Going back before tenants would mix their rows; restore the backup of before the upgrade."
    )
