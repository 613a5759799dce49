"""`transcribe` and `read`: files in, what was said or written out;
a file that cannot be used is named, the rest go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from pydantic import BaseModel, JsonValue
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    complain,
    console,
    error_body,
    log_to_stderr,
    read_file,
    speaks_json,
    with_progress,
    write_line,
)
from api.errors import EXPECTED_ERRORS
from api.prefill.answer import pages_read, transcript_body
from api.schemas.media import PagesRead
from api.schemas.prefill import TranscriptBody

Files = Annotated[list[Path], typer.Argument(help="Files to work on.")]
HOTWORDS = 200
Body = TypeVar("Body", bound=BaseModel)


def transcribe(
    files: Files,
    language: Annotated[Literal["zh", "en", "auto"], typer.Option(help="What is spoken.")] = "auto",
    hotwords: Annotated[Path | None, typer.Option(help="Words to listen for, one a line.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write down what was said in recordings."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    words = read_file(hotwords).decode("utf-8", "replace").split("\n") if hotwords else []
    listened = tuple(word.strip() for word in words if word.strip())[:HOTWORDS]

    def work(path: Path) -> TranscriptBody:
        content = read_file(path)
        transcript = engines.transcribe(content, name=path.name, language=language, hotwords=listened)
        return transcript_body(transcript, file=str(path))

    _each(files, work, show=_show_transcript, what="transcribe", is_json=speaks_json(as_json))


def read(files: Files, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Read the lines, codes and fields of images and PDFs."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))

    def work(path: Path) -> PagesRead:
        return pages_read(str(path), engines.read(read_file(path), name=path.name))

    _each(files, work, show=_show_pages, what="read", is_json=speaks_json(as_json))


def _each(
    files: list[Path], work: Callable[[Path], Body], *, show: Callable[[Body], None], what: str, is_json: bool
) -> None:
    has_failed = False
    for path in with_progress(files, what=what, total=len(files)):
        try:
            body = work(path)
        except EXPECTED_ERRORS as error:
            has_failed = True
            line: dict[str, JsonValue] = {"file": str(path), "error": error_body(error)}
            if is_json:
                write_line(line)
            else:
                complain(error)
            continue
        if is_json:
            write_line(body)
        else:
            show(body)
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _show_transcript(body: TranscriptBody) -> None:
    table = Table(title=f"{body.file}  {body.engine}  {body.language}  {body.duration_s} s", title_justify="left")
    for column in ("from", "to", "who", "said"):
        table.add_column(column)
    for segment in body.segments:
        who = segment.speaker or str(segment.channel)
        table.add_row(f"{segment.start_s:.1f}", f"{segment.end_s:.1f}", who, segment.text)
    console().print(table)
    for warning in body.warnings:
        console().print(f"[yellow]{warning}")


def _show_pages(body: PagesRead) -> None:
    console().rule(f"{body.file}  {body.kind}", align="left")
    for page in body.pages:
        for line in page.lines:
            console().print(line.text, markup=False, highlight=False)
        for code in page.codes:
            console().print(f"{code.symbology}: {code.text}", markup=False)
    for name, field in body.fields.items():
        console().print(f"{name} = {field.value} ({field.confidence})", markup=False)
