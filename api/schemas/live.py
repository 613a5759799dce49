"""A call heard while it is spoken: what both sides of the WebSocket say. Sound itself goes in binary frames."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.knowledge import SuggestionBody
from api.schemas.prefill import Customer, DraftField, NextQuestion, PrefillResponse, SpokenSegment, TranscriptBody
from api.schemas.problem import ProblemBody
from api.schemas.text import Locale, Name


class LiveStart(BaseModel):
    """The first frame: what the sound is, and what is known of the ticket."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["start"]
    format: Literal["pcm16", "opus"] = Field(
        default="pcm16", description="pcm16: little endian, interleaved; opus: one packet a frame"
    )
    rate_hz: int = Field(default=16_000, ge=8_000, le=48_000, description="Of pcm16; Opus is decoded at 48,000")
    channels: Literal[1, 2] = 1
    language: Literal["zh", "en", "auto"] = "auto"
    template: Name | None = None
    ticket_id: Name | None = None
    customer: Customer | None = None
    locale: Locale = ""
    draft: bool = Field(default=True, description="false: a transcript only; nothing is kept")


class LiveEnd(BaseModel):
    """Nothing more comes; the rest is heard and `final` follows."""

    type: Literal["end"]


class LiveCancel(BaseModel):
    """Forget everything: no draft, no recording."""

    type: Literal["cancel"]


LiveWord = Annotated[LiveStart | LiveEnd | LiveCancel, Field(discriminator="type")]


class LiveLimits(BaseModel):
    max_duration_s: float
    max_frame_bytes: int
    max_ahead_s: float = Field(description="By how much sound may come faster than it is spoken, in all")


class ReadySaid(BaseModel):
    """Sound may come."""

    type: Literal["ready"] = "ready"
    engine: str
    rate_hz: int = Field(description="At which the engine hears")
    limits: LiveLimits
    prefill_id: str | None = Field(description="Of the draft that is kept in the end, also where the line breaks")


class PartialSaid(BaseModel):
    """Words so far; the next partial or segment of the channel replaces them."""

    type: Literal["partial"] = "partial"
    channel: int
    start_s: float
    end_s: float
    text: str


class SegmentSaid(BaseModel):
    """Settled words."""

    type: Literal["segment"] = "segment"
    segment: SpokenSegment


class FieldsSaid(BaseModel):
    """The draft so far, whole, whenever it changed."""

    type: Literal["fields"] = "fields"
    fields: dict[str, DraftField]
    missing: list[str]
    next_question: NextQuestion | None


class SuggestionsSaid(BaseModel):
    """What answers the question so far, whole, whenever it changed; not sent to a key that may not suggest."""

    type: Literal["suggestions"] = "suggestions"
    abstained: bool
    suggestions: list[SuggestionBody]


class StatusSaid(BaseModel):
    """At least each two seconds of sound."""

    type: Literal["status"] = "status"
    heard_s: float
    behind_s: float = Field(description="Sound that came and was not heard yet")


class ProblemSaid(BaseModel):
    """Why the call ends here; the connection is closed after it."""

    type: Literal["problem"] = "problem"
    problem: ProblemBody


class FinalSaid(BaseModel):
    """The whole; the connection is closed after it."""

    type: Literal["final"] = "final"
    transcript: TranscriptBody
    prefill: PrefillResponse | None


LiveSaid = ReadySaid | PartialSaid | SegmentSaid | FieldsSaid | SuggestionsSaid | StatusSaid | ProblemSaid | FinalSaid


class LiveMessage(BaseModel):
    """One text frame of the protocol."""

    type: str
    about: str
    json_schema: dict[str, Any]


class LiveProtocol(BaseModel):
    """How to speak to WS /v1/audio/stream."""

    about: str
    max_frame_bytes: int
    max_duration_s: float
    at_once: int
    client: list[LiveMessage]
    server: list[LiveMessage]
    close_codes: dict[str, str]
