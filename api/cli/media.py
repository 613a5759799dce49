"""`transcribe`: recordings in, what was said out; a file that cannot be used is named, the rest go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.each_file import Files, each_file
from api.cli.output import console, log_to_stderr, read_file, speaks_json
from api.prefill.answer import transcript_body
from api.schemas.prefill import TranscriptBody

HOTWORDS = 200


def transcribe(
    files: Files,
    language: Annotated[Literal["zh", "en", "auto"], typer.Option(help="What is spoken.")] = "auto",
    hotwords: Annotated[Path | None, typer.Option(help="Words to listen for, one a line, up to 5,000.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write down what was said in recordings."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    words = read_file(hotwords).decode("utf-8", "replace").split("\n") if hotwords else []
    terms = tuple(word.strip() for word in words if word.strip())

    def work(path: Path) -> TranscriptBody:
        content = read_file(path)
        transcript = engines.transcribe(
            content, name=path.name, language=language, hotwords=terms[:HOTWORDS], terms=terms
        )
        return transcript_body(transcript, file=str(path))

    each_file(files, work, show=_show_transcript, what="transcribe", is_json=speaks_json(as_json))


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
