"""The main text of a web page as Markdown, by trafilatura: menus, side bars, related links and legal lines left out.

In: the markup. Out: headings, paragraphs, lists, tables, code, pictures' descriptions; "" where no main text is found.
What is mostly links (a menu, a list of related pages) is taken out first: trafilatura judges by the names of classes,
which old sites do not have. It follows no link and reads no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nlp.loaders.page_markdown import markdown_of

MAX_CHARACTERS = 2_000_000
MAX_ELEMENTS = 50_000
"""Of markup, a hundred times a usual page: 50,000 paragraphs take 2 s. A longer page is read without trafilatura."""
SHORTEST = 1
"""Characters below which trafilatura would fall back on all text without structure: most help articles are short, and
Chinese ones shorter."""
MOSTLY_LINKS = 0.8
FEWEST_LINKS = 3
LARGEST_SHARE = 0.5
"""What is taken out: at least 3 links hold 80% of an element's characters, and it is no half of the page (a page that
is a list of links stays one). On six layouts, zh and en, it takes leaked lines from .00-.52 to .00-.10 without losing
a line of the articles (training.eval_loaders, 2026-11-22)."""

_BLOCKS = frozenset(("ul", "ol", "dl", "div", "td", "tr", "table", "nav", "p", "section", "aside", "header", "footer"))
_IN_LAYOUT = ("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "table")
_OUTER = ("https://", "http://", "mailto:", "tel:")
_SPACES = re.compile(r"\s+")


def main_text(markup: str) -> str:
    """Return the page's main text.

    >>> main_text("<body><ul><li><a>Home</a><li><a>Shop</a><li><a>Help</a></ul><h1>E4</h1><p>Call us. Or wait.</p>")
    '# E4\\n\\nCall us. Or wait.'
    """
    import lxml.html  # type: ignore[import-untyped]
    from lxml import etree
    from trafilatura import bare_extraction
    from trafilatura.settings import Document, Extractor

    if len(markup) > MAX_CHARACTERS:
        return ""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, AssertionError):  # nothing in it is an element
        return ""
    elements = list(tree.iter())
    if len(elements) > MAX_ELEMENTS:
        return ""
    _drop_menus(elements)
    _drop_inner_links(tree)
    _open_layout_tables(tree)
    _wrap_body(tree)
    options = Extractor(
        output_format="python",
        fast=True,  # without the second opinions of two other extractors: half the time, and no line was gained by them
        recall=True,
        comments=True,  # the answers of a forum
        formatting=True,
        images=True,
        links=True,
        tables=True,
    )
    options.min_extracted_size = SHORTEST
    found = bare_extraction(tree, options=options)
    if not isinstance(found, Document):
        return ""
    bodies = (found.body, found.commentsbody)
    return "\n\n".join(filter(None, (markdown_of(body) for body in bodies if body is not None)))


def _drop_menus(elements: Iterable[Any]) -> None:
    """Take out what is mostly links; one walk from the leaves up counts characters, linked characters and links."""
    counts: dict[Any, list[int]] = {}
    in_order = list(elements)
    for element in reversed(in_order):
        own = counts.setdefault(element, [0, 0, 0])
        own[0] += len(_SPACES.sub("", element.text or ""))
        if element.tag == "a":
            own[1], own[2] = own[0], own[2] + 1
        above = element.getparent()
        if above is not None:
            outer = counts.setdefault(above, [0, 0, 0])
            for index, count in enumerate(own):
                outer[index] += count
            outer[0] += len(_SPACES.sub("", element.tail or ""))
    total = counts[in_order[0]][0] if in_order else 0
    dropped: set[Any] = set()
    for element in in_order[1:]:
        characters, linked, links = counts[element]
        is_menu = links >= FEWEST_LINKS and linked >= MOSTLY_LINKS * characters and characters < LARGEST_SHARE * total
        if element.getparent() in dropped:
            dropped.add(element)
        elif element.tag in _BLOCKS and is_menu:
            dropped.add(element)
            element.drop_tree()


def _wrap_body(tree: Any) -> None:
    """Call the body an article where nothing on the page is called one: else trafilatura gathers paragraphs, and loses
    the headings between them."""
    body = tree.find("body")
    if body is None or next(tree.iter("main", "article"), None) is not None or tree.xpath("//*[@role='main']"):
        return
    article = body.makeelement("article")
    article.text, body.text = body.text, None
    article.extend(list(body))
    body.append(article)


def _drop_inner_links(tree: Any) -> None:
    """Keep the addresses that lead somewhere from anywhere; of the others keep the words."""
    for link in list(tree.iter("a")):
        if not str(link.get("href", "")).startswith(_OUTER) and link.getparent() is not None:
            link.drop_tag()


def _open_layout_tables(tree: Any) -> None:
    """Make plain blocks of the tables that old pages are laid out with: those whose cells hold headings, lists, code or
    tables."""
    for table in list(tree.iter("table")):
        rows = [row for row in table.iter("tr") if _holder(row, "table") is table]
        cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
        if any(True for cell in cells for _ in cell.iter(*_IN_LAYOUT)):
            for element in (table, *rows, *cells):
                element.tag = "div"


def _holder(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)
