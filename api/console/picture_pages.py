"""The pages of pictures: drop some in and see them read, without a ticket; and what a draft's pictures held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.page_view import read_again, sheet_of, titles_of
from api.console.uploads import PictureForm, read_picture_form
from api.errors import EXPECTED_ERRORS, Problem, problem_of, say
from api.prefill import Attachment, kind_of
from api.prefill.answer import pages_read
from api.prefill.kept_reading import Reading, Refused, keep_reading, picture_of, reading_of, recent_readings
from api.schemas.media import PageRead, PagesRead
from api.security import make_id

RECENT = 8
JPEG = "image/jpeg"
PageNumber = Annotated[int, Query(ge=1, le=10_000)]

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
PrefillDesk = Annotated[Desk, Depends(Entry("prefill"))]


@router.get("/read")
def show_form(desk: PrefillDesk) -> Response:
    """Show the form."""
    days = f"{desk.engines.settings.media_keep_days:g}"
    return desk.page("read.html", here="read", recent=recent_readings(desk.media, limit=RECENT), days=days)


@router.post("/read")
def read_pictures(desk: PrefillDesk, form: Annotated[PictureForm, Depends(read_picture_form)]) -> Response:
    """Read what was dropped in, and keep it for a while."""
    if not form.files:
        raise Problem("validation_failed", desk.words("read.nothing"), fix=desk.words("read.lead"))
    reading = _read(desk, form.files)
    contents = {file.name: file.content for file in form.files}
    keep_reading(reading, contents=contents, media=desk.media, at=desk.now)
    return desk.go(f"/console/read/{reading.id}")


@router.get("/read/{reading_id}")
def show_reading(desk: PrefillDesk, reading_id: str, page: PageNumber = 1) -> Response:
    """Show a page that was read."""
    reading = _reading(desk, reading_id)
    address = f"/console/read/{reading.id}"
    return _sheet(
        desk, reading.pages, page, address=address, stored=reading.stored, refused=reading.refused, reading=reading
    )


@router.get("/read/{reading_id}/media/{stored}")
def show_picture(desk: PrefillDesk, reading_id: str, stored: str) -> Response:
    """Send the safe copy of a picture."""
    path = picture_of(desk.media, _reading(desk, reading_id).id, stored)
    if path is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.file"), name=repr(stored)))
    return FileResponse(path, media_type=JPEG, headers={"Cache-Control": "private, max-age=3600"})


@router.post("/read/{reading_id}/forget")
def forget_reading(desk: PrefillDesk, reading_id: str) -> Response:
    """Delete a reading with its pictures."""
    desk.media.forget(_reading(desk, reading_id).id)
    return desk.go("/console/read")


@router.get("/prefills/{prefill_id}/pages")
def show_draft_pages(desk: PrefillDesk, prefill_id: str, page: PageNumber = 1) -> Response:
    """Show all that was read from a draft's pictures, not only what its fields rest on."""
    found = desk.store.drafts.prefill(prefill_id)
    if found is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.prefill"), name=repr(prefill_id)))
    kept = desk.media.load(prefill_id)
    stored = {(one.file, one.page): one.stored for one in kept.pages} if kept else {}
    tagger = desk.engines.receipt_taggers.current()
    pages = [read_again(body, receipt_tagger=tagger) for body in found.response.pages]
    address = f"/console/prefills/{prefill_id}"
    return _sheet(desk, pages, page, address=address, stored=lambda one: stored.get((one.file, one.page), ""))


def _sheet(
    desk: Desk,
    pages: Sequence[PageRead],
    number: int,
    *,
    address: str,
    stored: Callable[[PageRead], str],
    refused: Sequence[Refused] = (),
    reading: Reading | None = None,
) -> Response:
    if number > len(pages):
        raise Problem("not_found", say("detail.unknown", what=say("what.file"), name=repr(number)))
    page = pages[number - 1]
    return desk.page(
        "page_view.html",
        here="read" if reading else "prefill",
        sheet=sheet_of(page, stored=stored(page), words=desk.words),
        titles=titles_of(pages, desk.words),
        number=number,
        address=address,
        here_at=address if reading else f"{address}/pages",
        refused=refused,
        reading=reading,
    )


def _read(desk: Desk, files: Sequence[Attachment]) -> Reading:
    """Read each file; one that cannot be read is named, and the rest go on, unless none is left."""
    read: list[PagesRead] = []
    refused: list[Refused] = []
    for file in files:
        try:
            read.append(_pages(desk, file))
        except EXPECTED_ERRORS as error:
            problem = problem_of(error, where=file.name)
            if len(files) == 1:
                raise problem from error
            language = desk.words.language
            told = Refused(file=file.name, detail=problem.detail_in(language), fix=problem.fix_in(language))
            refused.append(told)
    if not read:
        raise Problem("validation_failed", " ".join(one.detail for one in refused), fix=refused[0].fix)
    return Reading(id=make_id(), at=desk.now, files=read, refused=refused)


def _pages(desk: Desk, file: Attachment) -> PagesRead:
    if kind_of(file) != "image":
        raise Problem(
            "file_type_unknown", desk.words("read.no_picture", name=file.name), fix=desk.words("read.formats")
        )
    pages = desk.engines.read(file.content, name=file.name)
    tagger = desk.engines.receipt_taggers.current()
    return pages_read(file.name, pages, language=desk.words.language, receipt_tagger=tagger)


def _reading(desk: Desk, reading_id: str) -> Reading:
    found = reading_of(desk.media, reading_id)
    if found is None:
        raise Problem("not_found", desk.words("read.gone"), fix=desk.words("read.lead"))
    return found
