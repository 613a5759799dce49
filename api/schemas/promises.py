"""/v1/promises: what is promised of a field's auto-filled values, and how that stands."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PromiseIn(BaseModel):
    """A promise as an administrator states it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"promise": 0.98}})

    promise: float = Field(ge=0.5, le=0.999, description="Share of auto-filled values that are right, e.g. 0.98")
    until_held: Literal["suggest", "fill"] = Field(
        default="suggest",
        description="While corrections do not prove the promise: suggest values, or fill them in by the shipped table",
    )


class StandingBody(BaseModel):
    """How a promise stands on the tenant's own reviewed values, as of the last learning."""

    state: Literal["held", "unmeasured", "broken"] = Field(
        description="held: proven with 90% certainty (Learn-then-Test, exact binomial); unmeasured: not yet measured "
        "on your tickets; broken: your corrections contradict it, values are suggested"
    )
    fills: bool = Field(description="Whether anything is filled in unasked")
    threshold: float = Field(description="Belief from which up values are filled in")
    corrections: int = Field(description="Reviewed values of the field: accepted, edited or cleared by a person")
    judged: int = Field(description="Of those, the ones at or above the threshold that is assumed or proven")
    right: int
    realised: float | None = Field(description="right / judged")
    low: float = Field(description="Lower end of its exact 95% interval")
    high: float
    needed: int = Field(description="More reviewed values at that belief, all right, that would prove the promise")


class PromiseBody(BaseModel):
    field: str
    promise: float
    until_held: Literal["suggest", "fill"]
    is_own: bool = Field(description="False: the promise of `default`, or the house's 98%")
    updated_at: datetime | None = None
    actor: str = ""
    standing: StandingBody
