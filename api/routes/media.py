"""POST /v1/audio/transcriptions (as OpenAI's) and POST /v1/ocr: one file in, what was said or written out."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from api.errors import Problem, say
from api.prefill.answer import analytics_body, pages_read
from api.prefill.hear import CUSTOMER_CHANNELS
from api.routes.documentation import Documented, form_body, problems
from api.routes.forms import Form, read_form
from api.routes.problems import language_of
from api.routes.recordings import RECORDING_FIELDS, choice, customer_channel, one_file, one_of, raw_format
from api.routes.wiring import EnginesOf, MayPrefill
from api.schemas.media import PagesRead, SpokenText, VerboseSegment, VerboseTranscription, VerboseWord
from speech.records import Segment, Transcript
from speech.transcribe import Sides

router = APIRouter(tags=["media"])

GRANULARITIES_FIELD = "timestamp_granularities[]"
FORMATS = ("json", "verbose_json", "text", "srt", "vtt")
LANGUAGES = ("zh", "en", "auto")
GRANULARITIES = ("word", "segment")
PROMPT_CHARS = 2_000
BETWEEN_WORDS = re.compile(r"[,，、;；\n]")
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
TRANSCRIPTION_BODY = form_body(
    ["file"],
    file=_FILE,
    model={"type": "string", "description": "Taken and ignored: the configured model speaks"},
    language={"type": "string", "enum": list(LANGUAGES)},
    prompt={"type": "string", "maxLength": PROMPT_CHARS, "description": "Words to listen for, separated by commas"},
    response_format={"type": "string", "enum": list(FORMATS), "default": "json"},
    temperature={
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Checked and ignored: it is raised by itself where a stretch comes out badly",
    },
    stream={"type": "boolean", "enum": [False], "description": "Refused when true: a text comes whole"},
    **{
        GRANULARITIES_FIELD: {
            "type": "array",
            "items": {"type": "string", "enum": list(GRANULARITIES)},
            "description": "With verbose_json: which times to give; both where none is named",
        }
    },
    **RECORDING_FIELDS,
)
OCR_BODY = form_body(["file"], file=_FILE)
ReadForm = Annotated[Form, Depends(read_form)]
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_SPOKEN = [{"$ref": f"#/components/schemas/{name}"} for name in ("SpokenText", "VerboseTranscription")]
_TRANSCRIPTION: Documented = {
    200: {"content": {"application/json": {"schema": {"anyOf": _SPOKEN}}, "text/plain": _TEXT, "text/vtt": _TEXT}}
}


@router.post(
    "/v1/audio/transcriptions",
    response_class=Response,
    openapi_extra=TRANSCRIPTION_BODY,
    responses={**_TRANSCRIPTION, **problems(400, 401, 403, 413, 415, 422, 503)},
)
def create_transcription(_: MayPrefill, form: ReadForm, engines: EnginesOf) -> Response:
    """Write down what was said in one recording."""
    file = one_file(form)
    language = choice(form, "language", LANGUAGES, default="auto")
    response_format = choice(form, "response_format", FORMATS, default="json")
    granularities = checked_options(form, response_format)
    prompt = form.fields.get("prompt", "")[:PROMPT_CHARS]
    hotwords = [word.strip() for word in BETWEEN_WORDS.split(prompt) if word.strip()]
    recording = engines.listen(file.content, name=file.name, raw=raw_format(form))
    sides = Sides(customer_channel=CUSTOMER_CHANNELS[customer_channel(form)])
    transcript = engines.transcribe(
        recording, name=file.name, language=language, hotwords=hotwords, terms=hotwords, sides=sides
    )
    return _as_format(transcript, response_format, granularities)


@router.post("/v1/ocr", openapi_extra=OCR_BODY, responses=problems(400, 401, 403, 413, 415, 422, 503))
def create_reading(_: MayPrefill, form: ReadForm, engines: EnginesOf, request: Request) -> PagesRead:
    """Read the lines, codes and fields of one image or PDF, and say what to retake, in the language asked for."""
    file = one_file(form)
    pages = engines.read(file.content, name=file.name)
    tagger = engines.receipt_taggers.current()
    return pages_read(file.name, pages, language=language_of(request), receipt_tagger=tagger)


def checked_options(form: Form, response_format: str) -> tuple[str, ...]:
    """Return which times are wanted; as OpenAI's, only verbose_json gives them. Refuse what would go unheeded."""
    _check_ignored(form)
    wanted = tuple(
        text for name in (GRANULARITIES_FIELD, "timestamp_granularities") for text in form.lists.get(name, ())
    )
    for one in wanted:
        one_of(GRANULARITIES_FIELD, one, GRANULARITIES)
    if wanted and response_format != "verbose_json":
        raise Problem("validation_failed", say("detail.granularities_not_verbose"), where=GRANULARITIES_FIELD)
    return wanted or GRANULARITIES


def _check_ignored(form: Form) -> None:
    """Refuse what would change the answer's shape, and values that are none."""
    if form.fields.get("stream", "").lower() in ("true", "1"):
        raise Problem("validation_failed", say("detail.no_stream"), where="stream")
    text = form.fields.get("temperature", "0")
    try:
        temperature = float(text)
    except ValueError:
        temperature = math.nan
    if not 0 <= temperature <= 1:
        given = repr(text[:20])
        raise Problem("validation_failed", say("detail.temperature_range", given=given), where="temperature")


def _as_format(transcript: Transcript, response_format: str, granularities: tuple[str, ...]) -> Response:
    from speech import to_srt, to_vtt

    if response_format == "text":
        return PlainTextResponse(transcript.text + "\n")
    if response_format == "srt":
        return PlainTextResponse(to_srt(transcript))
    if response_format == "vtt":
        return Response(to_vtt(transcript), media_type="text/vtt")
    if response_format == "verbose_json":
        left_out = {f"{one}s" for one in GRANULARITIES if one not in granularities}
        return JSONResponse(verbose_body(transcript).model_dump(mode="json", exclude=left_out))
    return JSONResponse(SpokenText(text=transcript.text).model_dump())


def verbose_body(transcript: Transcript) -> VerboseTranscription:
    """Return OpenAI's verbose shape."""
    return VerboseTranscription(
        language=transcript.language,
        duration=round(transcript.duration_s, 3),
        text=transcript.text,
        segments=[_segment(number, segment) for number, segment in enumerate(transcript.segments)],
        words=[
            VerboseWord(word=word.text, start=round(word.start_s, 3), end=round(word.end_s, 3))
            for segment in transcript.segments
            for word in segment.words
        ],
        engine=transcript.engine,
        warnings=list(transcript.warnings),
        analytics=None if transcript.analytics is None else analytics_body(transcript.analytics),
    )


def _segment(number: int, segment: Segment) -> VerboseSegment:
    return VerboseSegment(
        id=number,
        start=round(segment.start_s, 3),
        end=round(segment.end_s, 3),
        text=segment.text,
        avg_logprob=round(math.log(max(segment.confidence, 1e-6)), 4),
        speaker=segment.speaker,
        channel=segment.channel,
    )
