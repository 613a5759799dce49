"""Files that may be gzipped, unpacked within a limit: a kilobyte can hold a gigabyte of zeros."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from api.errors import Problem, say

UNPACKED_BYTES = 2 * 1024**3
"""A year of one-minute readings of a hundred series as NDJSON is 5 GiB: such a file is replayed in parts."""
LINE_BYTES = 1_000_000


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise Problem(
            "not_found", say("detail.file_unreadable", path=path, reason=error), fix=say("fix.check_path")
        ) from error


def read_unpacked(path: Path) -> bytes:
    """Return a file's content, unpacked."""
    with _opened(path) as file:
        content = file.read(UNPACKED_BYTES + 1)
    if len(content) > UNPACKED_BYTES:
        raise Problem(
            "body_too_large", say("detail.unpacks_too_large", path=path, limit=UNPACKED_BYTES), fix=say("fix.split")
        )
    return content


@contextmanager
def open_lines(path: Path) -> Iterator[Iterator[bytes]]:
    """Yield a file's lines, unpacked, each bounded."""
    with _opened(path) as file:
        yield _lines(file, path)


def _lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    total = 0
    while line := file.readline(LINE_BYTES):
        total += len(line)
        if total > UNPACKED_BYTES:
            raise Problem(
                "body_too_large", say("detail.unpacks_too_large", path=path, limit=UNPACKED_BYTES), fix=say("fix.split")
            )
        yield line
