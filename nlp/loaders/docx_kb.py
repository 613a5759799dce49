"""A Word file is one article: headings, paragraphs, lists and tables as Markdown, pictures by their descriptions.

Comments, deleted text and layout are left out; addresses behind words are kept.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import read_bytes
from nlp.sources.article_row import article_from_row

SUFFIXES = (".docx",)

# Unpacked size of one part. Word's XML is about ten times its text; a body is at most 2 million characters.
MAX_PART_BYTES = 30_000_000
# Real documents nest tables a few deep.
_MAX_DEPTH = 200
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_LINKS = "word/_rels/document.xml.rels"
_TARGET = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DESCRIBED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# What older Words show in place of what stands beside it: the same text a second time.
_OLDER_COPY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
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
            links = _part(package, _LINKS, path) if _LINKS in names else None
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error
    ) as error:  # fmt: skip
        raise ArticleRejected(
            f"{path}: no Word file ({error}); save it as .docx again",
            zh=f"{path}：不是 Word 文件（{error}），请重新另存为 .docx",
            where=str(path),
        ) from error
    paragraphs = list(_paragraphs(document, _targets(links)))
    heading = next((text.lstrip("# ") for text in paragraphs if text.startswith("#")), "")
    title = (core.findtext(_TITLE) or "").strip() if core is not None else ""
    row = {"title": title or heading or path.stem, "body": "\n\n".join(paragraphs)}
    return article_from_row(row, where=str(path))


def _part(package: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    where = f"{path}: {name}"
    if name not in package.namelist():
        raise ArticleRejected(
            f"{path}: no Word file, it holds no {name}; save it as .docx again",
            zh=f"{path}：不是 Word 文件，其中没有 {name}，请重新另存为 .docx",
            where=str(path),
        )
    with package.open(name) as stream:
        content = stream.read(MAX_PART_BYTES + 1)
    if len(content) > MAX_PART_BYTES:
        limit = MAX_PART_BYTES // 1_000_000
        raise ArticleRejected(
            f"{where} unpacks to more than {limit} MB; split it",
            zh=f"{path}：{name} 解压后超过 {limit} MB，请拆分",
            where=str(path),
        )
    parser = ElementTree.XMLParser(target=_Tree(str(path), name))
    try:
        parser.feed(content)
        return parser.close()
    except ElementTree.ParseError as error:
        raise ArticleRejected(
            f"{where} is no XML ({error}); save it as .docx again",
            zh=f"{path}：{name} 不是 XML（{error}），请重新另存为 .docx",
            where=str(path),
        ) from error


def _targets(links: ElementTree.Element | None) -> Mapping[str, str]:
    """Return the addresses behind words by the names the text calls them."""
    found = [] if links is None else [(link.get("Id", ""), link.get("Target", "")) for link in links]
    return {name: target for name, target in found if target.startswith(("https://", "http://"))}


class _Tree(ElementTree.TreeBuilder):
    """Builds the tree, but takes no document type, so no entities, and no endless nesting."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__()
        self._path, self._name = path, name
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ArticleRejected(
            f"{self._path}: {self._name} declares a document type, which Word never writes; save it as .docx again",
            zh=f"{self._path}：{self._name} 声明了文档类型，Word 不会这样写，请重新另存为 .docx",
            where=self._path,
        )

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ArticleRejected(
                f"{self._path}: {self._name} nests deeper than {_MAX_DEPTH} elements; save it as .docx again",
                zh=f"{self._path}：{self._name} 嵌套超过 {_MAX_DEPTH} 层，请重新另存为 .docx",
                where=self._path,
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def _paragraphs(document: ElementTree.Element, targets: Mapping[str, str]) -> Iterator[str]:
    body = document.find(f"{_W}body")
    items: list[str] = []
    for element in [] if body is None else body:
        if element.tag == f"{_W}tbl":
            text = _table(element, targets)
        else:
            text = "\n".join(_paragraph(paragraph, targets) for paragraph in element.iter(f"{_W}p"))
        if text.startswith("- "):
            items.append(text)
            continue
        if items:
            yield "\n".join(items)
            items = []
        if text.strip():
            yield text
    if items:
        yield "\n".join(items)


def _table(table: ElementTree.Element, targets: Mapping[str, str]) -> str:
    rows = [[_cell(cell, targets) for cell in row.findall(f"{_W}tc")] for row in table.findall(f"{_W}tr")]
    lines = ["| " + " | ".join(cells) + " |" for cells in rows if any(cells)]
    if len(lines) > 1:  # the first row is the header: Word marks it seldom
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _cell(cell: ElementTree.Element, targets: Mapping[str, str]) -> str:
    texts = (_text(paragraph, targets) for paragraph in cell.iter(f"{_W}p"))
    return " ".join(text.replace("\n", " ").replace("|", "/") for text in texts if text)


def _paragraph(paragraph: ElementTree.Element, targets: Mapping[str, str]) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = style.get(f"{_W}val", "") if style is not None else ""
    text = _text(paragraph, targets)
    level = "1" if name.lower() in ("title", "标题") else (_HEADING_STYLE.fullmatch(name) or ("", ""))[1]
    if level and text:
        return "#" * int(level) + " " + text
    is_item = paragraph.find(f"{_W}pPr/{_W}numPr") is not None or name.lower().startswith("list")
    return f"- {text}" if is_item and text else text


def _text(paragraph: ElementTree.Element, targets: Mapping[str, str]) -> str:
    return "".join(_pieces(paragraph, targets)).strip()


def _pieces(element: ElementTree.Element, targets: Mapping[str, str]) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag == _DESCRIBED and child.get("descr"):
            yield f"![{child.get('descr', '').strip()}]"
        elif child.tag == f"{_W}hyperlink":
            words, target = "".join(_pieces(child, targets)), targets.get(child.get(_TARGET, ""), "")
            yield f"[{words}]({target})" if target and words.strip() and words.strip() != target else words
        elif child.tag != _OLDER_COPY:
            yield from _pieces(child, targets)
