"""Answers of the two addresses that take one file: what was said, what was written."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from api.schemas.prefill import PageBody


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
    """OpenAI's verbose_json, with speaker and channel added."""

    task: Literal["transcribe"] = "transcribe"
    language: str
    duration: float
    text: str
    segments: list[VerboseSegment]
    words: list[VerboseWord] = []
    engine: str
    warnings: list[str] = []


class PagesRead(BaseModel):
    """What was read from one image or PDF; `fields` are what the page itself names, e.g. a receipt's total."""

    file: str
    pages: list[PageBody]
    kind: str
    fields: dict[str, PageFieldBody]
    quality: list[str] = []


class PageFieldBody(BaseModel):
    value: str
    confidence: float
    box: list[tuple[float, float]]
