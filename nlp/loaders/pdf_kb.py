"""A PDF with text is one article, page after page; its title is the document's own, else its first heading.

It reads no pictures: a scanned PDF is rejected with the advice to read it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nlp.loaders.pdf_text import PdfUnreadable, read_pdf_text
from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import read_bytes
from nlp.sources.article_row import article_from_row

SUFFIXES = (".pdf",)


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield the document's one article, or why it is none."""
    try:
        yield _article(path)
    except ArticleRejected as rejected:
        yield rejected


def _article(path: Path) -> Article:
    content = read_bytes(path)
    try:
        text = read_pdf_text(content)
    except PdfUnreadable as error:
        raise ArticleRejected(f"{path}: {error}", zh=f"{path}：{error.zh}", where=str(path)) from error
    body = "\n\n".join(text.pages).strip()
    if not body:
        raise ArticleRejected(
            f"{path}: it holds no text, only pictures; read it with `beforehand read` first",
            zh=f"{path}：其中没有文字，只有图片；请先用 `beforehand read` 识别",
            where=str(path),
        )
    heading = re.search(r"^#{1,6} (.+)$", body, re.MULTILINE)
    title = text.title or (heading[1] if heading else "")
    return article_from_row({"title": title, "body": body}, where=str(path))
