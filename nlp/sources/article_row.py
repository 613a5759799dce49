"""A row of names and values in, an Article out: what Markdown's front matter, a JSON line and a csv row have in common.

It does not read files, and it invents no id: a row without one gets it from where it stands (nlp.sources.sources).
"""

from __future__ import annotations

from collections.abc import Mapping

from nlp.records import Article, ArticleRejected


def article_from_row(row: Mapping[str, object], *, where: str) -> Article:
    """Check every value and build the article. Raises ArticleRejected, naming the place and the wrong value."""
    body = _text(row, "body", where)
    if not body.strip():
        raise ArticleRejected(
            f"{where}: body is missing or empty; write the article's text into it",
            zh=f"{where}：缺少正文（body）或正文为空，请补上文章内容",
            where=where,
        )
    return Article(
        id=_text(row, "id", where).strip(),
        title=_text(row, "title", where).strip(),
        body=body,
        locale=_text(row, "locale", where).strip(),
        tags=_texts(row, "tags", where),
        allowed=_texts(row, "allowed", where),
        url=_text(row, "url", where).strip(),
    )


def _text(row: Mapping[str, object], name: str, where: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ArticleRejected(
            f"{where}: {name} is {type(value).__name__}, not text; write it as text",
            zh=f"{where}：{name} 不是文本（{type(value).__name__}），请写成文本",
            where=where,
        )
    return str(value)


def _texts(row: Mapping[str, object], name: str, where: str) -> tuple[str, ...]:
    """Read a list of texts, or one text with commas."""
    value = row.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.replace("，", ",").replace("、", ",").split(",")
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ArticleRejected(
            f"{where}: {name} is no list of texts; write e.g. [a, b]",
            zh=f"{where}：{name} 不是文本列表，请写成 [甲, 乙] 的样子",
            where=where,
        )
    return tuple(entry.strip() for entry in value if entry.strip())
