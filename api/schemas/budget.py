"""/v1/ticket-budget: how many false maintenance tickets are borne, and whether that is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class BudgetIn(BaseModel):
    """A budget as an administrator states it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"false_per_1000": 2.0, "useful_lead_h": 72.0}}
    )

    false_per_1000: float = Field(gt=0, le=1000, description="False tickets per 1,000 device-months that are borne")
    useful_lead_h: float = Field(default=72.0, ge=0, le=2160, description="Hours before a failure that a ticket helps")


class BudgetBody(BaseModel):
    false_per_1000: float
    useful_lead_h: float
    is_own: bool = Field(description="False: the settings' false_tickets_per_1000 and useful_lead_h")
    updated_at: datetime | None = None
    actor: str = ""
    state: Literal["unjudged", "within", "held"] = Field(
        description="unjudged: too few verdicts to hold anything, every alert becomes a ticket; within: every alert "
        "becomes a ticket and the budget is kept; held: an alert must bring evidence to become a ticket"
    )
    days: int = Field(description="The window that is counted, up to now")
    false: int = Field(description="Tickets that people called a false alarm")
    right: int
    unjudged: int
    device_months: float
    realised: float | None = Field(description="Judged false tickets per 1,000 device-months")
    expected: float | None = Field(description="The same with those that nobody judged, by the share of the judged")
    bar: float = Field(description="Evidence that an alert must bring; see predictive/ticket_bar.py for its scale")
    held_back: int = Field(description="Alerts that did not become a ticket")
    needed: int = Field(description="More verdicts until the budget can be held")
    is_small: bool = Field(description="The fleet is so small that its budget is below one ticket; one is allowed")
