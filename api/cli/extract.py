"""`extract`: texts in, mentions with their spans out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, cast

import typer
from pydantic import JsonValue

from api.cli.desk import DataDir, open_engines, settings_for
from api.cli.output import SOME_FAILED, error_body, log_to_stderr, read_lines, reported, write_line
from api.errors import EXPECTED_ERRORS, Problem, say
from api.prefill.answer import unit_interval
from api.prefill.draft import region_of
from api.prefill.guard import GuardedExtractors
from nlp.records import Extractor, Mention, Part


def extract(
    fields: Annotated[str, typer.Option(help="Names, separated by commas; all where absent.")] = "",
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Find fields in texts: stdin JSONL {id, text, locale?, reference_time?}."""
    import nlp

    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    with reported():
        wanted = [name.strip() for name in fields.split(",") if name.strip()] or None
        catalogue, own = engines.catalogues.of_devices(), engines.taggers.current()
        extractors = nlp.build_extractors(wanted, catalogue=catalogue, own=own)
    has_failed = False
    for row in read_lines(needs=("text",)):
        try:
            write_line(_extracted(row, extractors, region=engines.settings.default_region))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _extracted(
    row: dict[str, JsonValue] | Problem, extractors: tuple[Extractor, ...], *, region: str
) -> dict[str, JsonValue]:
    import nlp

    if isinstance(row, Problem):
        raise row
    locale = str(row.get("locale") or "")
    part = Part(text=str(row["text"]), source="text", kind="text")
    document = nlp.compose([part], locale=locale, reference_time=_reference_time(row), region=region_of(locale, region))
    mentions = nlp.extract(document, GuardedExtractors(extractors).extractors)
    return {"id": row.get("id"), "mentions": [mention_body(m, document.text) for m in mentions]}


def mention_body(mention: Mention, text: str) -> dict[str, JsonValue]:
    """Return a mention's shape; start and end in code points, end exclusive."""
    return {
        "field": mention.field,
        "text": text[mention.start : mention.end],
        "start": mention.start,
        "end": mention.end,
        "value": mention.value,
        "resolution": cast(JsonValue, mention.resolution),
        "confidence": unit_interval(mention.score),
        "checks": [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in mention.checks],
    }


def _reference_time(row: dict[str, JsonValue]) -> datetime | None:
    text = row.get("reference_time")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Problem(
            "timestamp_out_of_range", say("detail.not_iso", name="reference_time", text=repr(str(text)[:40]))
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
