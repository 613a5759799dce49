"""Word's headings and tables become Markdown; bombs are rejected before they unpack."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from nlp.loaders.docx_kb import MAX_PART_BYTES, load
from nlp.records import Article, ArticleRejected

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
HEADING = '<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>E4 故障</w:t></w:r></w:p>'
TABLE = (
    "<w:tbl><w:tr><w:tc>" + PARAGRAPH.format("E4") + "</w:tc><w:tc>" + PARAGRAPH.format("坏") + "</w:tc></w:tr></w:tbl>"
)


def load_document(folder: Path, document: bytes) -> Article | ArticleRejected:
    path = folder / "page.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", document)
    (found,) = load(path)
    return found


def document(body: str, before: str = "") -> bytes:
    return f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()


def test_headings_and_tables_become_markdown(tmp_path: Path) -> None:
    found = load_document(tmp_path, document(HEADING + PARAGRAPH.format("断电。") + TABLE))
    assert found == Article("", "E4 故障", "## E4 故障\n\n断电。\n\n| E4 | 坏 |")


@pytest.mark.parametrize(
    "content",
    [
        document(PARAGRAPH.format("&a;"), '<!DOCTYPE x [<!ENTITY a "bomb">]>'),
        document("<w:p>" * 5000 + "</w:p>" * 5000),
        document(" " * (MAX_PART_BYTES + 1)),
        document(""),
        b"<w:document",
    ],
    ids=["entities", "nesting", "zip bomb", "no text", "no xml"],
)
def test_hostile_document_is_rejected(tmp_path: Path, content: bytes) -> None:
    assert isinstance(load_document(tmp_path, content), ArticleRejected)
