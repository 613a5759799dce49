"""The text of a PDF, read in a process of its own: bytes in, title and pages out.

PDFium is not thread-safe, its other users in this process may hold another lock, and a hostile file can make it spin or
swell: a child with a time and memory limit bounds all three. `python -m nlp.loaders.pdf_text` is that child: one PDF
after another on stdin, each behind its length, one line of JSON for each on stdout. It is kept for the next file unless
one broke it or took too long. It reads no pictures.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nlp.loaders.printed_page import PrintedLine, markdown_pages, plain, printed_lines
from nlp.records import NlpError

MAX_PAGES = 2_000
# As much as a body may hold (nlp.search.knowledge_base).
MAX_CHARACTERS = 2_000_000
# 2,000 pages of 20 lines take 1.2 s with the child's start of 0.4 s (2026-11-22): fifty times that is no manual.
MAX_SECONDS = 60
# Address space, of which those 2,000 pages make 56 MB resident; a file may have 50 MB.
MAX_MEMORY_BYTES = 2_000_000_000

FILES_PER_CHILD = 200
"""Whatever a file may leave behind in the reader ends with the child; its start takes half a second."""
GRACE_S = 2.0

# -P: a folder named nlp where the service was started must not be what runs.
_CHILD = (sys.executable, "-P", "-m", "nlp.loaders.pdf_text")


class PdfUnreadable(NlpError):
    """The message says why, without the file's name; `zh` says the same in Chinese."""

    def __init__(self, message: str, *, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class PdfText:
    title: str
    pages: tuple[str, ...]


def read_pdf_text(content: bytes, *, limit_s: float = MAX_SECONDS, command: Sequence[str] = _CHILD) -> PdfText:
    """Read title and pages in a child process. Raises PdfUnreadable."""
    answer = _children(tuple(command)).ask(content, limit_s=limit_s)
    if "error" in answer:
        raise PdfUnreadable(answer["error"], zh=answer["zh"])
    return PdfText(answer["title"], tuple(answer["pages"]))


class _Children:
    """One child at a time, started when asked, ended when it fails, after some files, or with this process."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0

    def ask(self, content: bytes, *, limit_s: float) -> dict[str, Any]:
        """Hand the child a file and return its answer. Raises PdfUnreadable."""
        with self._lock:
            child = self._started()
            late = threading.Event()

            def stop() -> None:
                late.set()
                child.kill()

            clock = threading.Timer(limit_s, stop)
            clock.start()
            line = b""
            try:
                assert child.stdin is not None
                assert child.stdout is not None
                child.stdin.write(len(content).to_bytes(8, "big"))
                child.stdin.write(content)
                child.stdin.flush()
                line = child.stdout.readline()
            except OSError:  # it died while it was given the file: its exit says how
                line = b""
            finally:
                clock.cancel()
            self._left -= 1
            if not line.endswith(b"\n"):
                code = self._ended()
                raise _too_slow(limit_s) if late.is_set() else _broken(code)
            if self._left <= 0:
                self._ended()
            answer: dict[str, Any] = json.loads(line)
            return answer

    def end(self) -> None:
        """End the child; the next file starts another."""
        with self._lock:
            self._ended()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._ended()
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._left = FILES_PER_CHILD
        return self._child

    def _ended(self) -> int:
        """End the child where there is one and return its exit status."""
        child, self._child = self._child, None
        if child is None:
            return 0
        for stream in (child.stdin, child.stdout):
            with suppress(OSError):
                assert stream is not None
                stream.close()
        try:
            return child.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


@lru_cache(maxsize=4)
def _children(command: tuple[str, ...]) -> _Children:
    children = _Children(command)
    atexit.register(children.end)
    return children


def _too_slow(limit_s: float) -> PdfUnreadable:
    return PdfUnreadable(
        f"reading it took longer than {limit_s:g} seconds; split it", zh=f"读取超过 {limit_s:g} 秒，请拆分"
    )


def _broken(code: int) -> PdfUnreadable:
    return PdfUnreadable(
        f"it breaks the PDF reader (exit {code}); export it again", zh=f"它使 PDF 读取程序崩溃（{code}），请重新导出"
    )


def extract(content: bytes) -> PdfText:
    """Read title and pages with PDFium, in this process: it must run nothing else. Raises PdfUnreadable."""
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise PdfUnreadable(
            f"no PDF that can be opened without a password ({error}); export it again",
            zh=f"不是无需密码即可打开的 PDF（{error}），请重新导出",
        ) from error
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: Any) -> PdfText:
    import pypdfium2

    if len(document) > MAX_PAGES:
        raise PdfUnreadable(
            f"{len(document)} pages, at most {MAX_PAGES} are read; split it",
            zh=f"共 {len(document)} 页，最多读取 {MAX_PAGES} 页，请拆分",
        )
    pages: list[tuple[PrintedLine, ...]] = []
    characters = 0
    for number in range(len(document)):
        try:
            pages.append(printed_lines(document[number]))
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable(
                f"page {number + 1} cannot be read ({error}); export it again",
                zh=f"第 {number + 1} 页无法读取（{error}），请重新导出",
            ) from error
        characters += sum(len(line.text) for line in pages[-1])
        if characters > MAX_CHARACTERS:
            raise PdfUnreadable(
                f"more than {MAX_CHARACTERS} characters; split it", zh=f"超过 {MAX_CHARACTERS} 个字符，请拆分"
            )
    return PdfText(plain(str(document.get_metadata_dict().get("Title", ""))), markdown_pages(pages))


def _limit_memory() -> None:
    """Bound this process where the system can (not on Windows); what exceeds it ends in a MemoryError or an abort."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


def main() -> None:
    """Read PDFs from stdin until it ends; write the text of each, or the error."""
    _limit_memory()
    while len(length := sys.stdin.buffer.read(8)) == 8:
        try:
            text = extract(sys.stdin.buffer.read(int.from_bytes(length, "big")))
        except PdfUnreadable as error:
            answer: dict[str, object] = {"error": str(error), "zh": error.zh}
        else:
            answer = {"title": text.title, "pages": text.pages}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
