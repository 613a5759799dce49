"""What was written into tickets of other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class ChangeBody(BaseModel):
    id: str
    connector: str
    ticket_id: str
    prefill_id: str
    field: str = Field(description="Our name of the field")
    target: str = Field(description="The system's name of the field")
    before: str
    after: str
    state: Literal["suggested", "filled", "kept", "reverted"] = Field(
        description="suggested: said, not written; filled: written; kept: a person's value stands; reverted: undone"
    )
    actor: str
    at: datetime
    reverted_at: datetime | None = None
