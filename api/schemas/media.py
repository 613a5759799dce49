"""Answers of the two addresses that take one file: what was said, what was written."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.schemas.prefill import Box, CallAnalyticsBody, PageBody, given
from vision.records import PageKind

EXAMPLE: dict[str, JsonValue] = {
    "file": "label.jpg",
    "kind": "nameplate",
    "fields": {
        "serial_number": {
            "value": "CL3A2506180427",
            "confidence": 0.995,
            "box": [[168, 96], [400, 96], [400, 124], [168, 124]],
            "code_box": [[60, 300], [420, 300], [420, 380], [60, 380]],
            "page": 0,
        }
    },
    "quality": ["cut_off"],
    "pages": [
        {
            "file": "label.jpg",
            "page": 0,
            "width": 640,
            "height": 480,
            "rotation": 90,
            "lines": [
                {
                    "text": "S/N CL3A2506180427",
                    "box": [[60, 96], [400, 96], [400, 124], [60, 124]],
                    "confidence": 0.982,
                }
            ],
            "codes": [
                {
                    "symbology": "Code128",
                    "text": "21CL3A2506180427",
                    "box": [[60, 300], [420, 300], [420, 380], [60, 380]],
                    "gs1": {"21": "CL3A2506180427"},
                    "kind": "gs1",
                    "values": {"serial_number": "CL3A2506180427"},
                }
            ],
            "quality": ["cut_off"],
            "flaws": [
                {
                    "word": "cut_off",
                    "field": "device_model",
                    "box": [[560, 48], [640, 48], [640, 76], [560, 76]],
                    "says": "please retake: the model is cut off",
                }
            ],
            "engine": "ppocr:ppocr-v6",
            "kind": "nameplate",
            "fields": {},
        }
    ],
}
"""Shown in the API's description."""


class SpokenText(BaseModel):
    text: str


class VerboseSegment(BaseModel):
    id: int
    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float = 0.0
    speaker: str = ""
    channel: int = 0


class VerboseWord(BaseModel):
    word: str
    start: float
    end: float


class VerboseTranscription(BaseModel):
    """OpenAI's verbose_json, with speaker, channel and analytics added."""

    task: Literal["transcribe"] = "transcribe"
    language: str
    duration: float
    text: str
    segments: list[VerboseSegment]
    words: list[VerboseWord] = []
    engine: str
    warnings: list[str] = []
    analytics: CallAnalyticsBody | None = given("Talk time, silence, interruptions, rate and loudness of each side")


class PageFieldBody(BaseModel):
    """A value that a page names; a `code_box` says that a code on the page says the same: it is verified."""

    value: str
    confidence: float
    box: Box
    code_box: Box | None = Field(
        default=None, description="Of a code that says the same as the print, or says it alone"
    )
    page: int = 0


class PageCell(BaseModel):
    """What stands in one place of a table."""

    text: str
    box: Box
    confidence: float


class PageTable(BaseModel):
    """A row of headers and the rows under it, each with a cell for every header, null where nothing stands."""

    headers: list[PageCell]
    rows: list[list[PageCell | None]]


class PagePair(BaseModel):
    """A label and the value behind, beside or below it, whatever the label means."""

    label: str
    value: str
    box: Box = Field(description="Of the value")
    label_box: Box
    confidence: float


class PageRead(PageBody):
    """A page, what it is, what it names itself, and how its print is laid out."""

    kind: PageKind
    fields: dict[str, PageFieldBody]
    tables: list[PageTable] = Field([], description="Found by where print stands, e.g. on a sheet of labels")
    pairs: list[PagePair] = Field([], description="Labels and values in reading order")


class PagesRead(BaseModel):
    """What was read from one image or PDF. `fields` are those of the page that names most, e.g. a receipt's total."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    file: str
    pages: list[PageRead]
    kind: PageKind = Field(description="What the page is that names most; other where its print says too little")
    fields: dict[str, PageFieldBody]
    quality: list[str] = Field([], description="What to mend before the picture is sent again, each word once")
