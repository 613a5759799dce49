"""Keep pictures that somebody had read without a ticket: what was read and safe copies of the pages, in a folder each.

They lie among the kept media of drafts, for as long and in the same room, and can be forgotten at once. The pictures
are re-encoded: what a camera wrote about place and time is not in them. It does not know HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from api.prefill.kept_media import KeptMedia, KeptPage, keep_pages
from api.schemas.media import PageRead, PagesRead

NAME = "reading.json"


class Refused(BaseModel):
    """A file that could not be read, and why, in the words of whoever sent it."""

    file: str
    detail: str
    fix: str


class Reading(BaseModel):
    """What was read from some files; `stored` of a page names its picture's file."""

    id: str
    at: datetime
    files: list[PagesRead]
    refused: list[Refused] = []
    kept: list[KeptPage] = []

    @property
    def pages(self) -> tuple[PageRead, ...]:
        return tuple(page for file in self.files for page in file.pages)

    def stored(self, page: PageRead) -> str:
        """Return the name of a page's picture."""
        return next((kept.stored for kept in self.kept if (kept.file, kept.page) == (page.file, page.page)), "")


def keep_reading(reading: Reading, *, contents: Mapping[str, bytes], media: KeptMedia, at: datetime) -> None:
    """Keep a reading, and let go what is too old. `contents` go by the files' names."""
    target = media.folder / reading.id
    target.mkdir(parents=True, exist_ok=True)
    kept = [
        page
        for file in reading.files
        if file.file in contents
        for page in keep_pages(target, file.file, contents[file.file], reading.pages)
    ]
    text = reading.model_copy(update={"kept": kept}).model_dump_json()
    (target / NAME).write_text(text, encoding="utf-8")
    media.let_go(at=at)


def reading_of(media: KeptMedia, reading_id: str) -> Reading | None:
    """Return a reading; None where it was let go, or never was."""
    path = _folder(media, reading_id) / NAME
    return Reading.model_validate_json(path.read_bytes()) if path.is_file() else None


def recent_readings(media: KeptMedia, *, limit: int) -> tuple[Reading, ...]:
    """Return the newest readings, newest first."""
    found = sorted(media.folder.glob(f"*/{NAME}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return tuple(Reading.model_validate_json(path.read_bytes()) for path in found[:limit])


def picture_of(media: KeptMedia, reading_id: str, stored: str) -> Path | None:
    """Return the path of a picture that a reading names; nothing else in the folder can be asked for."""
    reading = reading_of(media, reading_id)
    if reading is None or stored not in {page.stored for page in reading.kept}:
        return None
    return media.folder / reading.id / stored


def _folder(media: KeptMedia, reading_id: str) -> Path:
    """Return a reading's folder: an id is a name in the folder, never a path."""
    return media.folder / Path(reading_id).name
