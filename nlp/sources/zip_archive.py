"""A zip in, its wanted files in a folder of our own out: bounded in size, number and depth, whatever the names say.

Names are decoded as UTF-8, GB 18030 or Big5 where the archive does not say which (Windows packs Chinese names in the
system's code page). No name of the archive becomes a path on disk, so none can lead out of the folder. An archive in an
archive is opened, too, within the same limits.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.records import ArticleRejected
from nlp.sources.article_file import MAX_FILE_BYTES
from nlp.sources.text_encoding import encoding_of
from nlp.sources.website_copy import suffix_of

ZIP_SUFFIX = ".zip"
MAX_ARCHIVE_BYTES = 500_000_000
MAX_UNPACKED_BYTES = 1_000_000_000
"""Of all archives of a source together; 50,000 web pages of 20 kB."""
MAX_ENTRIES = 100_000
MAX_RATIO = 200
"""Unpacked to packed size; text packs 3 to 20 times, deflate's most is 1032."""
SMALL_BYTES = 1_000_000
"""What unpacks to no more than this is harmless at any ratio."""
MAX_DEPTH = 3
_NAME_IS_UTF8 = 0x800
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)


@dataclass(frozen=True, slots=True)
class PackedFile:
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Unpacked:
    files: tuple[PackedFile, ...]
    problems: tuple[ArticleRejected, ...]


class Unpacking:
    """Unpacks into one folder, counting over all archives."""

    def __init__(self, folder: Path, wanted: Callable[[str], bool]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._left = MAX_UNPACKED_BYTES
        self._count = 0

    def unpack(self, path: Path, *, shown: str, depth: int = 1) -> Unpacked:
        """Unpack the files whose suffix is wanted; `shown` is how messages call the archive."""
        if path.stat().st_size > MAX_ARCHIVE_BYTES:
            limit = MAX_ARCHIVE_BYTES // 1_000_000
            return _refused(
                f"{shown}: larger than {limit} MB; unpack it and index the folder",
                zh=f"{shown}：大于 {limit} MB，请解压后对文件夹建立索引",
                where=shown,
            )
        try:
            with zipfile.ZipFile(path) as archive:
                return self._unpacked(archive, shown, depth)
        except _BROKEN as error:
            return _refused(
                f"{shown}: no zip that can be opened ({error}); pack it again",
                zh=f"{shown}：无法打开的压缩包（{error}），请重新打包",
                where=shown,
            )

    def _unpacked(self, archive: zipfile.ZipFile, shown: str, depth: int) -> Unpacked:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            return _refused(
                f"{shown}: {len(entries)} entries, at most {MAX_ENTRIES} are read; split it",
                zh=f"{shown}：包含 {len(entries)} 个条目，最多读取 {MAX_ENTRIES} 个，请拆分",
                where=shown,
            )
        files: dict[str, PackedFile] = {}
        problems: list[ArticleRejected] = []
        for entry, name in zip(entries, _names(entries), strict=True):
            suffix = suffix_of(name)
            if _is_skipped(entry, name) or not (self._wanted(suffix) or suffix == ZIP_SUFFIX):
                continue
            try:
                path = self._write(archive, entry, f"{shown}/{name}", name)
            except ArticleRejected as rejected:
                problems.append(rejected)
                continue
            if suffix == ZIP_SUFFIX:
                inner = self._inner(path, f"{shown}/{name}", depth)
                problems += inner.problems
                found = [PackedFile(f"{name}/{file.name}", file.path) for file in inner.files]
            else:
                found = [PackedFile(name, path)]
            for file in found:
                files.setdefault(file.name, file)
        return Unpacked(tuple(files.values()), tuple(problems))

    def _inner(self, path: Path, shown: str, depth: int) -> Unpacked:
        if depth >= MAX_DEPTH:
            return _refused(
                f"{shown}: the {MAX_DEPTH + 1}th archive within another; unpack it",
                zh=f"{shown}：压缩包嵌套超过 {MAX_DEPTH} 层，请先解压",
                where=shown,
            )
        return self.unpack(path, shown=shown, depth=depth + 1)

    def _write(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str, name: str) -> Path:
        """Write one entry under a number. Raises ArticleRejected where its name or size is not to be trusted."""
        if not _is_plain(name):
            raise ArticleRejected(
                f"{shown[:300]}: a name that leads out of the archive; pack it again without folders above",
                zh=f"{shown[:300]}：文件名指向压缩包之外，请重新打包",
                where=shown[:300],
            )
        if entry.flag_bits & 0x1:
            raise ArticleRejected(
                f"{shown}: needs a password; pack it without one", zh=f"{shown}：需要密码，请不要加密打包", where=shown
            )
        suffix = suffix_of(name)
        limit = min(MAX_ARCHIVE_BYTES if suffix == ZIP_SUFFIX else MAX_FILE_BYTES, self._left)
        most = max(SMALL_BYTES, entry.compress_size * MAX_RATIO)
        self._count += 1
        path = self._folder / f"{self._count}{suffix}"
        written = 0
        try:
            with archive.open(entry) as packed, path.open("wb") as file:
                while chunk := packed.read(_CHUNK):
                    written += len(chunk)
                    if written > min(limit, most):
                        break
                    file.write(chunk)
        except _BROKEN as error:
            raise ArticleRejected(
                f"{shown}: cannot be unpacked ({error}); pack it again",
                zh=f"{shown}：无法解压（{error}），请重新打包",
                where=shown,
            ) from error
        self._left -= min(written, limit)
        if written > min(limit, most):
            path.unlink()
            raise ArticleRejected(
                f"{shown}: unpacks to more than {min(limit, most) // 1_000_000} MB; split it",
                zh=f"{shown}：解压后超过 {min(limit, most) // 1_000_000} MB，请拆分",
                where=shown,
            )
        return path


def _refused(message: str, *, zh: str, where: str) -> Unpacked:
    return Unpacked((), (ArticleRejected(message, zh=zh, where=where),))


def _names(entries: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Decode the names; those that do not say how are decoded alike, because one program wrote them all."""
    raw = [entry.orig_filename.encode("cp437") for entry in entries if not entry.flag_bits & _NAME_IS_UTF8]
    encoding = encoding_of(b"\n".join(raw)) or "cp437"
    for entry in entries:
        name = entry.orig_filename
        if not entry.flag_bits & _NAME_IS_UTF8:
            name = name.encode("cp437").decode(encoding, "replace")
        yield name.replace("\\", "/").split("\0", 1)[0]


def _is_skipped(entry: zipfile.ZipInfo, name: str) -> bool:
    parts = name.split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    hidden = any(part.startswith(".") and part not in ("..", ".") for part in parts)
    return name.endswith("/") or is_link or hidden or parts[0] == "__MACOSX"


def _is_plain(name: str) -> bool:
    return (
        ".." not in name.split("/")
        and not name.startswith("/")
        and ":" not in name.split("/", 1)[0]
        and len(name) < 450
    )
