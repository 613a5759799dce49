"""What an index is made from: a file, a folder, a git checkout, a zip or the copy of a website in, its files out.

A Source lists the files that a loader reads, with the name each has in it and the address where people find it. What is
packed is unpacked into a folder that lasts as long as the source is open. It parses no file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nlp.records import ArticleRejected
from nlp.sources.article_file import unreadable
from nlp.sources.git_checkout import find_checkout
from nlp.sources.website_copy import host_of_folder, is_leftover, page_url, suffix_of
from nlp.sources.zip_archive import ZIP_SUFFIX, Unpacking

MAX_FILES = 200_000
"""Ten times the pages of the largest manual we know of; a list of names takes 60 MB."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    name: str  # its path in the source: an article without an id is known by it
    path: Path  # where its bytes lie
    shown: str  # how messages call it
    url: str = ""  # where people find it


@dataclass(frozen=True, slots=True)
class Source:
    """`unlisted` are the beginnings of names under which something could not be listed: there, nothing is gone."""

    name: str
    files: tuple[SourceFile, ...]
    problems: tuple[ArticleRejected, ...] = ()
    unlisted: tuple[str, ...] = ()

    def may_hold(self, name: str) -> bool:
        """Say whether a file that is not listed may still be there."""
        return any(name.startswith(prefix) for prefix in self.unlisted)


@contextmanager
def open_source(path: Path, *, name: str = "", wanted: Callable[[str], bool]) -> Iterator[Source]:
    """List the files of a path whose suffix is `wanted`; the source's name is the resolved path where none is given."""
    with TemporaryDirectory(prefix="beforehand-unpacked-") as scratch:
        listing = _Listing(Unpacking(Path(scratch), wanted), wanted)
        if path.is_dir():
            listing.add_folder(path)
        elif not path.exists():
            listing.miss("", _missing(path))
        elif path.suffix.lower() == ZIP_SUFFIX:
            listing.add_zip(path, "", shown=str(path))
        else:
            listing.files.append(SourceFile(path.name, path, str(path)))
        files = tuple(sorted(listing.files, key=lambda file: file.name.split("/")))
        yield Source(name or str(path.resolve()), files, tuple(listing.problems), tuple(listing.unlisted))


class _Listing:
    """What has been found so far."""

    def __init__(self, unpacking: Unpacking, wanted: Callable[[str], bool]) -> None:
        self.files: list[SourceFile] = []
        self.problems: list[ArticleRejected] = []
        self.unlisted: list[str] = []
        self._unpacking = unpacking
        self._wanted = wanted

    def miss(self, prefix: str, problem: ArticleRejected) -> None:
        """Note what could not be listed."""
        self.unlisted.append(prefix)
        self.problems.append(problem)

    def add_folder(self, folder: Path) -> None:
        checkout = find_checkout(folder)
        if checkout is not None and checkout.problem is not None:
            self.miss("", checkout.problem)
            return
        names = sorted(
            checkout.names if checkout is not None else self._walked(folder), key=lambda name: name.split("/")
        )
        html = [name for name in names if suffix_of(name) in (".html", ".htm")]
        host = host_of_folder(folder, html)
        for name in names:
            if self._is_full():
                return
            path = folder / name
            if is_leftover(name) or path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() == ZIP_SUFFIX:
                self.add_zip(path, name + "/", shown=str(path))
            elif self._wanted(suffix_of(name)):
                url = checkout.url_of(name) if checkout is not None else page_url(host, name)
                self.files.append(SourceFile(name, path, str(path), url))

    def add_zip(self, path: Path, prefix: str, *, shown: str) -> None:
        packed = self._unpacking.unpack(path, shown=shown)
        self.problems.extend(packed.problems)
        if packed.problems:
            self.unlisted.append(prefix)
        html = [file.name for file in packed.files if suffix_of(file.name) in (".html", ".htm")]
        host = host_of_folder(Path(path.stem), html)
        for file in packed.files:
            if self._is_full():
                return
            if not is_leftover(file.name):
                url = page_url(host, file.name)
                self.files.append(SourceFile(prefix + file.name, file.path, f"{shown}/{file.name}", url))

    def _walked(self, folder: Path) -> Iterator[str]:
        """Yield the names of what lies below a folder and is not hidden; it follows no link."""

        def note(error: OSError) -> None:
            below = Path(error.filename)
            self.miss("" if below == folder else below.relative_to(folder).as_posix() + "/", unreadable(below, error))

        for above, folders, files in os.walk(folder, onerror=note):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in files:
                if not name.startswith("."):
                    yield (Path(above) / name).relative_to(folder).as_posix()

    def _is_full(self) -> bool:
        if len(self.files) < MAX_FILES:
            return False
        if "" not in self.unlisted:
            self.miss(
                "",
                ArticleRejected(
                    f"more than {MAX_FILES} files; the rest is not read: index its folders one by one",
                    zh=f"文件超过 {MAX_FILES} 个，其余没有读取；请逐个文件夹建立索引",
                ),
            )
        return True


def _missing(path: Path) -> ArticleRejected:
    return ArticleRejected(
        f"{path}: there is no such file or folder; check the path",
        zh=f"{path}：没有这个文件或文件夹，请检查路径",
        where=str(path),
    )
