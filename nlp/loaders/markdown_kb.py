"""A Markdown or text file is one article: optional front matter (id, title, tags, allowed, locale, url), then the body.

Without a title it takes the first heading's. It keeps the text as it is: inline marks are not removed. Front matter may
be YAML between --- or TOML between +++, and may call things as site generators do (lang, permalink, keywords).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import read_text
from nlp.sources.article_row import article_from_row

SUFFIXES = (".md", ".markdown", ".txt")

_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?\n)??\1[ \t]*(?:\n|$)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^[ ]{0,3}(\S[^\n]{0,200})\n[ ]{0,3}(?:={3,200}|-{3,200})[ \t]*$", re.MULTILINE)
# A page of settings; longer is no front matter, and YAML is slow.
_MAX_FRONT_MATTER = 16_000
# Hugo, Jekyll, VuePress and Docusaurus; ours come first. A permalink without a host is no address.
_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {"lang": "locale", "language": "locale", "keywords": "tags", "permalink": "url", "canonical_url": "url"}
)
_OURS = frozenset(("id", "title", "tags", "allowed", "locale", "url"))


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
        row.update(_front_matter(front[2] or "", where, is_toml=front[1] == "+++"))
        text = text[front.end() :]
    row["body"] = text.strip("\n")
    if not row.get("title"):
        row["title"] = _first_heading(text) or stem
    return article_from_row(row, where=where)


def _first_heading(text: str) -> str:
    heading, underlined = _HEADING.search(text), _UNDERLINED.search(text)
    if underlined and (not heading or underlined.start() < heading.start()):
        return underlined[1].strip()
    return heading[1].strip().rstrip("#").strip() if heading else ""


def _front_matter(text: str, where: str, *, is_toml: bool) -> dict[str, object]:
    try:
        # BaseLoader builds texts, lists and maps only: no dates, no objects.
        values = tomllib.loads(text) if is_toml else yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        reason, kind = str(error).split("\n", 1)[0], "TOML" if is_toml else "YAML"
        raise ArticleRejected(
            f"{where}: its front matter is no {kind} ({reason}); mend the lines between the marks",
            zh=f"{where}：开头的属性区不是 {kind}（{reason}），请修改标记之间的内容",
            where=where,
        ) from error
    if not isinstance(values, dict):
        raise ArticleRejected(
            f"{where}: its front matter is no list of names and values; write e.g. title: ...",
            zh=f"{where}：开头的属性区不是“名称: 值”的列表，请写成 title: ... 的样子",
            where=where,
        )
    own = {str(name): value for name, value in values.items() if str(name) in _OURS}
    for name, ours in _SYNONYMS.items():
        value = values.get(name)
        is_fit = isinstance(value, list) if ours == "tags" else isinstance(value, str)
        if ours not in own and is_fit and (ours != "url" or str(value).startswith(("http://", "https://"))):
            own[ours] = value
    return own
