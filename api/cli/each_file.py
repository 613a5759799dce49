"""Files in, a body each out, as a JSON line or for people; one that cannot be used is named, and the rest go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, JsonValue

from api.cli.output import SOME_FAILED, complain, error_body, with_progress, write_line
from api.errors import EXPECTED_ERRORS

Files = Annotated[list[Path], typer.Argument(help="Files to work on.")]
Body = TypeVar("Body", bound=BaseModel)


def each_file(
    files: list[Path], work: Callable[[Path], Body], *, show: Callable[[Body], None], what: str, is_json: bool
) -> None:
    """Work on each file under a progress bar; exit with 1 where some failed."""
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
