"""A PDF's text is read in a process of its own, a scan is sent to the reader."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from nlp.loaders.pdf_kb import load
from nlp.loaders.pdf_text import MAX_PAGES, PdfUnreadable, read_pdf_text
from nlp.records import ArticleRejected


def test_pdf_without_text_is_rejected_with_advice(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200).close()
    document.save(tmp_path / "scan.pdf")
    document.close()
    (rejected,) = load(tmp_path / "scan.pdf")
    assert isinstance(rejected, ArticleRejected)
    assert "beforehand read" in str(rejected)


def blank_pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(200, 200).close()
    saved = io.BytesIO()
    document.save(saved)
    document.close()
    return saved.getvalue()


def test_pdfium_stays_out_of_the_process_that_serves(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(blank_pdf(1))
    reading = (
        "import sys; from pathlib import Path; from nlp.loaders.pdf_kb import load;"
        f"list(load(Path({str(tmp_path / 'scan.pdf')!r}))); sys.exit('pypdfium2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", reading], check=False).returncode == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 nothing else", "no PDF that can be opened"),
        (b"not a PDF", "no PDF that can be opened"),
        (blank_pdf(MAX_PAGES + 1), f"at most {MAX_PAGES} are read"),
    ],
    ids=["broken", "other", "pages"],
)
def test_unreadable_pdf_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(PdfUnreadable, match=reason):
        read_pdf_text(content)


def test_reader_that_takes_too_long_is_ended() -> None:
    with pytest.raises(PdfUnreadable, match="longer than"):
        read_pdf_text(blank_pdf(1), limit_s=0.001)


def test_reader_that_dies_is_reported() -> None:
    with pytest.raises(PdfUnreadable, match="exit 7"):
        read_pdf_text(blank_pdf(1), command=(sys.executable, "-c", "raise SystemExit(7)"))
