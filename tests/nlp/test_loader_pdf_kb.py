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
from nlp.loaders.printed_page import PrintedLine, markdown_pages
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
        read_pdf_text(blank_pdf(1), limit_s=0.2, command=(sys.executable, "-c", "import sys; sys.stdin.buffer.read()"))


def test_reader_reads_on_after_a_bad_file() -> None:
    blank = blank_pdf(1)
    with pytest.raises(PdfUnreadable):
        read_pdf_text(b"not a PDF")
    assert read_pdf_text(blank).pages == ("",)


def test_reader_that_dies_is_reported() -> None:
    with pytest.raises(PdfUnreadable, match="exit 7"):
        read_pdf_text(blank_pdf(1), command=(sys.executable, "-c", "raise SystemExit(7)"))


def lines(*texts: str, size: float = 10, right: float = 0.9) -> tuple[PrintedLine, ...]:
    return tuple(PrintedLine(text, size, right) for text in texts)


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (
            lines("请先断开电源并等待五分", "钟，然后重新通电。") + lines("再试。", right=0.3),
            "请先断开电源并等待五分钟，然后重新通电。\n再试。",
        ),
        (
            lines("Unplug the appliance and wait for five", "minutes."),
            "Unplug the appliance and wait for five minutes.",
        ),
        (lines("Press the but-", "ton."), "Press the button."),
        (lines("1. 断电", "2. 通电"), "1. 断电\n2. 通电"),
        (lines("short", right=0.2) + lines("next"), "short\nnext"),
    ],
    ids=["zh", "en", "hyphen", "list", "short"],
)
def test_paragraph_is_whole_again(printed: tuple[PrintedLine, ...], text: str) -> None:
    assert markdown_pages([printed]) == (text,)


def test_headings_are_larger_and_page_furniture_is_left_out() -> None:
    pages = [
        lines("某某牌空调说明书", size=9)
        + lines("故障代码", size=16)
        + lines(f"E{number} 表示传感器故障。" * 5)
        + lines(f"第 {number} 页", size=9)
        for number in range(1, 5)
    ]
    assert markdown_pages(pages)[0] == "# 故障代码\n\n" + "E1 表示传感器故障。" * 5
