"""A file or folder in, its articles out, by the loaders of nlp/loaders.

A loader is a file `<name>_kb.py` there with SUFFIXES and load(path), or an object with these two that another package
registers in the entry-point group "beforehand.loaders". load() yields an Article for each one it can read and an
ArticleRejected for each it cannot, and goes on. There is no list to edit.
"""

from __future__ import annotations

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


def load_articles(path: Path, *, on_rejected: Callable[[ArticleRejected], None] | None = None) -> Iterator[Article]:
    """Yield the articles of a file, or of all files below a folder that a loader reads, in name order.

    An article without an id gets the file's path in the folder, with a number where the file holds several. A rejected
    one is handed to `on_rejected` and the rest go on; without that, the first one is raised.
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
    return ArticleRejected(f"article {article.id!r} is given twice; the first one is kept: give the second its own id")


def _found(path: Path) -> Iterator[Article | ArticleRejected]:
    if not path.exists():
        yield ArticleRejected(f"{path}: there is no such file or folder")
        return
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.suffix.lower() in loaders() and not is_hidden and file.is_file() and not file.is_symlink():
                yield from _with_ids(file, file.relative_to(path).as_posix())
        return
    if path.suffix.lower() not in loaders():
        known = ", ".join(sorted(loaders()))
        yield ArticleRejected(f"{path}: no loader reads {path.suffix or 'files without a suffix'}; there are: {known}")
        return
    yield from _with_ids(path, path.name)


def _with_ids(file: Path, name: str) -> Iterator[Article | ArticleRejected]:
    for number, found in enumerate(loaders()[file.suffix.lower()].load(file), start=1):
        if isinstance(found, Article) and not found.id:
            yield replace(found, id=name if number == 1 else f"{name}#{number}")
        else:
            yield found
