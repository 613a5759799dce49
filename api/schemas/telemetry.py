"""Telemetry in, maintenance tickets out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.knowledge import SuggestionBody


class MeasurementIn(BaseModel):
    """One reading; only the shape for the documentation, parsing is columnar in api/ingest."""

    device_id: str = Field(min_length=1, max_length=200)
    metric: str = Field(min_length=1, max_length=200)
    at: datetime | float = Field(description="ISO 8601 with an offset, or seconds or milliseconds since 1970")
    value: float
    unit: str = ""


class RejectedReading(BaseModel):
    index: int = Field(description="Position in the request, from 0; -1 for the entry that counts the rest")
    reason: str


class TelemetryTaken(BaseModel):
    accepted: int
    duplicates: int
    late: int
    rejected: list[RejectedReading]


class TicketReason(BaseModel):
    metric: str
    since: datetime
    expected: float | None
    observed: float | None
    score: float
    detector: str = ""
    unit: str = ""


class Ticket(BaseModel):
    id: str
    key: str = Field(description="Same for the same device and episode, whatever is repeated or replayed")
    kind: Literal["maintenance"] = "maintenance"
    device_id: str
    state: Literal["open", "resolved"]
    severity: Literal["info", "warning", "critical"]
    title: str
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    reasons: list[TicketReason]
    probability: float | None = None
    horizon_h: float | None = None
    suggestions: list[SuggestionBody] = []
    plot_url: str = ""
