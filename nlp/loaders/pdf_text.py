"""The text of a PDF, read in a process of its own: bytes in, title and pages out.

PDFium is not thread-safe, its other users in this process may hold another lock, and a hostile file can make it spin or
swell: a child with a time and memory limit bounds all three. `python -m nlp.loaders.pdf_text` is that child: the PDF on
stdin, one JSON object on stdout. It reads no pictures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.records import NlpError

MAX_PAGES = 2_000
# As much as a body may hold (nlp.search.knowledge_base).
MAX_CHARACTERS = 2_000_000
# 2,000 pages of 20 lines take 1.2 s with the child's start of 0.4 s (2026-11-22): fifty times that is no manual.
MAX_SECONDS = 60
# Address space, of which those 2,000 pages make 56 MB resident; a file may have 50 MB.
MAX_MEMORY_BYTES = 2_000_000_000

# -P: a folder named nlp where the service was started must not be what runs.
_CHILD = (sys.executable, "-P", "-m", "nlp.loaders.pdf_text")


class PdfUnreadable(NlpError):
    """The message says why, without the file's name."""


@dataclass(frozen=True, slots=True)
class PdfText:
    title: str
    pages: tuple[str, ...]


def read_pdf_text(content: bytes, *, limit_s: float = MAX_SECONDS, command: Sequence[str] = _CHILD) -> PdfText:
    """Read title and pages in a child process. Raises PdfUnreadable."""
    try:
        child = subprocess.run(command, input=content, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise PdfUnreadable(f"reading it took longer than {limit_s:g} seconds; split it") from error
    if child.returncode != 0:
        raise PdfUnreadable(f"it breaks the PDF reader (exit {child.returncode}); export it again")
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise PdfUnreadable(answer["error"])
    return PdfText(answer["title"], tuple(answer["pages"]))


def extract(content: bytes) -> PdfText:
    """Read title and pages with PDFium, in this process: it must run nothing else. Raises PdfUnreadable."""
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise PdfUnreadable(f"no PDF that can be opened without a password ({error})") from error
    if len(document) > MAX_PAGES:
        raise PdfUnreadable(f"{len(document)} pages, at most {MAX_PAGES} are read; split it")
    pages: list[str] = []
    for number in range(len(document)):
        try:
            pages.append(_plain(document[number].get_textpage().get_text_bounded()))
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable(f"page {number + 1} cannot be read ({error})") from error
        if sum(map(len, pages)) > MAX_CHARACTERS:
            raise PdfUnreadable(f"more than {MAX_CHARACTERS} characters; split it")
    return PdfText(_plain(str(document.get_metadata_dict().get("Title", ""))), tuple(pages))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").replace("\ufffe", "").strip()


def _limit_memory() -> None:
    """Bound this process where the system can (not on Windows); what exceeds it ends in a MemoryError or an abort."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def main() -> None:
    """Read a PDF from stdin, write its text or the error."""
    _limit_memory()
    try:
        text = extract(sys.stdin.buffer.read())
    except PdfUnreadable as error:
        json.dump({"error": str(error)}, sys.stdout)
        return
    json.dump({"title": text.title, "pages": text.pages}, sys.stdout)


if __name__ == "__main__":
    main()
