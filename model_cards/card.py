"""A model card: Markdown whose YAML front matter says what a program must know, and whose prose tells a person the
rest.

In: the text of a card. Out: a `ModelCard`. It does not know whether the files are on this machine (see `rungs`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath

import yaml

from model_cards.errors import CardInvalid, CardMissing

FOLDER = Path(__file__).resolve().parent
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
SHA256 = re.compile(r"[0-9a-f]{64}")
OWN_CARD = "CARD.md"  # a model folder that came from elsewhere brings its card under this name


@dataclass(frozen=True, slots=True)
class CardFile:
    """One file of a model. `sha256` and `bytes` are None where the hub alone knows them (see `hub`).

    A file that bears another name on the hub has it in `hub_path`, one of another repository than the source's names
    that in `hub` and its `revision`.
    """

    path: str
    sha256: str | None
    bytes: int | None
    hub: str = ""
    revision: str = ""
    hub_path: str = ""


@dataclass(frozen=True, slots=True)
class CardSource:
    """Where the files come from: exactly one of `hub`, `package`, `shipped` is set.

    `hub` is a repository at `revision`; `package` a folder inside an installed distribution's package, `shipped` one
    inside ours; both of these are `package/folder/...`, and `requirement` is the release of the distribution that
    holds exactly these files. All three empty: the folder itself is the source (a model brought from elsewhere).
    """

    hub: str = ""
    revision: str = ""
    package: str = ""
    shipped: str = ""
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class CardEncoding:
    """How a sentence encoder is asked, where its own folder does not say it.

    `pooling` is "mean" or "cls"; `question` and `passage` are what the model was trained to see before each; 0 tokens:
    as many as the engine reads.
    """

    pooling: str = ""
    question: str = ""
    passage: str = ""
    max_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, with what is needed to get it again."""

    dataset: str
    metric: str
    value: float
    date: date
    command: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    name: str
    title: str
    task: str
    languages: tuple[str, ...]
    licence: str
    data: str
    recommended: bool
    source: CardSource
    files: tuple[CardFile, ...]
    metrics: tuple[Metric, ...]
    prose: str
    encoding: CardEncoding = CardEncoding()


def card_names() -> tuple[str, ...]:
    """Return the name of every card in the tree, in name order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


@cache
def load_card(name: str) -> ModelCard:
    """Read the card that bears this name, once: cards in the tree do not change under a running process.

    Raises
    ------
    CardMissing
        No card in the tree has this name.
    CardInvalid
        The card does not say what every card must say.

    Examples
    --------
    >>> load_card("silero-vad").task
    'voice-activity'
    """
    path = FOLDER / f"{name}.md"
    if NAME.fullmatch(name) is None or not path.is_file():
        raise CardMissing(
            f"No model card named {name[:80]!r}: a model without a card cannot be loaded. "
            f"Cards: {', '.join(card_names())}. To bring another model, put {OWN_CARD} into its folder."
        )
    return load_card_file(path, name=name)


def load_card_file(path: Path, *, name: str | None = None) -> ModelCard:
    """Read a card from a file; `name` is what it must call itself."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    if match is None:
        raise CardInvalid(f"{path}: a card begins with YAML between two lines of ---")
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise CardInvalid(f"{path}: the front matter is not YAML: {error}") from error
    if not isinstance(front, dict):
        raise CardInvalid(f"{path}: the front matter is not a mapping")
    try:
        card = _card_of(front, text[match.end() :].strip())
    except (KeyError, TypeError, ValueError) as error:
        raise CardInvalid(f"{path}: the front matter is wrong or lacks a key: {error!r}") from error
    if name is not None and card.name != name:
        raise CardInvalid(f"{path}: the card calls itself {card.name!r}")
    return card


def _card_of(front: Mapping[str, object], prose: str) -> ModelCard:
    name = _text(front, "name")
    if NAME.fullmatch(name) is None:
        raise ValueError(f"name {name!r} must match {NAME.pattern}")
    return ModelCard(
        name=name,
        title=_text(front, "title"),
        task=_text(front, "task"),
        languages=tuple(str(language) for language in _rows(front["languages"])),
        licence=_text(front, "licence"),
        data=_text(front, "data"),
        recommended=bool(front["recommended"]),
        source=_source_of(_mapping(front["source"])),
        files=tuple(_file_of(_mapping(row)) for row in _rows(front["files"])),
        metrics=tuple(_metric_of(_mapping(row)) for row in _rows(front["metrics"])),
        prose=prose,
        encoding=_encoding_of(_mapping(front.get("encoding", {}))),
    )


def _source_of(row: Mapping[str, object]) -> CardSource:
    source = CardSource(**{key: str(value) for key, value in row.items()})
    if sum(map(bool, (source.hub, source.package, source.shipped))) > 1:
        raise ValueError("source names more than one of hub, package, shipped")
    if source.hub and not source.revision:
        raise ValueError("a hub source needs a revision")
    if source.package and not source.requirement:
        raise ValueError("a package source needs the requirement that brings it")
    return source


def _encoding_of(row: Mapping[str, object]) -> CardEncoding:
    if row.get("pooling", "mean") not in ("mean", "cls"):
        raise ValueError(f"pooling is mean or cls, not {row['pooling']!r}")
    texts = {key: str(value) for key, value in row.items() if key != "max_tokens"}
    max_tokens = row.get("max_tokens", 0)
    if not isinstance(max_tokens, int) or max_tokens < 0:
        raise ValueError(f"max_tokens is a whole number, not {max_tokens!r}")
    return CardEncoding(**texts, max_tokens=max_tokens)


def _file_of(row: Mapping[str, object]) -> CardFile:
    path, sha256, size = _text(row, "path"), row["sha256"], row["bytes"]
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise ValueError(f"file path {path!r} leaves the model's folder")
    if sha256 is not None and SHA256.fullmatch(str(sha256)) is None:
        raise ValueError(f"sha256 of {path} is not 64 hexadecimal digits")
    if size is not None and not isinstance(size, int):
        raise ValueError(f"bytes of {path} is not a whole number")
    there = {key: _text(row, key) for key in ("hub", "revision", "hub_path") if key in row}
    if ("hub" in there) != ("revision" in there):
        raise ValueError(f"{path} names a hub or a revision without the other")
    return CardFile(path=path, sha256=None if sha256 is None else str(sha256), bytes=size, **there)


def _metric_of(row: Mapping[str, object]) -> Metric:
    value, measured = row["value"], row["date"]
    if not isinstance(value, int | float) or not isinstance(measured, date):
        raise ValueError(f"a metric's value is a number and its date a date, not {value!r}, {measured!r}")
    return Metric(_text(row, "dataset"), _text(row, "metric"), float(value), measured, _text(row, "command"))


def _text(row: Mapping[str, object], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} must be a text that is not empty")
    return value.strip()


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"expected a mapping, not {value!r}")
    return value


def _rows(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, not {value!r}")
    return value
