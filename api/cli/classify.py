"""`classify fit` and `classify run`: labelled texts in, a model out; texts in, labels out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson
from api.cli.output import (
    SOME_FAILED,
    console,
    error_body,
    log_to_stderr,
    parse_lines,
    read_file,
    read_lines,
    reported,
    speaks_json,
    write_line,
)
from api.errors import EXPECTED_ERRORS, Problem
from nlp import Classifier, Labelled, fit_classifier

group = typer.Typer(help="Labels learnt from examples.", no_args_is_help=True)


@group.command()
def fit(
    examples: Annotated[Path, typer.Option(help="JSONL {text, label}.")],
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    as_json: AsJson = False,
) -> None:
    """Learn labels from examples."""
    log_to_stderr()
    with reported():
        rows = list(parse_lines(read_file(examples).splitlines(), needs=("text", "label")))
        bad = next((row for row in rows if isinstance(row, Problem)), None)
        if bad is not None:
            raise bad
        labelled = [Labelled(str(row["text"]), str(row["label"])) for row in rows if isinstance(row, dict)]
        classifier = fit_classifier(labelled)
        classifier.save(out)
    if speaks_json(as_json):
        write_line({"out": str(out), "examples": len(labelled), "labels": len(classifier.labels)})
    else:
        console().print(f"{out}: {len(classifier.labels)} labels from {len(labelled)} examples")


@group.command()
def run(
    model: Annotated[Path, typer.Option(help="Folder that `classify fit` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Label texts: stdin JSONL {id, text}."""
    log_to_stderr()
    with reported():
        classifier = Classifier.load(model)
    has_failed = False
    for row in read_lines(needs=("text",)):
        try:
            write_line(_labelled(row, classifier))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _labelled(row: dict[str, JsonValue] | Problem, classifier: Classifier) -> dict[str, JsonValue]:
    if isinstance(row, Problem):
        raise row
    result = classifier.run(str(row["text"]))
    return {
        "id": row.get("id"),
        "label": result.label,
        "confidence": result.confidence,
        "top": [{"label": scored.label, "confidence": scored.confidence} for scored in result.top],
        "out_of_scope": result.is_out_of_scope,
    }
