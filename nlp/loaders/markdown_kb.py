"""A Markdown or text file is one article: optional front matter (id, title, tags, allowed, locale, url), then the body.

Without a title it takes the first heading's. It keeps the text as it is: inline marks are not removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from nlp.records import Article, ArticleRejected
from nlp.search.article_file import read_text
from nlp.search.article_row import article_from_row

SUFFIXES = (".md", ".markdown", ".txt")

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)??---[ \t]*(?:\n|$)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)
# A page of settings; longer is no front matter, and YAML is slow.
_MAX_FRONT_MATTER = 16_000


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield the file's one article, or why it is none."""
    try:
        yield _article(read_text(path), str(path), path.stem)
    except ArticleRejected as rejected:
        yield rejected


def _article(text: str, where: str, stem: str) -> Article:
    row: dict[str, object] = {}
    front = _FRONT_MATTER.match(text[:_MAX_FRONT_MATTER])
    if front:
        row.update(_front_matter(front[1] or "", where))
        text = text[front.end() :]
    row["body"] = text.strip("\n")
    if not row.get("title"):
        heading = _HEADING.search(text)
        row["title"] = heading[1].strip().rstrip("#").strip() if heading else stem
    return article_from_row(row, where=where)


def _front_matter(text: str, where: str) -> dict[str, object]:
    try:
        # BaseLoader builds texts, lists and maps only: no dates, no objects.
        values = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        reason = str(error).split("\n", 1)[0]
        raise ArticleRejected(f"{where}: its front matter is no YAML ({reason})") from error
    if not isinstance(values, dict):
        raise ArticleRejected(f"{where}: its front matter is no list of names and values")
    return {str(name): value for name, value in values.items() if name != "body"}
