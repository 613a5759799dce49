"""A Word file is one article: headings, paragraphs and tables as Markdown; pictures, comments and layout left out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from nlp.records import Article, ArticleRejected
from nlp.search.article_file import read_bytes
from nlp.search.article_row import article_from_row

SUFFIXES = (".docx",)

# Unpacked size of one part. Word's XML is about ten times its text; a body is at most 2 million characters.
MAX_PART_BYTES = 30_000_000
# Real documents nest tables a few deep.
_MAX_DEPTH = 200
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_HEADING_STYLE = re.compile(r"(?:heading|标题)?\s*([1-6])", re.IGNORECASE)


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield the document's one article, or why it is none."""
    try:
        yield _article(path)
    except ArticleRejected as rejected:
        yield rejected


def _article(path: Path) -> Article:
    read_bytes(path)
    try:
        with zipfile.ZipFile(path) as package:
            document = _part(package, "word/document.xml", path)
            names = package.namelist()
            core = _part(package, "docProps/core.xml", path) if "docProps/core.xml" in names else None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ArticleRejected(f"{path}: no Word file ({error}); save it as .docx again") from error
    paragraphs = list(_paragraphs(document))
    heading = next((text.lstrip("# ") for text in paragraphs if text.startswith("#")), "")
    title = (core.findtext(_TITLE) or "").strip() if core is not None else ""
    row = {"title": title or heading or path.stem, "body": "\n\n".join(paragraphs)}
    return article_from_row(row, where=str(path))


def _part(package: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    if name not in package.namelist():
        raise ArticleRejected(f"{path}: no Word file, it holds no {name}")
    with package.open(name) as stream:
        content = stream.read(MAX_PART_BYTES + 1)
    if len(content) > MAX_PART_BYTES:
        raise ArticleRejected(f"{path}: {name} unpacks to more than {MAX_PART_BYTES // 1_000_000} MB; split it")
    parser = ElementTree.XMLParser(target=_Tree(f"{path}: {name}"))
    try:
        parser.feed(content)
        return parser.close()
    except ElementTree.ParseError as error:
        raise ArticleRejected(f"{path}: {name} is no XML ({error})") from error


class _Tree(ElementTree.TreeBuilder):
    """Builds the tree, but takes no document type, so no entities, and no endless nesting."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ArticleRejected(f"{self._where} declares a document type, which Word never writes")

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ArticleRejected(f"{self._where} nests deeper than {_MAX_DEPTH} elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def _paragraphs(document: ElementTree.Element) -> Iterator[str]:
    body = document.find(f"{_W}body")
    for element in [] if body is None else body:
        if element.tag == f"{_W}tbl":
            text = "\n".join(_row(row) for row in element.iter(f"{_W}tr"))
        else:
            text = "\n".join(_paragraph(paragraph) for paragraph in element.iter(f"{_W}p"))
        if text.strip():
            yield text


def _row(row: ElementTree.Element) -> str:
    cells = (" ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p")) for cell in row.iter(f"{_W}tc"))
    return "| " + " | ".join(cells) + " |"


def _paragraph(paragraph: ElementTree.Element) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = style.get(f"{_W}val", "") if style is not None else ""
    level = _HEADING_STYLE.fullmatch(name)
    text = _text(paragraph)
    return "#" * int(level[1]) + " " + text if level and text else text


def _text(paragraph: ElementTree.Element) -> str:
    pieces = {f"{_W}tab": "\t", f"{_W}br": "\n"}
    return "".join(
        element.text or "" if element.tag == f"{_W}t" else pieces.get(element.tag, "") for element in paragraph.iter()
    ).strip()
