"""A job as it is shown: where it stands, what it gave, why it failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class ProgressBody(BaseModel):
    done: int = Field(ge=0)
    total: int = Field(ge=0)
    note: str = Field(default="", description="What is being worked on, e.g. a file's name")


class JobProblemBody(BaseModel):
    """Why a job failed, or why its last attempt did."""

    type: str = Field(description="/problems/<name>, as in problem answers")
    title: str
    detail: str
    fix: str = ""


class JobBody(BaseModel):
    id: str
    kind: str
    state: Literal["queued", "running", "waiting", "done", "failed", "cancelled"]
    attempts: int = Field(ge=0)
    created_at: datetime
    updated_at: datetime
    progress: ProgressBody | None = None
    # Any JSON; the shape is the kind's: a PrefillResponse for `prefill`.
    result: Any = Field(default=None, description="What the same request without `Prefer: respond-async` answers")
    problem: JobProblemBody | None = None
