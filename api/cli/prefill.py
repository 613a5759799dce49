"""`prefill`: what is known of one ticket in, its draft out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.output import console, log_to_stderr, read_file, reported, speaks_json, write_line
from api.cli.show import show_prefill
from api.errors import Problem, invalid_problem, say
from api.prefill import Attachment
from api.prefill import prefill as fill_in
from api.routes.prefill_call import parse_request
from api.schemas.prefill import CustomerChannel, PrefillRequest

OptionalFile = Annotated[Path | None, typer.Option()]
Files = Annotated[list[Path] | None, typer.Option(help="May be given several times.")]


def prefill(
    text: Annotated[Path | None, typer.Option(help="What the customer wrote; JSONL lines {role, text} too.")] = None,
    audio: Files = None,
    image: Files = None,
    template: Annotated[str | None, typer.Option(help="Which fields the ticket needs.")] = None,
    customer: Annotated[str | None, typer.Option(help="Id of the customer in the records.")] = None,
    locale: Annotated[str, typer.Option(help="zh-CN, en-US, ...")] = "",
    reference_time: Annotated[str | None, typer.Option(help='What "yesterday" is relative to, ISO 8601.')] = None,
    customer_channel: Annotated[
        CustomerChannel | None, typer.Option(help="Side of the recordings on which the customer speaks.")
    ] = None,
    request: Annotated[Path | None, typer.Option(help="A request as POST /v1/prefill takes it, as a file.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Fill a ticket in from a text, recordings and photos."""
    log_to_stderr()
    settings = settings_for(data_dir)
    options: dict[str, JsonValue] = {"template": template, "locale": locale or None, "reference_time": reference_time}
    if customer_channel:
        options["customer_channel"] = customer_channel
    if customer:
        options["customer"] = {"id": customer}
    with reported():
        body = _request(request, text, options, depth=settings.limits.json_depth)
        files = [Attachment(path.name, read_file(path)) for path in [*(audio or []), *(image or [])]]
        store = open_data(settings)
        draft = fill_in(body, files, engines=open_engines(settings), store=store, at=utc_now())
        store.database.close()
    if speaks_json(as_json):
        write_line(draft)
    else:
        show_prefill(draft, console())


def _request(request: Path | None, text: Path | None, options: dict[str, JsonValue], *, depth: int) -> PrefillRequest:
    """Return the request of a file, with the command line's options in place of its own."""
    body = parse_request(read_file(request), depth=depth) if request else PrefillRequest()
    changed = json.loads(body.model_dump_json()) | {name: value for name, value in options.items() if value is not None}
    if text is not None:
        changed["messages"] = [*changed["messages"], *_messages(text)]
    try:
        return PrefillRequest.model_validate(changed)
    except ValidationError as error:
        raise invalid_problem([{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]) from error


def _messages(path: Path) -> list[JsonValue]:
    """Return the messages of a text file: one, or one a line of JSONL."""
    try:
        content = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("text_invalid", say("detail.not_utf8", what=path, at=error.start), fix=say("fix.utf8")) from error
    if path.suffix not in (".jsonl", ".ndjson"):
        return [{"id": path.name, "role": "customer", "text": content}]
    try:
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError as error:
        raise Problem("malformed_json", say("detail.not_json", what=path, reason=error)) from error
