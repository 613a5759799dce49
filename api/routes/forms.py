"""multipart/form-data in, text fields and files out. Bounded by the body limit; a broken form is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.errors import Problem, say
from api.prefill import Attachment

MAX_PARTS = 200
PART_BYTES = 4 * 1024 * 1024
"""A text field, e.g. the part `request`; files are bounded by the body limit."""
NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file and the form field it came in."""

    field: str
    attachment: Attachment
    media_type: str


@dataclass(frozen=True, slots=True)
class Form:
    fields: dict[str, str]
    files: tuple[FilePart, ...]
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All texts of each field, for those that may be named twice, e.g. timestamp_granularities[]."""

    def attachments(self, *names: str) -> tuple[Attachment, ...]:
        """Return the files that came under one of these field names."""
        return tuple(part.attachment for part in self.files if part.field in names)


async def read_form(request: Request) -> Form:
    """Read a form; a field named twice keeps its last text, files keep their order."""
    media_type = request.headers.get("content-type", "")
    if not media_type.lower().startswith("multipart/form-data"):
        raise Problem(
            "unsupported_media",
            say(
                "detail.media_not",
                given=media_type[:100] or say("detail.no_content_type"),
                wanted="multipart/form-data",
            ),
        )
    lists: dict[str, tuple[str, ...]] = {}
    files: list[FilePart] = []
    try:
        async with request.form(max_files=MAX_PARTS, max_fields=MAX_PARTS, max_part_size=PART_BYTES) as form:
            for name, part in form.multi_items():
                if isinstance(part, UploadFile):
                    file_name = safe_name(part.filename or "", number=len(files) + 1)
                    attachment = Attachment(file_name, await part.read())
                    files.append(FilePart(name, attachment, part.content_type or ""))
                else:
                    lists[name] = (*lists.get(name, ()), part)
    except HTTPException as error:
        raise Problem("malformed_multipart", say("detail.form_unreadable", reason=error.detail)) from error
    except (UnicodeError, LookupError, ValueError) as error:
        raise Problem("malformed_multipart", say("detail.form_unreadable", reason=type(error).__name__)) from error
    return Form({name: texts[-1] for name, texts in lists.items()}, tuple(files), lists)


def safe_name(name: str, *, number: int) -> str:
    r"""Return a file's own name without folders or characters that cannot be printed.

    >>> safe_name("..\\..\\call\x00.wav", number=1), safe_name("", number=2)
    ('call.wav', 'file-2')
    """
    base = PurePosixPath(name.replace("\\", "/")).name
    return "".join(character for character in base if character.isprintable())[-NAME_CHARS:] or f"file-{number}"
