"""A PDF's text is read, a scan is sent to the reader."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from nlp.loaders.pdf_kb import load
from nlp.records import ArticleRejected


def test_pdf_without_text_is_rejected_with_advice(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200).close()
    document.save(tmp_path / "scan.pdf")
    document.close()
    (rejected,) = load(tmp_path / "scan.pdf")
    assert isinstance(rejected, ArticleRejected)
    assert "beforehand read" in str(rejected)
