"""`classify fit` and `classify run`: labelled texts in, a model out; texts in, labels out.

`fit --use` puts the model into force: it then tells tickets' intents and picks templates (api/prefill/intent.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson, DataDir, settings_for
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
from api.errors import EXPECTED_ERRORS, Problem, say
from api.intents import INTENT_FOLDER
from api.store import DEFAULT_TENANT
from api.tenants import folder_of
from nlp import Classifier, Labelled, fit_classifier
from nlp.classifier_fit import PLAIN, FitOptions
from nlp.encoders.embed import Embedder, build_embedder

group = typer.Typer(help="Labels learnt from examples.", no_args_is_help=True)
EncoderFolder = Annotated[
    Path | None, typer.Option(help="Folder of a sentence encoder with its card: used beside the n-grams.")
]


@group.command()
def fit(
    examples: Annotated[Path, typer.Option(help="JSONL {text, label}.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the model.")] = None,
    encoder: EncoderFolder = None,
    use: Annotated[bool, typer.Option("--use", help="Let it tell tickets' intents and pick their templates.")] = False,
    tenant: Annotated[str, typer.Option(help="Whose tickets, with --use.")] = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Learn labels from examples; to pick templates, let the labels be their names."""
    log_to_stderr()
    with reported():
        folders = [out] if out else []
        if use:
            folders.append(folder_of(settings_for(data_dir).data_dir, tenant) / INTENT_FOLDER)
        if not folders:
            raise Problem("validation_failed", say("detail.classify_nowhere"), where="--out")
        rows = list(parse_lines(read_file(examples).splitlines(), needs=("text", "label")))
        bad = next((row for row in rows if isinstance(row, Problem)), None)
        if bad is not None:
            raise bad
        labelled = [Labelled(str(row["text"]), str(row["label"])) for row in rows if isinstance(row, dict)]
        options = PLAIN
        if encoder is not None:
            embedder = _encoder(encoder)
            options = FitOptions(encode=embedder.embed, encoder=embedder.engine)
        classifier = fit_classifier(labelled, options=options)
        for folder in folders:
            classifier.save(folder)
    written = [str(folder) for folder in folders]
    if speaks_json(as_json):
        counts: dict[str, JsonValue] = {"examples": len(labelled), "labels": len(classifier.labels)}
        write_line({"out": written[0], **counts, "engine": classifier.engine, "in_force": use})
    else:
        told = f"{len(classifier.labels)} labels from {len(labelled)} examples, {classifier.engine}"
        console().print(f"{', '.join(written)}: {told}")


@group.command()
def run(
    model: Annotated[Path, typer.Option(help="Folder that `classify fit` wrote.")],
    encoder: EncoderFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Label texts: stdin JSONL {id, text}."""
    log_to_stderr()
    with reported():
        classifier = Classifier.load(model)
        if encoder is not None:
            embedder = _encoder(encoder)
            classifier = classifier.with_encoder(embedder.embed, engine=embedder.engine)
    has_failed = False
    for row in read_lines(needs=("text",)):
        try:
            write_line(_labelled(row, classifier))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _encoder(folder: Path) -> Embedder:
    return build_embedder("onnx", folder=folder)


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
