"""What every loader needs of a file: its size and text within limits, or an ArticleRejected that names it.

It knows no format: those are the files of nlp/loaders.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp.records import ArticleRejected

# A 500-page manual as PDF with pictures stays below; nothing larger is decoded in memory.
MAX_FILE_BYTES = 50_000_000
# A line of JSONL holds one article; nlp.search.knowledge_base takes bodies of 2 million characters.
MAX_LINE_BYTES = 10_000_000


def read_bytes(path: Path) -> bytes:
    """Return the file's content. Raises ArticleRejected where it is empty, too large or unreadable."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ArticleRejected(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE_BYTES:
        raise ArticleRejected(f"{path}: larger than {MAX_FILE_BYTES // 1_000_000} MB; split it")
    if not content.strip():
        raise ArticleRejected(f"{path}: the file is empty")
    return content


def read_text(path: Path) -> str:
    """Return the file's text with plain line ends. Raises ArticleRejected."""
    return decoded(read_bytes(path), str(path)).replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes, where: str) -> str:
    """Decode UTF-8, or UTF-16 that says so by its first bytes. Raises ArticleRejected."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleRejected(f"{where}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if "\0" in text:
        raise ArticleRejected(f"{where}: it holds NUL characters, so it is no text")
    return text


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank with their numbers, from 1. Raises ArticleRejected."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    raise ArticleRejected(
                        f"{path}:{number}: longer than {MAX_LINE_BYTES // 1_000_000} MB; the rest is not read"
                    )
                if line.strip():
                    yield number, line
    except OSError as error:
        raise ArticleRejected(f"{path}: cannot be read ({error.strerror})") from error
