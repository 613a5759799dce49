"""Bursts: a value sent in pieces, over several short messages of one side, is one value.

In: a Document and extractors. Out: Mentions that cross the seams ("订单号" / "2024" / "0518936"); each stands in the
document from its first piece to its last, so its evidence quotes every message. It does not know who is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.document import compose
from nlp.extraction.field import LABEL
from nlp.extraction.registry import ticket_fields
from nlp.extraction.turns import Utterance, utterances
from nlp.records import Document, Extractor, Mention, Part
from nlp.text import fold

MAX_PIECE_CHARS = 24
"""Sixteen digits said one by one with a space between some of them; what is longer is a value of its own."""
MAX_HEAD_CHARS = 9
"""A piece that more follows is short: people break after three, four or eight characters. Ten digits are complete."""
MIN_PIECE_CHARS = 2
"""A single digit in a message of its own is a count, a floor or the answer to "which one"."""
MAX_BURST = 12
"""Pieces of one burst; bounds the work on a chat of one-character messages."""

_DIGIT = r"[0-9零一二三四五六七八九幺洞拐勾]"
_PIECE = re.compile(
    rf"[\s,.。#:*]{{0,3}}(?P<piece>[A-Z]{{0,4}}-?{_DIGIT}(?:[ -]?[A-Z]?{_DIGIT}){{0,19}}-?[A-Z]?)[\s,.。!~]{{0,3}}",
    re.IGNORECASE,
)
_LAST_PIECE = re.compile(
    rf"(?<![A-Z0-9-])(?P<piece>[A-Z]{{0,4}}-?{_DIGIT}[A-Z0-9零一二三四五六七八九幺洞拐勾-]{{0,23}}|(?-i:[A-Z]{{2,4}})-?)[\s,.。]{{0,3}}$",
    re.IGNORECASE,
)
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True)
class _Burst:
    """Utterances of one side: the one that may hold the label, then the pieces."""

    head: Utterance | None
    pieces: tuple[Utterance, ...]


def burst_mentions(document: Document, extractors: Sequence[Extractor]) -> list[Mention]:
    """Find the identifiers that were sent in pieces."""
    known = ticket_fields()
    found: list[Mention] = []
    for burst in _bursts(document):
        joined = _joined(document, burst)
        for extractor in extractors:
            if extractor.name in known and known[extractor.name].is_identifier:
                found += joined.mentions(extractor)
    return found


def _bursts(document: Document) -> Iterator[_Burst]:
    said = utterances(document)
    at = 0
    while at + 1 < len(said):
        pieces = _pieces(document, said[at : at + MAX_BURST])
        if len(pieces) < 2:
            at += 1
            continue
        is_same_side = at > 0 and said[at - 1].role == pieces[0].role
        yield _Burst(said[at - 1] if is_same_side else None, pieces)
        at += len(pieces)


def _pieces(document: Document, said: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Return the utterances that continue the first one's last piece; fewer than two where none does."""
    first = _LAST_PIECE.search(_text(document, said[0])[-MAX_PIECE_CHARS:])
    if first is None:
        return ()
    pieces, so_far = [said[0]], first["piece"]
    for utterance in said[1:]:
        more = (
            _PIECE.fullmatch(_text(document, utterance)) if utterance.end - utterance.start <= MAX_PIECE_CHARS else None
        )
        is_open = len(so_far) <= MAX_HEAD_CHARS or so_far.endswith("-")
        if more is None or not is_open or _MOBILE.fullmatch(so_far):
            break
        piece = more["piece"]
        is_whole = len(piece) > MAX_HEAD_CHARS or _MOBILE.fullmatch(piece)
        if is_whole or len(piece) < MIN_PIECE_CHARS or (utterance.role, utterance.kind) != (said[0].role, said[0].kind):
            break
        if so_far == piece:
            break  # the same again is said again, not said on
        pieces.append(utterance)
        so_far += piece
    return tuple(pieces)


def _text(document: Document, utterance: Utterance) -> str:
    return fold(document.text[utterance.start : utterance.end]).text


@dataclass(frozen=True, slots=True)
class _Joined:
    """The burst as one line, and where its origins stand in the whole document."""

    document: Document
    shifts: tuple[int, ...]  # for each origin, what to add to come back to the whole document

    def mentions(self, extractor: Extractor) -> Iterable[Mention]:
        """Return the mentions that cross a seam, in the whole document's characters."""
        for mention in extractor.extract(self.document):
            start, end = self._at(mention.start), self._at(mention.end - 1) + 1
            if end - start > mention.end - mention.start:
                yield replace(mention, start=start, end=end, why=f"{mention.why or LABEL}, over several messages")

    def _at(self, position: int) -> int:
        at = max(i for i, origin in enumerate(self.document.origins) if origin.start <= position)
        return position + self.shifts[at]


def _joined(document: Document, burst: _Burst) -> _Joined:
    """Put the pieces on one line; the utterance before them keeps its own, for the label that may end it."""
    members = (burst.head, *burst.pieces) if burst.head else burst.pieces
    first, last = members[0], members[-1]
    origins = [origin for origin in document.origins if first.start <= origin.start < last.end]
    origins = [origin for origin in origins if origin.part.kind != "image"]
    seams = {piece.start for piece in burst.pieces[1:]}
    parts: list[Part] = [
        replace(origin.part, joiner="") if origin.start in seams else origin.part for origin in origins
    ]
    small = compose(parts, locale=document.locale, reference_time=document.reference_time, region=document.region)
    shifts = tuple(whole.start - own.start for whole, own in zip(origins, small.origins, strict=True))
    return _Joined(small, shifts)
