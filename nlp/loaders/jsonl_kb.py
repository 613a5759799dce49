"""A line is an article: {"id", "title", "body", "locale"?, "tags"?, "allowed"?, "url"?}; other names are left alone.

A line of questions and answers may call title `question` and body `answer`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import decoded, read_lines
from nlp.sources.article_row import article_from_row

SUFFIXES = (".jsonl", ".ndjson")
HOLDS_MANY = True


def load(path: Path) -> Iterator[Article | ArticleRejected]:
    """Yield an article for each good line and the reason for each bad one."""
    is_empty = True
    try:
        for number, line in read_lines(path):
            is_empty = False
            yield _parsed(line, f"{path}:{number}")
    except ArticleRejected as rejected:
        yield rejected
        return
    if is_empty:
        yield ArticleRejected(
            f"{path}: the file is empty; fill it or delete it",
            zh=f"{path}：文件是空的，请补上内容或删除它",
            where=str(path),
        )


def _parsed(line: bytes, where: str) -> Article | ArticleRejected:
    try:
        row = json.loads(decoded(line, where))
    except ArticleRejected as rejected:
        return rejected
    except (ValueError, RecursionError) as error:
        return ArticleRejected(
            f"{where}: no JSON ({str(error)[:80]}); write one object a line",
            zh=f"{where}：不是 JSON（{str(error)[:80]}），请每行写一个对象",
            where=where,
        )
    if not isinstance(row, dict):
        return ArticleRejected(
            f"{where}: {type(row).__name__}, not an object with id, title and body",
            zh=f"{where}：不是含有 id、title、body 的对象（{type(row).__name__}）",
            where=where,
        )
    for name, own in (("title", "question"), ("body", "answer")):
        if name not in row and own in row:
            row[name] = row[own]
    try:
        return article_from_row(row, where=where)
    except ArticleRejected as rejected:
        return rejected
