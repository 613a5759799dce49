"""`read`: images and PDFs in, their lines, codes, fields, tables and flaws out; with `--draw`, pictures of them, too.

A file that cannot be read is named, and the rest go on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.each_file import Files, each_file
from api.cli.output import console, log_to_stderr, read_file, speaks_json, spoken_language
from api.errors import Problem, say
from api.prefill.answer import pages_read
from api.schemas.media import PageRead, PagesRead, PageTable
from vision.records import Page

if TYPE_CHECKING:
    from vision.receipts.receipt_tagger import ReceiptTagger

DRAWN = ".read.jpg"
JPEG_QUALITY = 88


def read(
    files: Files,
    draw: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each page with lines, codes and fields drawn on it.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read the lines, codes and fields of images and PDFs."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))

    def work(path: Path) -> PagesRead:
        content = read_file(path)
        pages = engines.read(content, name=path.name)
        tagger = engines.receipt_taggers.current()
        if draw is not None:
            draw_pages(content, pages, folder=draw, stem=_stem(path, files), receipt_tagger=tagger)
        return pages_read(str(path), pages, language=spoken_language(), receipt_tagger=tagger)

    each_file(files, work, show=lambda body: show_pages(body, console()), what="read", is_json=speaks_json(as_json))


def _stem(path: Path, files: list[Path]) -> str:
    """Name a file's pictures by its name; by its place, too, where another file is called the same."""
    is_only = sum(other.name == path.name for other in files) == 1
    return path.name if is_only else f"{files.index(path) + 1}-{path.name}"


def draw_pages(
    content: bytes, pages: tuple[Page, ...], *, folder: Path, stem: str, receipt_tagger: ReceiptTagger | None = None
) -> list[Path]:
    """Write a JPEG of each page, upright, with what was read drawn on it.

    Raises:
        Problem: the folder cannot be written to.
    """
    from vision import page_fields, read_images
    from vision.overlay import draw_over
    from vision.readers.orientation import turn

    written: list[Path] = []
    for image, page in zip(read_images(content, name=pages[0].name), pages, strict=True):
        fields = page_fields(page, receipt_tagger=receipt_tagger).fields
        drawn = draw_over(turn(image, page.rotation).pixels, page, fields)
        number = f"-{page.page + 1}" if len(pages) > 1 else ""
        path = folder / f"{stem}{number}{DRAWN}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            drawn.save(path, "JPEG", quality=JPEG_QUALITY)
        except OSError as error:
            told = say("detail.file_unwritable", path=path, reason=error.strerror or str(error))
            raise Problem("not_found", told, fix=say("fix.check_path")) from error
        written.append(path)
    return written


def show_pages(body: PagesRead, target: Console) -> None:
    """Write what was read for people: each page's fields, codes, text and flaws."""
    for page in body.pages:
        number = f"  page {page.page + 1}" if len(body.pages) > 1 else ""
        turned = f"  turned {page.rotation}°" if page.rotation else ""
        target.rule(escape(f"{body.file}{number}  {page.kind}{turned}"), align="left")
        for flaw in page.flaws:
            target.print(f"[yellow]{escape(flaw.says)}")
        if page.fields or page.codes:
            target.print(_named(page))
        for table in page.tables:
            target.print(_laid_out(table))
        for line in page.lines:
            target.print(line.text, markup=False, highlight=False)


def _laid_out(sheet: PageTable) -> Table:
    table = Table(*(escape(header.text) for header in sheet.headers))
    for row in sheet.rows:
        table.add_row(*(escape(cell.text) if cell else "" for cell in row))
    return table


def _named(page: PageRead) -> Table:
    table = Table("field", "value", "confidence", "")
    for name, field in page.fields.items():
        verified = "[green]verified by a code" if field.code_box else ""
        table.add_row(name, escape(field.value), f"{field.confidence:.2f}", verified)
    for code in page.codes:
        values = ", ".join(f"{name} {value}" for name, value in code.values.items())
        table.add_row(f"{code.symbology}", escape(code.text), "", escape(f"{code.kind}  {values}".strip()))
    return table
