"""What every loader needs of a file: its size and text within limits, or an ArticleRejected that names it.

It knows no format: those are the files of nlp/loaders.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp.records import ArticleRejected
from nlp.sources.text_encoding import encoding_of

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
        raise unreadable(path, error) from error
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1_000_000
        raise ArticleRejected(
            f"{path}: larger than {limit} MB; split it", zh=f"{path}：大于 {limit} MB，请拆分后再导入", where=str(path)
        )
    if not content.strip():
        raise ArticleRejected(
            f"{path}: the file is empty; fill it or delete it",
            zh=f"{path}：文件是空的，请补上内容或删除它",
            where=str(path),
        )
    return content


def unreadable(path: Path, error: OSError) -> ArticleRejected:
    """Return what to say of a file or folder that the system does not let us read."""
    return ArticleRejected(
        f"{path}: cannot be read ({error.strerror}); check its permissions",
        zh=f"{path}：无法读取（{error.strerror}），请检查文件权限",
        where=str(path),
    )


def read_text(path: Path) -> str:
    """Return the file's text with plain line ends. Raises ArticleRejected."""
    return with_plain_line_ends(decoded(read_bytes(path), str(path)))


def with_plain_line_ends(text: str) -> str:
    """Return the text with one newline character where a line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes, where: str, *, declared: str = "") -> str:
    """Decode text: UTF-8, UTF-16, GB 18030, Big5 or Windows-1252, by its own marks. Raises ArticleRejected."""
    encoding = encoding_of(content, declared=declared)
    text = content.decode(encoding) if encoding else ""
    if not encoding or "\0" in text:
        raise ArticleRejected(
            f"{where}: no text in UTF-8, UTF-16, GB 18030 or Big5; save it as UTF-8",
            zh=f"{where}：不是 UTF-8、UTF-16、GB 18030 或 Big5 编码的文本，请另存为 UTF-8",
            where=where,
        )
    return text.removeprefix("\ufeff")


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank with their numbers, from 1. Raises ArticleRejected."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    where, limit = f"{path}:{number}", MAX_LINE_BYTES // 1_000_000
                    raise ArticleRejected(
                        f"{where}: longer than {limit} MB; the rest is not read: put each article on a line of its own",
                        zh=f"{where}：这一行超过 {limit} MB，其后的内容没有读取；请每行放一篇文章",
                        where=where,
                    )
                if line.strip():
                    yield number, line
    except OSError as error:
        raise unreadable(path, error) from error
