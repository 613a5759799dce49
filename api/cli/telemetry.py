"""`detect` and `replay`: past measurements in, what would have been seen and when out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.gzipped import open_lines, read_unpacked
from api.cli.output import (
    SOME_FAILED,
    complain,
    console,
    error_body,
    log_to_stderr,
    reported,
    speaks_json,
    with_progress,
    write_line,
)
from api.cli.show import show_ticket
from api.errors import EXPECTED_ERRORS, Language, language_of_locale, words
from api.ingest import Readings, parse_telemetry
from api.schemas.telemetry import Ticket
from api.settings import Settings
from api.upkeep.rehearsal import Rehearsal

PlotLanguage = Annotated[Language | None, typer.Option(help="zh or en; the house's where absent.")]
LINES_AT_ONCE = 500
"""Of a replayed file: as a gateway's request, small enough that time passes between two."""


def detect(
    files: Annotated[list[Path], typer.Argument(help="csv timestamp,value or timestamp,<metric>...; .gz too.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the results; beside each file where absent.")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Write a picture beside each result, NAME.svg.")] = False,
    language: PlotLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Score every row of metric tables, causally: score, alert, onset."""
    log_to_stderr()
    has_failed = False
    taken: set[Path] = set()
    for path in with_progress(files, what="detect", total=len(files)):
        try:
            line = _detected(path, out, taken, language=spoken(language) if plot else None)
        except EXPECTED_ERRORS as error:
            has_failed = True
            line = {"file": str(path), "error": error_body(error)}
            if not speaks_json(as_json):
                complain(error)
                continue
        if speaks_json(as_json):
            write_line(line)
        else:
            drawn = f", {line['plot']}" if "plot" in line else ""
            console().print(f"{line['out']}: {line['rows']} rows, {line['onsets']} episodes{drawn}", markup=False)
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _detected(path: Path, out: Path | None, taken: set[Path], *, language: Language | None) -> dict[str, JsonValue]:
    import predictive

    table = predictive.read_table(read_unpacked(path), name=path.name)
    detection = predictive.detect_table(table)
    target = _target(path, out, taken)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(predictive.write_table(table, detection), encoding="utf-8")
    onsets = int(detection.onset.sum())
    line: dict[str, JsonValue] = {"file": str(path), "out": str(target), "rows": len(table.rows), "onsets": onsets}
    if language is not None:
        picture = target.with_suffix(".svg")
        picture.write_text(predictive.plot_detection_svg(table, detection, locale=language), encoding="utf-8")
        line["plot"] = str(picture)
    return line


def _target(path: Path, out: Path | None, taken: set[Path]) -> Path:
    """Return where the result goes: never the input itself, never the same file twice."""
    stem = path.name.removesuffix(".gz").removesuffix(".csv")
    target = path.parent / f"{stem}.detected.csv" if out is None else out / f"{stem}.csv"
    number = 2
    while target in taken or target.resolve() == path.resolve():
        target = target.with_name(f"{stem}-{number}.csv")
        number += 1
    taken.add(target)
    return target


def replay(
    file: Annotated[Path, typer.Argument(help="NDJSON measurements in order of arrival; .gz too.")],
    speed: Annotated[float, typer.Option(min=0, help="Times faster than it happened; 0: as fast as it goes.")] = 0.0,
    plots: Annotated[Path | None, typer.Option(help="Folder for a picture of each draft.")] = None,
    language: PlotLanguage = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Play measurements through a fresh monitor and write the maintenance drafts, one an episode."""
    log_to_stderr()
    settings = settings_for(data_dir)
    with reported():
        rehearsal = Rehearsal(engines=open_engines(settings))
        parts = with_progress(read_parts(file, limit=settings.limits.measurements), what="replay")
        for readings in _paced(parts, speed=speed):
            rehearsal.take(readings)
    for ticket in rehearsal.tickets():
        if speaks_json(as_json):
            write_line(ticket)
        else:
            show_ticket(ticket, console(), language=spoken(language), zone=settings.time_zone)
        if plots is not None:
            _draw(ticket, rehearsal, plots, language=spoken(language))
    if rehearsal.rejected:
        said = words(spoken(language))
        typer.echo(said("upkeep.rejected", count=rehearsal.rejected, reason=rehearsal.first_rejection), err=True)
        raise typer.Exit(SOME_FAILED)


def _draw(ticket: Ticket, rehearsal: Rehearsal, folder: Path, *, language: Language) -> None:
    """Write a draft's picture, named by its key."""
    picture = rehearsal.plot(ticket, language=language)
    if picture:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{ticket.key}.svg").write_text(picture, encoding="utf-8")


def spoken(chosen: Language | None) -> Language:
    """Return the language to write in: the one asked for, else the house's."""
    return chosen or language_of_locale(Settings().default_locale)


def read_parts(file: Path, *, limit: int) -> Iterator[Readings]:
    """Yield a file's readings, some hundred lines at once."""
    with open_lines(file) as lines:
        while chunk := b"".join(islice(lines, LINES_AT_ONCE)):
            yield parse_telemetry(chunk, media_type="application/x-ndjson", limit=limit, received_at_s=0.0)


def _paced(parts: Iterator[Readings], *, speed: float) -> Iterator[Readings]:
    """Yield parts as fast as they happened, times the speed."""
    before_s: float | None = None
    for readings in parts:
        at_s = float(readings.columns.at_s.max(initial=0.0))
        if speed > 0 and before_s is not None and at_s > before_s:
            time.sleep((at_s - before_s) / speed)
        before_s = at_s if len(readings.positions) else before_s
        yield readings
