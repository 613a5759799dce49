"""`catalogue load` and `catalogue match`: products in, the product that a name or code means out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson, DataDir, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    console,
    error_body,
    log_to_stderr,
    read_file,
    read_lines,
    reported,
    speaks_json,
    write_line,
)
from api.errors import EXPECTED_ERRORS, Problem, say
from api.prefill.answer import unit_interval
from nlp import Catalogue
from nlp.extraction.catalogue_decision import TextSource

group = typer.Typer(help="Products that names and codes are matched against.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help='Of the catalogue; "devices" is the one prefill takes.')]
SOURCES = ("ocr", "speech", "text")


@group.command()
def load(
    name: Name,
    file: Annotated[Path, typer.Argument(help="csv or jsonl with the columns code, names, brand.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check a catalogue and keep it in place of the one of that name."""
    log_to_stderr()
    with reported():
        engines = open_engines(settings_for(data_dir))
        products = engines.catalogues.put(name, read_file(file), suffix=file.suffix)
        rejected = engines.catalogues.get(name).rejected
    if speaks_json(as_json):
        write_line({"name": name, "products": products, "rejected": len(rejected)})
    else:
        console().print(f"{name}: {products} products", *(one.reason for one in rejected[:20]), sep="\n")


@group.command()
def match(
    name: Name,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Match texts: stdin JSONL {id, text, source: ocr|speech|text}."""
    log_to_stderr()
    with reported():
        catalogue = open_engines(settings_for(data_dir)).catalogues.get(name)
    has_failed = False
    for row in read_lines(needs=("text",)):
        try:
            write_line(_matched(row, catalogue))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _matched(row: dict[str, JsonValue] | Problem, catalogue: Catalogue) -> dict[str, JsonValue]:
    if isinstance(row, Problem):
        raise row
    source = str(row.get("source") or "text")
    if source not in SOURCES:
        raise Problem(
            "validation_failed",
            say("detail.none_of", name="source", chosen=repr(source[:20]), choices=", ".join(SOURCES)),
            where="source",
        )
    found = catalogue.match(str(row["text"]), source=cast(TextSource, source))
    return {
        "id": row.get("id"),
        "code": found.code,
        "status": found.status,
        "confidence": unit_interval(found.confidence),
        "candidates": [
            {"code": candidate.value, "confidence": unit_interval(candidate.confidence)}
            for candidate in found.candidates
        ],
    }
