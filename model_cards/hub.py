"""Fetch a model from its hub, once, when a person asks for it.

In: a card's name. Out: `models_dir/name`, whole and checked, with a MANIFEST.json of what was received. A download
that broke off goes on where it stopped; a file that is not the named one is deleted. The folder appears by one rename
at the very end, so a half model can never be loaded. Where the card has no sha256 yet, the hub's own checksum is the
judge (sha256 of large files, git's blob hash of small ones) and the manifest records what came: trust on first use.
It does not know who asks: serving never does.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from model_cards.card import SHA256, CardFile, ModelCard, load_card
from model_cards.errors import ChecksumMismatch, ModelCardError, ModelMissing, PullFailed
from model_cards.rungs import BLOCK_BYTES, MANIFEST, Located, locate, sha256_of, verify

if TYPE_CHECKING:
    import httpx

DEFAULT_ENDPOINT = "https://huggingface.co"
CONNECT_TIMEOUT_S = 15.0
READ_TIMEOUT_S = 60.0
FRUITLESS_TRIES = 3
"""How often a download may break off in a row without a single new byte before it is given up."""
REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far one file is; `total_bytes` is None until the hub has said."""

    name: str
    path: str
    received_bytes: int
    total_bytes: int | None


OnProgress = Callable[[PullProgress], None]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the card and the hub say of a file before it comes."""

    url: str
    bytes: int | None
    sha256: str | None
    git_sha1: str | None
    commit: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One file on its way."""

    name: str
    path: str
    expected: Expected
    target: Path


def pull(
    name: str, *, models_dir: Path, endpoint: str = DEFAULT_ENDPOINT, on_progress: OnProgress | None = None
) -> Located:
    """Bring a model into `models_dir/name`, unless it lies there whole already.

    Raises
    ------
    CardMissing
        No card bears this name.
    PullFailed
        The hub cannot be reached, does not have the file, or breaks off again and again. What came is kept for the
        next try.
    ChecksumMismatch
        A file is not the named one; it was deleted and nothing became loadable.
    """
    card = load_card(name)
    if not card.source.hub or _is_whole(name, models_dir):
        return locate(name, models_dir=models_dir)
    try:
        _bring(card, models_dir, endpoint=endpoint, on_progress=on_progress or _unheard)
    except OSError as error:
        raise PullFailed(f"Cannot write to {models_dir}: {error}. Make room or name another folder.") from error
    return locate(name, models_dir=models_dir)


def _bring(card: ModelCard, models_dir: Path, *, endpoint: str, on_progress: OnProgress) -> None:
    """Fetch every file of a card beside the models, then put the folder in place."""
    import httpx

    partial = models_dir / ".partial" / card.name
    partial.mkdir(parents=True, exist_ok=True)
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    received = []
    with httpx.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}) as client:
        for file in card.files:
            fetch = Fetch(card.name, file.path, _ask(client, card, file, endpoint), partial / file.path)
            _download(client, fetch, on_progress)
            received.append(_checked(fetch))
    _settle(card, partial, models_dir / card.name, received, endpoint)


def _unheard(progress: PullProgress) -> None:
    """Drop the progress nobody asked for."""


def _is_whole(name: str, models_dir: Path) -> bool:
    try:
        checks = verify(name, models_dir=models_dir)
    except ModelMissing:
        return False
    return all(check.state in ("ok", "unrecorded") for check in checks)


def _ask(client: httpx.Client, card: ModelCard, file: CardFile, endpoint: str) -> Expected:
    """Ask the hub for a file's checksum and size; they stand on its own answer, before it redirects to where the
    bytes lie.
    """
    import httpx

    repository, revision = file.hub or card.source.hub, file.revision or card.source.revision
    url = f"{endpoint.rstrip('/')}/{repository}/resolve/{quote(revision)}/{quote(file.hub_path or file.path)}"
    host = urlsplit(url).netloc
    for _ in range(REDIRECTS):
        try:
            response = client.head(url)
        except httpx.HTTPError as error:
            raise PullFailed(f"Cannot reach {url}: {error}. Check the network or name a mirror as endpoint.") from error
        following = urljoin(url, response.headers.get("location", ""))
        if not response.is_redirect or "x-linked-etag" in response.headers or urlsplit(following).netloc != host:
            break
        url = following
    if response.status_code >= 400:
        raise PullFailed(f"{url} answered {response.status_code}. Check the card's source: {repository}@{revision}")
    etag = response.headers.get("x-linked-etag", response.headers.get("etag", "")).removeprefix("W/").strip('"')
    size = response.headers.get("x-linked-size") or (
        response.headers.get("content-length") if response.is_success else None
    )
    return Expected(
        url=url,
        bytes=file.bytes if file.bytes is not None else int(size) if size else None,
        sha256=file.sha256 or (etag if SHA256.fullmatch(etag) else None),
        git_sha1=etag if len(etag) == 40 else None,
        commit=response.headers.get("x-repo-commit", ""),
    )


def _download(client: httpx.Client, fetch: Fetch, on_progress: OnProgress) -> None:
    """Fetch until the file has its size; after a break go on from the last byte."""
    import httpx

    fetch.target.parent.mkdir(parents=True, exist_ok=True)
    fruitless = 0
    while True:
        before = _size(fetch.target)
        if fetch.expected.bytes is not None and before >= fetch.expected.bytes:
            on_progress(PullProgress(fetch.name, fetch.path, before, fetch.expected.bytes))
            return
        try:
            _stream(client, fetch, before, on_progress)
        except httpx.TransportError as error:
            fruitless = fruitless + 1 if _size(fetch.target) <= before else 0
            if fruitless >= FRUITLESS_TRIES:
                raise PullFailed(
                    f"{fetch.expected.url} broke off {fruitless} times at {before} bytes: {error}. "
                    f"What came is kept; run again: beforehand models pull {fetch.name}"
                ) from error
            continue
        if fetch.expected.bytes is None or _size(fetch.target) >= fetch.expected.bytes:
            return
        fruitless = fruitless + 1 if _size(fetch.target) <= before else 0
        if fruitless >= FRUITLESS_TRIES:
            raise PullFailed(f"{fetch.expected.url} ends at {_size(fetch.target)} of {fetch.expected.bytes} bytes.")


def _stream(client: httpx.Client, fetch: Fetch, have_bytes: int, on_progress: OnProgress) -> None:
    """Read one answer to its end or its break. A server that ignores the range sends everything: begin anew."""
    headers = {"Range": f"bytes={have_bytes}-"} if have_bytes else {}
    with client.stream("GET", fetch.expected.url, headers=headers, follow_redirects=True) as response:
        if response.status_code == 416:  # what lies here is longer than the file: it is not the beginning of it
            fetch.target.unlink(missing_ok=True)
        if response.status_code not in (200, 206):
            raise PullFailed(
                f"{fetch.expected.url} answered {response.status_code}. Run again: beforehand models pull {fetch.name}"
            )
        is_rest = response.status_code == 206
        total = fetch.expected.bytes
        size = have_bytes if is_rest else 0
        with fetch.target.open("ab" if is_rest else "wb") as stream:
            for block in response.iter_raw():  # blocks as they come: what is buffered when it breaks would be lost
                stream.write(block)
                size += len(block)
                on_progress(PullProgress(fetch.name, fetch.path, size, total))
                if total is not None and size > total:
                    break


def _checked(fetch: Fetch) -> dict[str, str | int]:
    """Compare what came with what was named; delete it where it differs."""
    expected, found = fetch.expected, sha256_of(fetch.target)
    size = fetch.target.stat().st_size
    wrong = ""
    if expected.bytes is not None and size != expected.bytes:
        wrong = f"{size} bytes came, {expected.bytes} were named"
    elif expected.sha256 is not None and found != expected.sha256:
        wrong = f"its sha256 is {found}, {expected.sha256} was named"
    elif expected.sha256 is None and expected.git_sha1 is not None and _git_sha1(fetch.target) != expected.git_sha1:
        wrong = "its git hash is not the one the hub names"
    if wrong:
        fetch.target.unlink()
        raise ChecksumMismatch(
            f"{fetch.path} of {fetch.name} from {expected.url} is not the file it should be: {wrong}. It was deleted. "
            f"Run again: beforehand models pull {fetch.name}; if it stays so, do not trust this source."
        )
    return {"path": fetch.path, "sha256": found, "bytes": size, "commit": expected.commit}


def _settle(card: ModelCard, partial: Path, folder: Path, received: list[dict[str, str | int]], endpoint: str) -> None:
    """Write the manifest and put the whole folder in place by a rename."""
    manifest = {"name": card.name, "hub": card.source.hub, "endpoint": endpoint, "files": received}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if folder.exists():
        replaced = partial.with_name(f"{card.name}.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        os.replace(folder, replaced)
        os.replace(partial, folder)
        shutil.rmtree(replaced)
    else:
        os.replace(partial, folder)
    try:
        locate(card.name, models_dir=folder.parent)
    except ModelCardError as error:
        raise PullFailed(f"{folder} was pulled and still cannot be used: {error}") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _git_sha1(path: Path) -> str:
    """Hash a file as git names a blob; it tells accident from intent no better than git does."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
