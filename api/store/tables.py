"""The tables, as SQLAlchemy sees them; migrations/ brings a database to this shape.
Times are UTC, bodies are JSON text."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database: SQLite keeps no offset, so none is kept anywhere."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase): ...


DEFAULT_TENANT = "default"


class ApiKey(Base):
    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50), index=True)
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # coarse


class Secret(Base):
    """Made at first start, e.g. what signs the console's session cookie."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class SessionRow(Base):
    """Somebody signed in to the console, with a key."""

    __tablename__ = "console_sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)  # coarse
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Prefill(Base):
    __tablename__ = "prefills"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    ticket_id: Mapped[str | None] = mapped_column(String(200))
    customer_id: Mapped[str | None] = mapped_column(String(200))
    connector: Mapped[str] = mapped_column(String(50))  # which system's ticket it is; "" where the API was asked
    queue: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))  # live | shadow
    filled_before: Mapped[str] = mapped_column(Text)  # JSON list of fields that held a value when the ticket came
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)  # what the customer said, for suggestions
    body: Mapped[str] = mapped_column(Text)  # PrefillResponse

    __table_args__ = (
        Index("ix_prefills_tenant_created_at", "tenant", "created_at"),
        Index("ix_prefills_tenant_ticket_id", "tenant", "ticket_id"),
        Index("ix_prefills_tenant_customer_id", "tenant", "customer_id"),
    )


class SuggestionSet(Base):
    __tablename__ = "suggestion_sets"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    prefill_id: Mapped[str | None] = mapped_column(String(32), index=True)
    ticket_id: Mapped[str | None] = mapped_column(String(200))
    kb: Mapped[str] = mapped_column(String(100))  # "" is the default one
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_abstained: Mapped[bool] = mapped_column()
    question: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)  # SuggestionResponse

    __table_args__ = (Index("ix_suggestion_sets_tenant_created_at", "tenant", "created_at"),)


class DraftOutcome(Base):
    """What became of one ticket's fields, in counts; the row of its newest draft. `subject` is the ticket's digest."""

    __tablename__ = "draft_outcomes"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[str] = mapped_column(String(10))  # UTC, ISO 8601
    connector: Mapped[str] = mapped_column(String(50))
    queue: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    template: Mapped[str] = mapped_column(String(200))
    fields: Mapped[int] = mapped_column()
    required: Mapped[int] = mapped_column()
    before: Mapped[int] = mapped_column()
    auto: Mapped[int] = mapped_column()
    suggested: Mapped[int] = mapped_column()
    conflict: Mapped[int] = mapped_column()
    missing: Mapped[int] = mapped_column()
    required_before: Mapped[int] = mapped_column()
    required_after: Mapped[int] = mapped_column()
    required_offered: Mapped[int] = mapped_column()
    complete_before: Mapped[int] = mapped_column()
    complete_after: Mapped[int] = mapped_column()
    complete_offered: Mapped[int] = mapped_column()
    asked: Mapped[int] = mapped_column()

    __table_args__ = (Index("ix_draft_outcomes_tenant_created_at", "tenant", "created_at"),)


class DraftFieldRow(Base):
    """One field of a draft_outcomes row, and what a person then did with its value."""

    __tablename__ = "draft_fields"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32), primary_key=True)
    field: Mapped[str] = mapped_column(String(200), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[str] = mapped_column(String(10))
    mode: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))  # text | audio | image | record | "" without a value
    engine: Mapped[str] = mapped_column(String(100))
    was_filled: Mapped[bool] = mapped_column()
    verdict: Mapped[str] = mapped_column(String(20))  # accepted | edited | cleared | "" where nobody judged

    # Reports read nothing but this index.
    __table_args__ = (
        Index(
            "ix_draft_fields_report",
            *("tenant", "created_at", "day", "field", "source", "engine", "mode", "status", "was_filled", "verdict"),
        ),
    )


class FeedbackRow(Base):
    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    subject_id: Mapped[str] = mapped_column(String(200), index=True)
    action: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)  # Feedback

    __table_args__ = (Index("ix_feedback_tenant_created_at", "tenant", "created_at"),)


class TemplateRow(Base):
    __tablename__ = "templates"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[str] = mapped_column(Text)  # JSON Schema


class PromiseRow(Base):
    """What an administrator promises of a field; `default` is every field without its own."""

    __tablename__ = "promises"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    field: Mapped[str] = mapped_column(String(200), primary_key=True)
    promise: Mapped[float] = mapped_column()  # share of auto-filled values that are right
    until_held: Mapped[str] = mapped_column(String(20))  # suggest | fill
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))


class OutdatedArticle(Base):
    """An article that people called outdated, as it was then: one that was rewritten since is not."""

    __tablename__ = "outdated_articles"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    kb: Mapped[str] = mapped_column(String(100), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(500), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # of its title and body
    reports: Mapped[int] = mapped_column()
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DraftUsage(Base):
    """What a tenant's drafted answers cost on a day."""

    __tablename__ = "draft_usage"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # UTC, ISO 8601
    tokens: Mapped[int] = mapped_column()
    answers: Mapped[int] = mapped_column()


class IdempotentReply(Base):
    """The answer to the first request with a key; `status` is 0 while that request still runs."""

    __tablename__ = "idempotent_replies"

    owner: Mapped[str] = mapped_column(String(32), primary_key=True)  # id of the API key
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column()
    content_type: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OutboxRow(Base):
    """Something that happened, to be told outside; written in the transaction that made it happen."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    tenant: Mapped[str] = mapped_column(String(50))
    message_id: Mapped[str] = mapped_column(String(50), unique=True)  # the webhook-id of every delivery of it
    type: Mapped[str] = mapped_column(String(50))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    relayed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = ({"sqlite_autoincrement": True},)


class Delivery(Base):
    """What became of one message at one endpoint."""

    __tablename__ = "deliveries"

    message_id: Mapped[str] = mapped_column(String(50), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(50), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(20))  # pending | delivered | dead
    attempts: Mapped[int] = mapped_column()
    last_error: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_deliveries_tenant_state", "tenant", "state", "updated_at"),)


class Webhook(Base):
    """Where a tenant wants to be told."""

    __tablename__ = "webhooks"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(200))
    types: Mapped[str] = mapped_column(Text)  # JSON list; empty: all
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it answered 410 Gone


class AuditRow(Base):
    """Who did what; rows are only added. `digest` seals the row and `previous`, the digest of the row before; nothing
    can follow one row twice."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    tenant: Mapped[str] = mapped_column(String(50))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(500))
    detail: Mapped[str] = mapped_column(Text)  # JSON object of text
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("tenant", "previous"),
        Index("ix_audit_log_tenant_id", "tenant", "id"),
        {"sqlite_autoincrement": True},
    )


class FieldChange(Base):
    """A value that was (or would be) written into a ticket of another system."""

    __tablename__ = "field_changes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    connector: Mapped[str] = mapped_column(String(50))
    ticket_id: Mapped[str] = mapped_column(String(200))
    prefill_id: Mapped[str] = mapped_column(String(32))
    field: Mapped[str] = mapped_column(String(100))
    target: Mapped[str] = mapped_column(String(200))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))  # suggested | filled | kept | reverted
    actor: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reverted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("tenant", "connector", "ticket_id", "prefill_id", "field"),
        Index("ix_field_changes_tenant_at", "tenant", "at"),
    )


class LinkedTicket(Base):
    """Which ticket of another system stands for something of ours."""

    __tablename__ = "linked_tickets"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    connector: Mapped[str] = mapped_column(String(50), primary_key=True)
    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CatchUp(Base):
    """Until when a system's new tickets are known to have been taken, webhooks or not."""

    __tablename__ = "catch_ups"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    connector: Mapped[str] = mapped_column(String(64), primary_key=True)  # or NAME/follow_up
    at: Mapped[datetime] = mapped_column(UtcDateTime)
