"""A field read by a tagger of one's own: its labels become mentions.

In: a Document and a SequenceTagger. Out: Mentions of one field, a chunk each or, for things of several parts such as
an address, one for each row of chunks that touch. It does not know whether the tagger's labels mean what the field
does: whoever names them, in code or in the folder's tagger.toml, says so.

    labels = ["HC", "XH"]     # those of the tagger that mean the field
    joins_chunks = false      # true: chunks that touch are one value
    min_chunks = 1            # fewer parts than this in a row are no value
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.entities.chunks import Chunk
from nlp.entities.tagger import MAX_TOKENS, SequenceTagger, TaggerInvalid, load_tagger
from nlp.extraction.registry import ticket_field
from nlp.records import Document, Mention
from nlp.text import fold

SCORE = 0.78
"""Precision of the taggers measured on e-commerce titles not met in training lies between .7 and .8: a suggestion."""
LABELS_FILE = "tagger.toml"
LINES = {"labels": "a list of names", "joins_chunks": "true or false", "min_chunks": "a number from 1 on"}
_LINE = re.compile(rf"[^\n]{{1,{MAX_TOKENS}}}")


@dataclass(frozen=True, slots=True)
class TaggedField:
    """An Extractor of `name` by those labels of the tagger that mean it."""

    name: str
    tagger: SequenceTagger
    labels: frozenset[str]
    joins_chunks: bool = False
    min_chunks: int = 1  # fewer parts than this in a row are no value: a town alone is no address

    def extract(self, document: Document) -> Sequence[Mention]:
        """Tag each line and make mentions of what carries the field's labels."""
        view = fold(document.text)
        mentions: list[Mention] = []
        for line in _LINE.finditer(view.text):
            chunks = [one for one in self.tagger.chunks(line.group()) if one.label in self.labels]
            for row in self._rows(chunks):
                first, last = line.start() + row[0].start, line.start() + row[-1].end
                start, end = view.span(first, last)
                value = view.text[first:last].strip()
                parts = {one.label: line.group()[one.start : one.end] for one in row}
                why = f"tagger {self.tagger.name}: {' '.join(one.label for one in row)}"
                mentions.append(Mention(self.name, value, start, end, SCORE, why, (), {"value": value, **parts}))
        return tuple(mentions)

    def _rows(self, chunks: Sequence[Chunk]) -> list[list[Chunk]]:
        rows: list[list[Chunk]] = []
        for chunk in chunks:
            if self.joins_chunks and rows and rows[-1][-1].end == chunk.start:
                rows[-1].append(chunk)
            else:
                rows.append([chunk])
        return [row for row in rows if len(row) >= self.min_chunks]


def read_tagged_field(folder: Path) -> TaggedField:
    """Read a tagger and the labels that mean the field which its folder is named for.

    Raises:
        FieldUnknown: no field is called like the folder.
        model_cards.ModelCardError: the folder has no card, or lacks a file that the card names.
        TaggerInvalid: the files do not make a tagger, or its labels are others.
    """
    name = ticket_field(folder.name).name
    labels, joins_chunks, min_chunks = _read_lines(folder / LABELS_FILE)
    tagger = load_tagger(folder)
    known = sorted({tag.partition("-")[2] for tag in tagger.labels} - {""})
    if unknown := sorted(labels - set(known)):
        raise TaggerInvalid(f"{folder / LABELS_FILE}: the tagger has no label {unknown}; it has: {', '.join(known)}")
    return TaggedField(name, tagger, labels, joins_chunks=joins_chunks, min_chunks=min_chunks)


def _read_lines(path: Path) -> tuple[frozenset[str], bool, int]:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TaggerInvalid(f'{path} cannot be read: {error}. Write the labels into it: labels = ["..."]') from error
    labels, joins_chunks, min_chunks = said.get("labels"), said.get("joins_chunks", False), said.get("min_chunks", 1)
    fits = {
        "labels": isinstance(labels, list) and bool(labels) and all(isinstance(label, str) for label in labels),
        "joins_chunks": isinstance(joins_chunks, bool),
        "min_chunks": type(min_chunks) is int and min_chunks >= 1,
        **dict.fromkeys(said.keys() - LINES.keys(), False),
    }
    if wrong := sorted(name for name, is_fit in fits.items() if not is_fit):
        wanted = ", ".join(f"{name} = {what}" for name, what in LINES.items())
        raise TaggerInvalid(f"{path}: {', '.join(wrong)} does not fit; it holds {wanted}.")
    return frozenset(labels or ()), joins_chunks, min_chunks
