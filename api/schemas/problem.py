"""The body of every error: RFC 9457 problem details, with what to do."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ProblemError(BaseModel):
    where: str = Field(description="JSON pointer into the body, or the name of a parameter")
    detail: str


class ProblemBody(BaseModel):
    type: str = Field(description="Address of the kind of problem, e.g. /problems/audio_too_long")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened, and where")
    instance: str = Field(description="The request's path")
    fix: str = Field(description="What to do")
    where: str = ""
    errors: list[ProblemError] = []


class ProblemExplained(BaseModel):
    """One kind of problem, in the caller's language."""

    name: str
    status: int = Field(ge=400, le=599)
    title: str
    fix: str
