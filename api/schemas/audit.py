"""What the audit log and an erasure say over HTTP."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class AuditBody(BaseModel):
    id: str
    at: datetime
    actor: str = Field(description="key:ID, connector, retention, command line")
    action: str
    subject: str = Field(description="What it was done to, by id")
    detail: dict[str, str]


class CustomerErased(BaseModel):
    customer_id: str
    deleted: dict[str, int] = Field(description="Rows and files that are gone, by kind")
