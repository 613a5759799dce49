"""POST /v1/prefill: what is known of a ticket in, its draft out; and what people did with the draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.schemas.text import Key, Locale, Name, Text

Box = list[tuple[float, float]]
Confidence = float
CustomerChannel = Literal["left", "right", "auto"]


class Customer(BaseModel):
    id: Name | None = None
    phone: Name | None = None


class Message(BaseModel):
    id: Name | None = Field(default=None, description="Named in the evidence; m1, m2, ... where absent")
    role: Literal["customer", "agent", "unknown"] = "customer"
    text: Text
    at: AwareDatetime | None = None


class PrefillRequest(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "template": "appliance_repair",
                "locale": "zh-CN",
                "messages": [{"id": "m1", "role": "customer", "text": "订单号20240518936，空调显示E5"}],
            }
        }
    )

    ticket_id: Name | None = None
    template: Name | None = Field(default=None, description="Which fields the ticket needs; GET /v1/templates")
    channel: Name | None = None
    locale: Locale = ""
    reference_time: AwareDatetime | None = Field(default=None, description='What "yesterday" is relative to')
    customer: Customer = Customer()
    customer_channel: CustomerChannel = Field(
        default="auto", description="Side of the recordings on which the customer speaks; auto: who does not greet"
    )
    messages: list[Message] = []


def given(description: str | None = None) -> Any:
    """Return a field that is left out where it is not given."""
    return Field(default=None, description=description, exclude_if=lambda value: value is None)


class Candidate(BaseModel):
    value: str
    confidence: float = Field(ge=0, le=1)
    detail: str | None = given("How a person knows it, by the records: the product and day of an order")


class Evidence(BaseModel):
    """Where a value can be checked; `quote` is exactly the source's text. Which places are given depends on `kind`."""

    source: str
    kind: Literal["text", "audio", "image", "record"]
    quote: str
    start: int | None = given("Code points in the message, end exclusive")
    end: int | None = given()
    start_s: float | None = given()
    end_s: float | None = given()
    speaker: str | None = given()
    page: int | None = given()
    box: Box | None = given("Four corners in pixels of the upright page")


class Check(BaseModel):
    name: str
    passed: bool
    detail: str


class PromiseSeen(BaseModel):
    """What is promised of values like this one, and whether the business's own corrections prove it."""

    promise: float
    state: Literal["held", "unmeasured", "broken"]
    corrections: int


class DraftField(BaseModel):
    value: str | None
    status: Literal["auto", "suggest", "conflict", "missing"]
    confidence: float = Field(ge=0, le=1)
    candidates: list[Candidate] = []
    evidence: list[Evidence] = []
    checks: list[Check] = []
    belief: float = Field(default=0.0, ge=0, le=1, description="Before calibration; what corrections are counted by")
    promise: PromiseSeen | None = given("Where a value is filled in; unmeasured: not yet measured on your tickets")


class NextQuestion(BaseModel):
    field: str
    text: str
    choices: list[str] = []


class Classification(BaseModel):
    """null is an honest "not known"."""

    intent: str | None = None
    priority: str | None = None
    language: str | None = None


class SpokenWord(BaseModel):
    start_s: float
    end_s: float
    text: str
    confidence: float


class SpokenReplacement(BaseModel):
    heard: str
    written: str
    score: float = Field(description="0..1: how alike they sound")
    start_s: float
    end_s: float


class NumberReading(BaseModel):
    digits: str
    confidence: float


class SpokenNumberBody(BaseModel):
    """Digits that were spoken one by one, heard a second time."""

    start_s: float
    end_s: float
    digits: str
    confidence: float
    alternatives: list[NumberReading] = Field([], description="Other digits it may be, likeliest first")


class SpokenSegment(BaseModel):
    start_s: float
    end_s: float
    channel: int
    speaker: str = Field(description="customer, agent, speaker 1, speaker 2, or empty where nobody knows")
    text: str
    confidence: float
    words: list[SpokenWord] = []
    heard: str = Field(default="", description="What the recogniser gave, where `text` is written otherwise")
    replaced: list[SpokenReplacement] = []
    numbers: list[SpokenNumberBody] = Field([], description="Numbers in it that were heard a second time")


class SpokenSpan(BaseModel):
    """A stretch of the recording, [start_s, end_s)."""

    start_s: float
    end_s: float


class SideBody(BaseModel):
    """How one side spoke. Rates are of its own talk time; a turn may hold pauses under half a second."""

    channel: int
    speaker: str
    talk_s: float
    interruptions: int = Field(description="Turns that began while the other side was speaking, short ones aside")
    words: int = Field(description="Written with spaces, as English")
    words_per_min: float
    characters: int = Field(description="Chinese ones")
    characters_per_min: float
    turns: list[SpokenSpan]
    loudness_dbfs: list[float] = Field(description="One a loudness_step_s of the call")


class CallAnalyticsBody(BaseModel):
    """How a call went, apart from what was said."""

    silence_s: float = Field(description="Nobody speaks")
    overlap_s: float = Field(description="Both speak")
    longest_hold: SpokenSpan | None = Field(description="The longest time in which nobody speaks")
    loudness_step_s: float
    sides: list[SideBody]


class TranscriptBody(BaseModel):
    file: str
    language: str
    duration_s: float
    engine: str
    text: str
    segments: list[SpokenSegment]
    warnings: list[str] = []
    analytics: CallAnalyticsBody | None = given("Talk time, silence, interruptions, rate and loudness of each side")
    voices_engine: str = Field("", description="What told the voices of one channel apart; `channel` counts them")


class PageLine(BaseModel):
    text: str
    box: Box
    confidence: float


class PageCode(BaseModel):
    symbology: str
    text: str
    box: Box
    gs1: dict[str, str] = {}
    kind: str = Field("text", description="gs1, iso15434, invoice, wifi, url, labelled, ... or text")
    values: dict[str, str] = Field({}, description="What the text says, by the names that tickets use")


class PageFlaw(BaseModel):
    """What a person should mend before sending the picture again; `box` is where, `field` what stands there."""

    word: str = Field(description="too_dark, blurred, too_small, glare or cut_off")
    field: str | None = given("Where a label says it: serial_number, total, ...")
    box: Box | None = given("Where it is; absent where it is the whole picture")
    says: str = Field(description='A sentence for people: "please retake: the serial number is cut off"')


class PageBody(BaseModel):
    file: str = Field(description="Name of the file the page is from")
    page: int = 0
    width: int
    height: int
    rotation: int
    lines: list[PageLine]
    codes: list[PageCode]
    quality: list[str] = Field([], description="The words of the flaws, each once")
    flaws: list[PageFlaw] = []
    engine: str


class PrefillResponse(BaseModel):
    id: str
    ticket_id: str | None = None
    template: str
    fields: dict[str, DraftField]
    missing: list[str]
    next_question: NextQuestion | None
    classification: Classification
    summary: str | None
    transcripts: list[TranscriptBody]
    pages: list[PageBody]
    models: dict[str, str] = Field(description="Engine and model that were used, by job")
    timing_ms: dict[str, float]
    warnings: list[str]
    created_at: datetime


class Feedback(BaseModel):
    """About one field of a prefill, or about one suggested article."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["prefill_id", "field"],
                    "properties": {
                        "action": {"enum": ["accepted", "edited", "cleared"]},
                        "prefill_id": {"type": "string"},
                        "field": {"type": "string"},
                    },
                },
                {
                    "required": ["suggestion_id", "article_id"],
                    "properties": {
                        "action": {"enum": ["used", "helpful", "not_relevant", "incorrect", "outdated"]},
                        "suggestion_id": {"type": "string"},
                        "article_id": {"type": "string"},
                    },
                },
            ]
        }
    )

    prefill_id: Key | None = None
    field: Name | None = None
    final: Text | None = Field(default=None, max_length=2_000)
    is_of_all: bool = Field(
        default=False, description="Said of everything shown at once, not of this value: counted, never learnt from"
    )
    suggestion_id: Key | None = None
    article_id: Name | None = None
    action: Literal["accepted", "edited", "cleared", "used", "helpful", "not_relevant", "incorrect", "outdated"]

    @model_validator(mode="after")
    def _check_subject(self) -> Self:
        of_prefill = self.action in ("accepted", "edited", "cleared")
        if of_prefill and not (self.prefill_id and self.field):
            raise ValueError(f"action {self.action} needs prefill_id and field")
        if not of_prefill and not (self.suggestion_id and self.article_id):
            raise ValueError(f"action {self.action} needs suggestion_id and article_id")
        return self


class FeedbackTaken(BaseModel):
    id: str
