"""POST /v1/audio/redactions: a recording in, the same recording out with a beep over card and identity numbers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse

from api.prefill.private_words import private_stretches
from api.routes.documentation import Documented, form_body, problems
from api.routes.forms import Form, read_form
from api.routes.recordings import RECORDING_FIELDS, choice, one_file, raw_format
from api.routes.wiring import EnginesOf, MayPrefill
from speech.recognisers.transcriber import LANGUAGES
from speech.sound.wav_writer import wav_pieces

router = APIRouter(tags=["media"])

COVERED = "Covered-Seconds"
"""The header that names what was covered, as 3.1-9.5,12.0-13.2; empty where nothing was."""
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_RAW = {name: field for name, field in RECORDING_FIELDS.items() if name.startswith("raw_")}
BODY = form_body(["file"], file=_FILE, language={"type": "string", "enum": list(LANGUAGES)}, **_RAW)
_WAV: Documented = {
    200: {
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {COVERED: {"schema": {"type": "string"}, "description": "What was covered: 3.1-9.5,12.0-13.2"}},
    }
}
ReadForm = Annotated[Form, Depends(read_form)]


@router.post(
    "/v1/audio/redactions",
    response_class=Response,
    openapi_extra=BODY,
    responses={**_WAV, **problems(400, 401, 403, 413, 415, 422, 503)},
)
def create_redaction(_: MayPrefill, form: ReadForm, engines: EnginesOf) -> Response:
    """Cover numbers of payment cards, identity cards and passports with a beep, on every channel."""
    file = one_file(form)
    language = choice(form, "language", LANGUAGES, default="auto")
    recording = engines.listen(file.content, name=file.name, raw=raw_format(form))
    covered = private_stretches(engines.transcribe(recording, name=file.name, language=language))
    named = ",".join(f"{stretch.start_s:.1f}-{stretch.end_s:.1f}" for stretch in covered)
    pieces = wav_pieces(recording.channels, covered=covered)
    return StreamingResponse(pieces, media_type="audio/wav", headers={COVERED: named})
