"""`index` and `suggest`: articles in, ranked and cited suggestions out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from api.cli.desk import AsJson, DataDir, KnowledgeBase, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    complain,
    console,
    error_body,
    log_to_stderr,
    read_lines,
    reported,
    speaks_json,
    with_progress,
    write_line,
)
from api.engines import Engines
from api.errors import EXPECTED_ERRORS, Problem, say
from api.schemas.knowledge import suggestion_body
from api.suggest import find_suggestions
from nlp.records import ArticleRejected


def index(
    source: Annotated[Path, typer.Argument(metavar="DIR_OR_FILE", help="Markdown, HTML, PDF, docx, CSV, JSONL.")],
    kb: KnowledgeBase = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a knowledge base up to date with a folder or file: what is gone there is deleted here."""
    from nlp import load_articles

    log_to_stderr()
    rejected: list[ArticleRejected] = []

    def note(error: ArticleRejected) -> None:
        rejected.append(error)
        complain(error)

    with reported():
        base = open_engines(settings_for(data_dir)).knowledge_base(kb)
        articles = with_progress(load_articles(source, on_rejected=note), what="index")
        report = base.put_many(articles, source=str(source.resolve()))
    line: dict[str, JsonValue] = {
        "indexed": report.added,
        "updated": report.updated,
        "deleted": report.deleted,
        "passages": report.passages,
        "unchanged": report.unchanged,
        "rejected": len(rejected),
    }
    if speaks_json(as_json):
        write_line(line)
    else:
        console().print("  ".join(f"{name} {count}" for name, count in line.items()))
    if rejected:
        raise typer.Exit(SOME_FAILED)


def suggest(
    kb: KnowledgeBase = None,
    top_k: Annotated[int, typer.Option(min=1, max=100)] = 5,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Find suggestions: stdin JSONL {id, question, allowed?}."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    has_failed = False
    for row in read_lines(needs=("question",)):
        try:
            write_line(_suggested(row, engines, kb=kb, top_k=top_k))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _suggested(
    row: dict[str, JsonValue] | Problem, engines: Engines, *, kb: str | None, top_k: int
) -> dict[str, JsonValue]:
    if isinstance(row, Problem):
        raise row
    limit = engines.settings.limits.question_chars
    question = str(row["question"])
    if len(question) > limit:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_question"), count=len(question), limit=limit),
        )
    allowed = row.get("allowed")
    groups = [str(group) for group in allowed] if isinstance(allowed, list) else []
    found = find_suggestions(question, engines=engines, kb=kb, top_k=top_k, groups=groups)
    return {
        "id": row.get("id"),
        "abstained": found.is_abstained,
        "suggestions": [suggestion_body(suggestion).model_dump() for suggestion in found.suggestions],
    }
