"""A csv of questions and answers: a row is an article with the question as title and the answer as body.

The first line names the columns, in Chinese or English: question/title/问题/标题 and answer/body/答案/内容,
and if there are any id, locale, tags, allowed, url. Comma or semicolon or tab. Columns of other
names are left alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from nlp.records import Article, ArticleRejected
from nlp.search.article_file import read_text
from nlp.search.article_row import article_from_row

SUFFIXES = (".csv", ".tsv")

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {name: name for name in ("id", "title", "body", "locale", "tags", "allowed", "url")}
    | {"question": "title", "问题": "title", "問題": "title", "标题": "title", "標題": "title"}
    | {"answer": "body", "答案": "body", "回答": "body", "内容": "body", "內容": "body"}
    | {"编号": "id", "編號": "id", "标签": "tags", "標籤": "tags", "语言": "locale", "語言": "locale", "链接": "url"}
)


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield an article for each good row and the reason for each bad one."""
    try:
        text = read_text(path)
    except ArticleRejected as rejected:
        yield rejected
        return
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=max("\t;,", key=header.count), strict=True)
    columns = [_COLUMNS.get(name.strip().lower(), "") for name in header_of(reader)]
    if not {"title", "body"} <= set(columns):
        yield ArticleRejected(f"{path}:1: no columns question and answer (问题, 答案); it has: {header[:200]}")
        return
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _article(dict(zip(columns, row, strict=False)), f"{path}:{reader.line_num}")
    except csv.Error as error:
        yield ArticleRejected(f"{path}:{reader.line_num}: {error}; the rest is not read")


def header_of(reader: Iterator[list[str]]) -> list[str]:
    """Return the first row; none, if it is no csv."""
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _article(row: dict[str, str], where: str) -> Article | ArticleRejected:
    try:
        return article_from_row(row, where=where)
    except ArticleRejected as rejected:
        return rejected
