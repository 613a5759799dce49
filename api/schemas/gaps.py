"""What a knowledge base lacks, and which of its articles somebody should look at."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class GapBody(BaseModel):
    """Questions that ask for the same and that no article answers; personal data is masked."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    count: int
    reasons: dict[Literal["unanswered", "not_relevant", "incorrect"], int]
    examples: list[str]
    first_at: datetime
    last_at: datetime
    nearest_id: str = Field(description="The article that was shown first most often; empty where none was")
    nearest_title: str
    answered_by: str = Field(description="The article that answers by now; empty while none does")


class GapsBody(BaseModel):
    since: datetime
    until: datetime
    gaps: list[GapBody]


class StaleReasonBody(BaseModel):
    """outdated, incorrect: people said so. contradicted: `other_id` says otherwise. unused: shown so often, never used.
    old: unchanged since `at`. unseen: not shown once in the period."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["outdated", "incorrect", "contradicted", "unused", "old", "unseen"]
    count: int
    at: datetime | None
    quote: str
    other_id: str
    other_quote: str


class StaleArticleBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    article_id: str
    title: str
    urgency: float
    reasons: list[StaleReasonBody]
    shown: int
    used: int
    last_used_at: datetime | None
    changed_at: datetime | None = Field(description="null where it has not changed since it was first watched")


class StaleBody(BaseModel):
    since: datetime
    until: datetime
    articles: list[StaleArticleBody]
