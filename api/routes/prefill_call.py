"""The two ways to ask for a prefill, JSON and multipart, read into one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError

from api.errors import Problem, invalid_problem, say
from api.prefill import Attachment
from api.routes.forms import read_form
from api.routes.idempotency import digest_of_parts
from api.routes.json_body import check_depth
from api.routes.later import Call
from api.routes.prefill_job import KIND, prefill_payload
from api.schemas.prefill import PrefillRequest
from api.settings import Settings

FILE_FIELDS = ("files", "file", "files[]")


@dataclass(frozen=True, slots=True)
class PrefillCall:
    request: PrefillRequest
    files: tuple[Attachment, ...]

    def digest(self) -> str:
        """Return what makes two calls the same: the request's meaning and the files' names and bytes."""
        named = (part for file in self.files for part in (file.name.encode(), file.content))
        return digest_of_parts(self.request.model_dump_json().encode(), *named)

    def later(self) -> Call:
        """Return the job that this call asks for."""
        return Call(KIND, prefill_payload(self.request), self.files, self.digest())


async def read_call(request: Request) -> PrefillCall:
    """Read the body by its content type."""
    settings: Settings = request.app.state.settings
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        form = await read_form(request)
        body = form.fields.get("request", "{}").encode("utf-8", "surrogatepass")
        files = form.attachments(*FILE_FIELDS)
        stray = [part.field for part in form.files if part.field not in FILE_FIELDS]
        if stray:
            raise Problem("validation_failed", say("detail.stray_file", name=repr(stray[0][:50])), where="files")
        return PrefillCall(parse_request(body, depth=settings.limits.json_depth), _with_unique_names(files))
    if media_type != "application/json":
        raise Problem(
            "unsupported_media",
            say(
                "detail.media_not",
                given=media_type[:100] or say("detail.no_content_type"),
                wanted="application/json, multipart/form-data",
            ),
        )
    return PrefillCall(parse_request(await request.body(), depth=settings.limits.json_depth), ())


def parse_request(content: bytes, *, depth: int) -> PrefillRequest:
    """Parse and check the JSON."""
    check_depth(content, limit=depth)
    try:
        return PrefillRequest.model_validate_json(content)
    except ValidationError as error:
        located = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors(include_input=False)]
        raise invalid_problem(located) from error


def _with_unique_names(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """Return the files, a repeated name numbered: evidence names its source."""
    seen: set[str] = set()
    unique: list[Attachment] = []
    for file in files:
        name, number = file.name, 2
        while name in seen:
            name, number = f"{number}-{file.name}", number + 1
        seen.add(name)
        unique.append(Attachment(name, file.content))
    return tuple(unique)


ReadPrefillCall = Annotated[PrefillCall, Depends(read_call)]
