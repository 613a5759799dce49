"""A file, folder, checkout, zip or website copy in, its articles out, by the loaders of nlp/loaders.

A loader is a file `<name>_kb.py` there with SUFFIXES and load(path), or an object with these two that another package
registers in the entry-point group "beforehand.loaders". load() yields an Article for each one it can read and an
ArticleRejected for each it cannot, and goes on. There is no list to edit. Where a file HOLDS_MANY articles, those
without an id are known by their titles, so that a new row moves no other's id.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import nlp.loaders
from nlp.records import Article, ArticleRejected
from nlp.sources.source import SourceFile, open_source
from nlp.sources.website_copy import suffix_of

ENTRY_POINT_GROUP = "beforehand.loaders"


class Loader(Protocol):
    """Reads one knowledge-base format."""

    SUFFIXES: tuple[str, ...]  # lower case, with the dot

    def load(self, path: Path) -> Iterator[Article | ArticleRejected]: ...


@lru_cache(maxsize=1)
def loaders() -> Mapping[str, Loader]:
    """Return the loader of each suffix; where two claim one, the first in name order, ours before others."""
    found: dict[str, Loader] = {}
    modules = sorted(module.name for module in pkgutil.iter_modules(nlp.loaders.__path__))
    own: list[Loader] = [importlib.import_module(f"nlp.loaders.{name}") for name in modules if name.endswith("_kb")]
    others: list[Loader] = [
        entry.load() for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)
    ]
    for loader in own + others:
        for suffix in loader.SUFFIXES:
            found.setdefault(suffix, loader)
    return MappingProxyType(found)


def is_loadable(suffix: str) -> bool:
    """Say whether a loader reads files of this suffix."""
    return suffix in loaders()


def load_articles(path: Path, *, on_rejected: Callable[[ArticleRejected], None] | None = None) -> Iterator[Article]:
    """Yield the articles of a path, in name order.

    An article without an id gets the file's path in the folder, with more where the file holds several. A rejected one
    is handed to `on_rejected` and the rest go on; without that, the first one is raised.
    """
    seen: set[str] = set()
    for found in _found(path):
        rejected = found if isinstance(found, ArticleRejected) else _repeated(found, seen)
        if isinstance(found, Article) and rejected is None:
            seen.add(found.id)
            yield found
        elif rejected is not None:
            if on_rejected is None:
                raise rejected
            on_rejected(rejected)


def _repeated(article: Article, seen: set[str]) -> ArticleRejected | None:
    if article.id not in seen:
        return None
    return given_twice(article.id, "")


def given_twice(article_id: str, holder: str, *, source: str = "") -> ArticleRejected:
    """Return what to say of an article whose id another one has already; `source` is the other's, if not the same."""
    by, by_zh = (f" by {holder}", f"（已在 {holder} 中）") if holder else ("", "")
    mend, mend_zh = "give the second its own id", "请给后一篇另设编号"
    if source:
        by, by_zh = f"{by} of {source}", f"（已在来源 {source} 的 {holder} 中）"
        mend, mend_zh = f"{mend}, or forget that source", f"{mend_zh}，或移除那个来源"
    return ArticleRejected(
        f"article {article_id!r} is given already{by}; the first one is kept: {mend}",
        zh=f"文章编号 {article_id!r} 重复{by_zh}，保留先出现的一篇；{mend_zh}",
        where=article_id,
    )


def _found(path: Path) -> Iterator[Article | ArticleRejected]:
    with open_source(path, wanted=is_loadable) as source:
        yield from source.problems
        for file in source.files:
            yield from load_file(file)


def load_file(file: SourceFile) -> Iterator[Article | ArticleRejected]:
    """Yield what a loader makes of a file, with ids, and with the file's address where the article names none."""
    suffix = suffix_of(file.name)
    loader = loaders().get(suffix)
    if loader is None:
        yield unknown_format(file.shown, suffix)
        return
    holds_many = getattr(loader, "HOLDS_MANY", False)
    given: dict[str, int] = {}
    for number, found in enumerate(loader.load(file.path), start=1):
        if isinstance(found, ArticleRejected):
            yield _renamed(found, file)
            continue
        article = replace(found, url=found.url or file.url)
        if article.id:
            yield article
        elif holds_many:
            yield replace(article, id=_id_by_title(article, file, given))
        else:
            yield replace(article, id=file.name if number == 1 else f"{file.name}#{number}")


def _id_by_title(article: Article, file: SourceFile, given: dict[str, int]) -> str:
    digest = hashlib.sha256((article.title or article.body).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    given[digest] = given.get(digest, 0) + 1
    return f"{file.name}#{digest}" + (f"-{given[digest]}" if given[digest] > 1 else "")


def _renamed(rejected: ArticleRejected, file: SourceFile) -> ArticleRejected:
    """Call the file as people know it: one out of an archive lies under a number."""
    place, shown = str(file.path), file.shown
    return ArticleRejected(
        str(rejected).replace(place, shown),
        zh=rejected.zh.replace(place, shown),
        where=rejected.where.replace(place, shown),
    )


def unknown_format(shown: str, suffix: str) -> ArticleRejected:
    """Return what to say of a file that no loader reads."""
    known = ", ".join((*sorted(loaders()), ".zip"))
    return ArticleRejected(
        f"{shown}: no loader reads {suffix or 'files without a suffix'}; there are: {known}",
        zh=f"{shown}：无法读取{suffix or '没有扩展名的文件'}；可以读取：{known}",
        where=shown,
    )
