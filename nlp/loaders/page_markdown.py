"""A page's main text as a tree of paragraphs, lists and tables in, Markdown out.

The tree is trafilatura's (TEI's words: head, p, list, item, table, row, cell, code, quote, graphic, ref). Bold and
italic are left out: they split words for the search. It knows no page.
"""

from __future__ import annotations

import re
from typing import Any

_SPACES = re.compile(r"[ \t\r\n\f\v\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def markdown_of(tree: Any) -> str:
    """Return the text of an element and all that it holds."""
    text = _BLANK_LINES.sub("\n\n", _inside(tree, indent=""))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def _inside(element: Any, *, indent: str) -> str:
    pieces = [_plain(element.text)]
    for child in element:
        pieces += [_element(child, indent=indent), _plain(child.tail)]
    return "".join(pieces)


def _plain(text: str | None) -> str:
    return _SPACES.sub(" ", text or "").replace("\0", "")


def _element(element: Any, *, indent: str) -> str:
    tag = element.tag
    if tag == "head":
        level = int(str(element.get("rend", "h2"))[-1:]) if str(element.get("rend", ""))[-1:].isdigit() else 2
        return f"\n\n{'#' * level} {_line(element)}\n\n"
    if tag == "list":
        return "\n" + "".join(_items(element, indent=indent)) + ("\n" if not indent else "")
    if tag == "table":
        return "\n\n" + _table(element) + "\n\n"
    if tag == "code" or (tag == "quote" and "\n" in "".join(element.itertext()).strip()):
        return _code(element)
    if tag == "graphic":
        alt = _plain(element.get("alt") or element.get("title")).strip()
        source = str(element.get("src") or "")
        return f"![{alt}]" + (f"({source})" if source.startswith("http") else "") if alt else ""
    if tag == "ref":
        words, target = _inside(element, indent=indent), str(element.get("target") or "")
        return f"[{words}]({target})" if target and words.strip() and words.strip() != target else words
    if tag == "lb":
        return "\n" + indent
    text = _inside(element, indent=indent)
    return f"\n\n{text.strip()}\n\n" if tag in ("p", "div", "quote") and not indent else text


def _items(element: Any, *, indent: str) -> list[str]:
    lines: list[str] = []
    is_numbered = element.get("rend") == "ol"
    for number, item in enumerate(element.iterchildren("item"), start=1):
        kind = str(item.get("rend") or "")
        mark = "" if kind.startswith("d") else f"{number}. " if is_numbered else "- "
        text = _inside(item, indent=indent + "  ").strip()
        if text:
            lines.append(f"{indent}{mark}{text}\n")
    return lines


def _line(element: Any) -> str:
    return _plain("".join(element.itertext())).strip()


def _table(element: Any) -> str:
    rows = [[_cell(cell).replace("|", "/") for cell in row.iterchildren("cell")] for row in element.iter("row")]
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    first = next(iter(element.iter("row")))
    if any(cell.get("role") == "head" for cell in first.iterchildren("cell")):
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)


def _cell(element: Any) -> str:
    blocks = list(element)
    if any(block.tag in ("p", "item", "list", "div") for block in blocks):
        return " ".join(filter(None, (_plain(element.text).strip(), *map(_line, blocks))))
    return _line(element)


def _code(element: Any) -> str:
    text = "".join(element.itertext()).replace("\0", "").strip("\n")
    if "\n" in text:
        return f"\n\n```\n{text}\n```\n\n"
    return f"`{text.strip()}`" if text.strip() else ""
