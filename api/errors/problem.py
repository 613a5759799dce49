"""Errors of every package in, RFC 9457 problems out.

    Problem                   what a caller did that cannot be served: kind, detail, where, what to do
    └── (one kind a row of PROBLEM_KINDS; an engine's own errors become Problems in problem_of)

The detail says what and where, `fix` says what to do. Nothing here knows HTTP frameworks;
routes/problems.py writes the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.errors.kinds import PROBLEM_KINDS, ProblemKind
from api.errors.language import Language, Said, say, words
from model_cards import ModelCardError
from nlp.records import (
    ArticleRejected,
    CatalogueInvalid,
    EncoderUnavailable,
    LabelsInvalid,
    NlpError,
    RecordSystemDown,
    TemplateInvalid,
    TemplateUnknown,
)
from predictive.records import PredictiveError, SeriesFull, TableError
from speech.records import AudioRejected, ModelUnavailable, SpeechError
from vision.records import ImageRejected, ReaderUnavailable, VisionError


@dataclass(frozen=True, slots=True)
class Misfit:
    """One place of a request that does not fit its schema."""

    where: str  # a JSON pointer into the body, or the name of a parameter
    detail: str | Said


@dataclass(eq=False)
class Problem(Exception):
    """A request that cannot be served. `where` names the place, e.g. "files[0] call.wav" or "messages[3].text"."""

    name: str
    detail: str | Said
    where: str = ""
    fix: str | Said = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Misfit, ...] = ()

    def __str__(self) -> str:
        return self.detail_in("en")

    @property
    def kind(self) -> ProblemKind:
        return PROBLEM_KINDS[self.name]

    def title_in(self, language: Language) -> str:
        return words(language)(f"title.{self.name}")

    def detail_in(self, language: Language) -> str:
        return words(language).said(self.detail)

    def fix_in(self, language: Language) -> str:
        return words(language).said(self.fix or say(f"fix.{self.name}"))


class EngineFailed(Exception):
    """A native engine raised on an input; the message names the engine and the input."""


_REASONED: Mapping[type[Exception], str] = {AudioRejected: "audio", ImageRejected: "image"}

_BY_CLASS: Mapping[type[Exception], str] = {
    ModelUnavailable: "model_missing",
    ModelCardError: "model_missing",
    EncoderUnavailable: "model_missing",
    ReaderUnavailable: "model_missing",
    EngineFailed: "engine_refused",
    TemplateUnknown: "template_unknown",
    TemplateInvalid: "template_invalid",
    CatalogueInvalid: "catalogue_invalid",
    ArticleRejected: "article_rejected",
    RecordSystemDown: "records_down",
    LabelsInvalid: "labels_invalid",
    SeriesFull: "series_full",
    SpeechError: "audio_rejected",
    VisionError: "image_rejected",
    NlpError: "text_refused",
    PredictiveError: "telemetry_refused",
}
"""Walked in this order: a class stands before the class it comes from."""

EXPECTED_ERRORS: tuple[type[Exception], ...] = (Problem, *_BY_CLASS)
"""What logic may raise on purpose; anything else is a fault of ours."""


def problem_of(error: Exception, *, where: str = "") -> Problem:
    """Return the problem that an expected error is; an unexpected one is an internal_error.

    >>> problem_of(AudioRejected("too_long", "call.wav lasts 10 h")).kind.name
    'audio_too_long'
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, AudioRejected | ImageRejected):
        medium = _REASONED[type(error)]
        name = f"{medium}_{error.reason}"
        return Problem(name if name in PROBLEM_KINDS else f"{medium}_rejected", _reported(error), where)
    for cls, name in _BY_CLASS.items():
        if isinstance(error, cls):
            return Problem(name, _reported(error), where)
    return Problem("internal_error", say("detail.internal", error=type(error).__name__), where)


def _reported(error: Exception) -> Said:
    """Quote an engine, which speaks English unless it says more."""
    if isinstance(error, ArticleRejected | TableError) and error.zh:
        return say("detail.twofold", zh=error.zh, original=str(error))
    return say("detail.engine", original=str(error))
