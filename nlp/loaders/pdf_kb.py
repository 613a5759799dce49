"""A PDF with text is one article, page after page; its title is the document's own, else its first line.

It reads no pictures: a scanned PDF is rejected with the advice to read it first. It keeps line breaks as they
are printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp.records import Article, ArticleRejected
from nlp.search.article_file import read_bytes
from nlp.search.article_row import article_from_row

SUFFIXES = (".pdf",)

MAX_PAGES = 2_000
# As much as a body may hold (nlp.search.knowledge_base).
MAX_CHARACTERS = 2_000_000


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield the document's one article, or why it is none."""
    try:
        yield _article(path)
    except ArticleRejected as rejected:
        yield rejected


def _article(path: Path) -> Article:
    import pypdfium2  # type: ignore[import-untyped]

    content = read_bytes(path)
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ArticleRejected(f"{path}: no PDF that can be opened without a password ({error})") from error
    try:
        if len(document) > MAX_PAGES:
            raise ArticleRejected(f"{path}: {len(document)} pages, at most {MAX_PAGES} are read; split it")
        title = str(document.get_metadata_dict().get("Title", ""))
        body = _text(document, path)
    except pypdfium2.PdfiumError as error:
        raise ArticleRejected(f"{path}: a page cannot be read ({error})") from error
    finally:
        document.close()
    if not body.strip():
        raise ArticleRejected(f"{path}: it holds no text, only pictures; read it with `beforehand read` first")
    return article_from_row({"title": title.replace("\0", "").strip(), "body": body}, where=str(path))


def _text(document: object, path: Path) -> str:
    pages: list[str] = []
    length = 0
    for page in document:  # type: ignore[attr-defined]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded().replace("\r\n", "\n").replace("\0", "").replace("\ufffe", "")
        text_page.close()
        page.close()
        length += len(text)
        if length > MAX_CHARACTERS:
            raise ArticleRejected(f"{path}: more than {MAX_CHARACTERS} characters; split it")
        pages.append(text.strip())
    return "\n\n".join(pages).strip()
