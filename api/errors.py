"""Errors of every package in, RFC 9457 problems out.

    Problem                   what a caller did that cannot be served: kind, detail, where, what to do
    └── (one kind a row of PROBLEM_KINDS; an engine's own errors become Problems in problem_of)

The detail says what and where, `fix` says what to do. Nothing here knows HTTP frameworks;
routes/problems.py writes the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model_cards import ModelCardError
from nlp.records import (
    ArticleRejected,
    CatalogueInvalid,
    LabelsInvalid,
    NlpError,
    RecordSystemDown,
    TemplateInvalid,
    TemplateUnknown,
)
from predictive.records import PredictiveError, SeriesFull
from speech.records import AudioRejected, ModelUnavailable, SpeechError
from vision.records import ImageRejected, VisionError


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of failure. `name` ends the problem's `type`; `fix` is what the caller can do in general."""

    name: str
    status: int
    title: str
    fix: str


PROBLEM_KINDS: Mapping[str, ProblemKind] = {
    kind.name: kind
    for kind in (
        ProblemKind("malformed_json", 400, "The body is not JSON", "Send UTF-8 JSON; the detail names the position."),
        ProblemKind(
            "malformed_multipart", 400, "The form cannot be read", "Send multipart/form-data with its boundary."
        ),
        ProblemKind("bad_request", 400, "The request cannot be read", "See /openapi.json for what this address takes."),
        ProblemKind(
            "key_missing",
            401,
            "No API key",
            "Send `Authorization: Bearer <key>`; make one with `beforehand keys create`.",
        ),
        ProblemKind(
            "key_invalid", 401, "The API key is not valid", "Check the key, or make one with `beforehand keys create`."
        ),
        ProblemKind("forbidden", 403, "The key may not do this", "Use a key with the scope that the detail names."),
        ProblemKind("not_found", 404, "Nothing here", "Check the address and the id."),
        ProblemKind("method_not_allowed", 405, "The method is not allowed here", "See the Allow header."),
        ProblemKind(
            "idempotency_conflict",
            409,
            "The Idempotency-Key was used for another request",
            "Send a fresh Idempotency-Key.",
        ),
        ProblemKind(
            "idempotency_in_progress",
            409,
            "The first request with this Idempotency-Key is still running",
            "Repeat it later.",
        ),
        ProblemKind("body_too_large", 413, "The body is too large", "Send less at once; the detail names the limit."),
        ProblemKind("text_too_long", 413, "The text is too long", "Send the part of the conversation that matters."),
        ProblemKind("too_many_items", 413, "Too many items in one request", "Split the request."),
        ProblemKind("unsupported_media", 415, "The content type is not one this address takes", "See /openapi.json."),
        ProblemKind(
            "file_type_unknown",
            415,
            "The file is no audio, image or PDF that is read here",
            "Send WAV, MP3, M4A, OGG, FLAC, AMR; PNG, JPEG, WebP, HEIC, TIFF; or PDF.",
        ),
        ProblemKind(
            "validation_failed",
            422,
            "The request does not fit its schema",
            "Mend the places that `errors` lists; see /openapi.json.",
        ),
        ProblemKind(
            "text_invalid",
            422,
            "The text holds characters that are no text",
            "Remove NUL characters and unpaired surrogates.",
        ),
        ProblemKind("nested_too_deep", 422, "The JSON is nested too deep", "Send a flatter body."),
        ProblemKind(
            "timestamp_out_of_range",
            422,
            "The timestamp is not plausible",
            "Send the time of the contact, in ISO 8601 with an offset.",
        ),
        ProblemKind("file_empty", 422, "The file is empty", "Send the file again."),
        ProblemKind("audio_empty", 422, "The recording is empty", "Send the recording again."),
        ProblemKind("audio_too_large", 413, "The recording is too large", "Compress or cut it."),
        ProblemKind("audio_too_long", 422, "The recording is too long", "Cut it, or send the part that matters."),
        ProblemKind(
            "audio_broken", 422, "The recording is broken", "Send it again from the source; it may have been cut off."
        ),
        ProblemKind("audio_not_audio", 422, "The file is not audio", "Send a file that holds an audio stream."),
        ProblemKind("audio_rejected", 422, "The recording cannot be used", "See the detail."),
        ProblemKind("image_empty", 422, "The image is empty", "Send the image again."),
        ProblemKind("image_too_large", 413, "The image file is too large", "Compress it."),
        ProblemKind("image_too_many_pixels", 422, "The image has too many pixels", "Scale it down."),
        ProblemKind("image_too_many_pages", 422, "The document has too many pages", "Send the pages that matter."),
        ProblemKind(
            "image_broken", 422, "The image is broken", "Send it again from the source; it may have been cut off."
        ),
        ProblemKind(
            "image_not_an_image",
            422,
            "The file is no image that is read here",
            "Send PNG, JPEG, WebP, HEIC, TIFF or PDF.",
        ),
        ProblemKind("image_rejected", 422, "The image cannot be used", "See the detail."),
        ProblemKind(
            "engine_refused",
            422,
            "An engine could not work on this input",
            "Send another copy of the file; if it persists, report it.",
        ),
        ProblemKind("template_unknown", 422, "No such template", "GET /v1/templates lists the names."),
        ProblemKind(
            "template_invalid", 422, "The template is not valid", "Mend the JSON Schema; the detail says where."
        ),
        ProblemKind(
            "catalogue_invalid", 422, "The catalogue is not valid", "A catalogue needs a `code` column and rows."
        ),
        ProblemKind("article_rejected", 422, "The article cannot be taken", "See the detail."),
        ProblemKind("labels_invalid", 422, "The examples cannot be learnt from", "See the detail."),
        ProblemKind("text_refused", 422, "The text cannot be worked on", "See the detail."),
        ProblemKind(
            "telemetry_unreadable",
            400,
            "The readings cannot be read",
            "Send NDJSON, a JSON array, ThingsBoard JSON, line protocol or an Arrow stream.",
        ),
        ProblemKind(
            "series_full", 429, "Too many series", "Send fewer distinct device/metric pairs, or raise the limit."
        ),
        ProblemKind("telemetry_refused", 422, "The readings cannot be used", "See the detail."),
        ProblemKind("busy", 429, "Too much work at once", "Repeat after the seconds in Retry-After."),
        ProblemKind("internal_error", 500, "Something broke here", "Report it with the request id of the detail."),
        ProblemKind("model_missing", 503, "A model is not on this machine", "Run the command in the detail."),
        ProblemKind(
            "records_down", 503, "The business's records do not answer", "Repeat later; check the record system."
        ),
    )
}


@dataclass(eq=False)
class Problem(Exception):
    """A request that cannot be served. `where` names the place, e.g. "files[0] call.wav" or "messages[3].text"."""

    name: str
    detail: str
    where: str = ""
    fix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()

    def __str__(self) -> str:
        return self.detail

    @property
    def kind(self) -> ProblemKind:
        return PROBLEM_KINDS[self.name]


class EngineFailed(Exception):
    """A native engine raised on an input; the message names the engine and the input."""


_REASONED: Mapping[type[Exception], str] = {AudioRejected: "audio", ImageRejected: "image"}

_BY_CLASS: Mapping[type[Exception], str] = {
    ModelUnavailable: "model_missing",
    ModelCardError: "model_missing",
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
        return Problem(name if name in PROBLEM_KINDS else f"{medium}_rejected", str(error), where)
    for cls, name in _BY_CLASS.items():
        if isinstance(error, cls):
            return Problem(name, str(error), where)
    return Problem("internal_error", type(error).__name__, where)
