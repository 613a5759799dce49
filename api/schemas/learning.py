"""What a learning took and refused, as it is told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class FitBody(BaseModel):
    """How confidence did on the newest third of a field's corrections, which the trial did not learn from."""

    log_loss: float
    brier: float
    filled: int = Field(description="Of them, values that would be filled in unasked")
    right: int = Field(description="Of those, how many were right")


class LessonBody(BaseModel):
    """What became of one field's corrections."""

    field: str
    outcome: Literal["taken", "counted", "refused", "too_few"] = Field(
        description="taken: in force; counted: towards the promise, while confidence would have become less true; "
        "refused: fewer auto-filled values would have been right, all stays as it was; too_few: counted, no trial yet"
    )
    corrections: int
    held_out: int = 0
    before: FitBody | None = None
    after: FitBody | None = None


class LessonsBody(BaseModel):
    """The last learning."""

    at: datetime
    lessons: list[LessonBody]


class RankingBody(BaseModel):
    """What verdicts on suggestions taught of the order in which articles are shown, those that nobody judged too."""

    knowledge_base: str
    outcome: Literal["taken", "refused", "unchanged", "too_few"] = Field(
        description="taken: in force, as the newest questions are surely answered better; refused: they would be "
        "answered worse, all stays as it was; unchanged: no sure gain; too_few: not tried yet"
    )
    judged: int
    held_out: int = 0
    before: float = Field(default=0.0, description="Mean worth of the held-out questions' rankings, 0..1")
    after: float = 0.0
