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
from nlp.sources.article_file import read_text
from nlp.sources.article_row import article_from_row

SUFFIXES = (".csv", ".tsv")
HOLDS_MANY = True

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {name: name for name in ("id", "title", "body", "locale", "tags", "allowed", "url")}
    | dict.fromkeys(("question", "q", "问题", "問題", "标题", "標題", "常见问题", "提问"), "title")
    | dict.fromkeys(("answer", "a", "答案", "回答", "内容", "內容", "解答", "回复", "回覆", "正文"), "body")
    | dict.fromkeys(("编号", "編號", "序号", "序號"), "id")
    | dict.fromkeys(("标签", "標籤", "分类", "分類", "category"), "tags")
    | {"语言": "locale", "語言": "locale", "链接": "url", "連結": "url", "网址": "url", "link": "url"}
    | {"可见": "allowed", "可见范围": "allowed"}
)


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield an article for each good row and the reason for each bad one."""
    try:
        text = read_text(path)
    except ArticleRejected as rejected:
        yield rejected
        return
    if text.startswith("sep=") and len(text) > 5:  # what Excel writes to tell the separator
        text = text.split("\n", 1)[-1]
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=max("\t;,", key=header.count), strict=True)
    columns = [_COLUMNS.get(name.strip().lower(), "") for name in header_of(reader)]
    if not {"title", "body"} <= set(columns):
        yield ArticleRejected(
            f"{path}:1: no columns question and answer; name them so in the first line; it has: {header[:200]}",
            zh=f"{path}:1：没有“问题”和“答案”两列，请在第一行写上列名；现在是：{header[:200]}",
            where=f"{path}:1",
        )
        return
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _article(dict(zip(columns, row, strict=False)), f"{path}:{reader.line_num}")
    except csv.Error as error:
        where = f"{path}:{reader.line_num}"
        yield ArticleRejected(
            f"{where}: {error}; the rest is not read: mend the quotes",
            zh=f"{where}：{error}；其后的内容没有读取，请检查引号",
            where=where,
        )


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
