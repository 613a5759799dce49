"""How commands speak: one JSON object a line on stdout, everything else on stderr, and what the exit status says.

0: all well. 1: some inputs failed, each named. 2: the command line is wrong.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import BaseModel, JsonValue
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.errors import EXPECTED_ERRORS, Language, Problem, language_of_locale, problem_of, say
from api.logs import configure_logs

Item = TypeVar("Item")
Row = dict[str, JsonValue]
SOME_FAILED = 1
LINE_BYTES = 10_000_000
"""One input line; an article of the knowledge base's limit fits."""


def console() -> Console:
    """Return stdout for people."""
    return Console()


def error_console() -> Console:
    """Return stderr for people."""
    return Console(stderr=True)


def spoken_language() -> Language:
    """Return the terminal's language, as POSIX finds it: LC_ALL before LC_MESSAGES before LANG."""
    named = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return language_of_locale(next(filter(None, named), ""))


def write_line(body: BaseModel | Mapping[str, JsonValue]) -> None:
    """Write one JSON object on a line of stdout."""
    text = (
        body.model_dump_json(by_alias=True)
        if isinstance(body, BaseModel)
        else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    )
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def speaks_json(as_json: bool) -> bool:
    """Return whether to write JSON: asked for, or nobody is looking at a terminal."""
    return as_json or not sys.stdout.isatty()


def error_body(error: Exception) -> dict[str, JsonValue]:
    """Return the `error` of an output line."""
    problem, language = problem_of(error), spoken_language()
    return {"type": problem.name, "detail": problem.detail_in(language), "fix": problem.fix_in(language)}


def complain(error: Exception) -> None:
    """Say on stderr what went wrong and what to do."""
    problem, language = problem_of(error), spoken_language()
    where = f" ({problem.where})" if problem.where else ""
    error_word, mend_words = ("错误：", "怎么办：") if language == "zh" else ("error: ", "to mend it: ")
    sys.stderr.write(f"{error_word}{problem.detail_in(language)}{where}\n  {mend_words}{problem.fix_in(language)}\n")


@contextmanager
def reported() -> Iterator[None]:
    """Turn an expected error into words on stderr and exit status 1."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        complain(error)
        raise typer.Exit(SOME_FAILED) from error


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Log to stderr from this level on: JSON lines, or coloured ones on a terminal."""
    configure_logs(level)


def with_progress(items: Iterable[Item], *, what: str, total: int | None = None) -> Iterator[Item]:
    """Yield items under a progress bar on stderr; nothing is drawn where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=error_console(), disable=not sys.stderr.isatty(), transient=True) as progress:
        yield from progress.track(items, total=total, description=what)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Draw how many of how many are done, and which is next; nothing is drawn where stderr is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=error_console(), disable=not sys.stderr.isatty(), transient=True) as progress:
        bar = progress.add_task(what, total=None, name="")

        def show(done: int, total: int, name: str) -> None:
            progress.update(bar, completed=done, total=total, name=name[-60:])

        yield show


def read_lines(*, needs: tuple[str, ...]) -> Iterator[Row | Problem]:
    """Yield the JSON objects of stdin, a line each; a line that is none is yielded as its problem."""
    yield from parse_lines(iter(lambda: sys.stdin.buffer.readline(LINE_BYTES), b""), needs=needs)


def parse_lines(lines: Iterable[bytes], *, needs: tuple[str, ...]) -> Iterator[Row | Problem]:
    """Yield the JSON objects of lines; `needs` are the texts that each must hold."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parse_line(line, number, needs)


def _parse_line(line: bytes, number: int, needs: tuple[str, ...]) -> Row | Problem:
    where = f"line {number}"
    if len(line) >= LINE_BYTES:
        return Problem("text_too_long", say("detail.line_too_long", where=where, limit=LINE_BYTES), where=where)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem("malformed_json", say("detail.not_json", what=where, reason=str(error)[:100]), where=where)
    if not isinstance(row, dict):
        return Problem("malformed_json", say("detail.not_object", where=where), where=where)
    for name in needs:
        if not isinstance(row.get(name), str):
            return Problem("validation_failed", say("detail.no_text", where=where, name=repr(name)), where=where)
    return row


def read_file(path: Path) -> bytes:
    """Return a file's bytes; a file that cannot be read is a problem that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(
            "not_found", say("detail.file_unreadable", path=path, reason=error.strerror), fix=say("fix.check_path")
        ) from error
