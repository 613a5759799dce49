"""A prefill form in, a request and its attachments out; names are made safe and unique, sizes are bounded.

It does not know what the files hold; the engines' gates do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from pathlib import PurePosixPath

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from api.prefill import Attachment
from api.settings import Settings

MAX_FIELDS = 20
"""The form has six."""
MAX_NAME_CHARS = 120
BYTES_A_CHARACTER = 4
OFFSET = re.compile(r"-?[0-9]{1,3}")
MAX_OFFSET_MINUTES = 14 * 60
"""Kiribati; no place is farther from Greenwich."""


@dataclass(frozen=True, slots=True)
class PrefillForm:
    message: str
    template: str
    customer: str
    phone: str
    zone: timezone
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class PictureForm:
    files: tuple[Attachment, ...]


async def read_prefill_form(request: Request) -> PrefillForm:
    """Read the form; files beyond the limit are refused by the parser."""
    settings: Settings = request.app.state.settings
    limits = settings.limits
    async with request.form(
        max_files=limits.files + 1, max_fields=MAX_FIELDS, max_part_size=limits.text_chars * BYTES_A_CHARACTER
    ) as form:
        return PrefillForm(
            message=_text(form, "message"),
            template=_text(form, "template"),
            customer=_text(form, "customer"),
            phone=_text(form, "phone"),
            zone=zone_of(_text(form, "utc_offset")),
            files=await _files(form),
        )


async def read_picture_form(request: Request) -> PictureForm:
    """Read the form of the page that reads pictures; files beyond the limit are refused by the parser."""
    settings: Settings = request.app.state.settings
    async with request.form(max_files=settings.limits.files + 1, max_fields=MAX_FIELDS) as form:
        return PictureForm(await _files(form))


async def _files(form: FormData) -> tuple[Attachment, ...]:
    files = [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]
    names = unique_names([file.filename or "" for file in files])
    return tuple([Attachment(name, await file.read()) for name, file in zip(names, files, strict=True)])


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def zone_of(utc_offset: str) -> timezone:
    """Read the browser's minutes east of Greenwich; anything else is Greenwich itself.

    >>> str(zone_of("480")), str(zone_of("-330")), str(zone_of("9999"))
    ('UTC+08:00', 'UTC-05:30', 'UTC')
    """
    if not OFFSET.fullmatch(utc_offset) or abs(int(utc_offset)) > MAX_OFFSET_MINUTES:
        return UTC
    return timezone(timedelta(minutes=int(utc_offset)))


def unique_names(names: list[str]) -> list[str]:
    """Name files so that evidence can point to them: no folders, no control characters, no two alike.

    >>> unique_names(["a/photo.jpg", "photo.jpg", ""])
    ['photo.jpg', 'photo (2).jpg', 'file']
    """
    taken: list[str] = []
    for name in names:
        plain = "".join(character for character in name.replace("\\", "/").split("/")[-1] if character.isprintable())
        plain = plain.strip()[-MAX_NAME_CHARS:] or "file"
        path, number, fresh = PurePosixPath(plain), 1, plain
        while fresh in taken:
            number += 1
            fresh = f"{path.stem} ({number}){path.suffix}"
        taken.append(fresh)
    return taken
