"""English sentences said in Chinese words: token numbers and an alignment in, token numbers out.

Parallel texts of what customers write are not to be had; their English is, and which Chinese words say its words. The
order stays English, so it teaches words in company, not grammar. It does not know where a sentence is from.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.encoder_vocabulary import PREFIX, SPECIAL, Vocabulary
from training.word_alignment import NOBODY, Link

SAID_BY = 3
"""Chinese words among which one is drawn for an English one: the rest are rarer, and more often wrong."""
LEAST_CHANCE = 0.1
"""A Chinese word that says an English one more seldom says something else."""
LEAST_SHARE = 0.1
"""An English word that a Chinese one says more seldom is only said beside it: "my" beside 父亲."""
SWITCHED = 0.8
"""Share of words that change: names and what is English in Chinese texts too stay beside Chinese words."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Chinese pieces that say an English piece, and how often; NOBODY: it is left out."""

    said_by: Mapping[int, tuple[tuple[int, ...], tuple[float, ...]]]
    inside: frozenset[int]  # English pieces that go on a word
    special: frozenset[int]


def ways_of(link: Link, vocabulary: Vocabulary) -> Ways:
    """Turn an alignment round: for each English piece, in our numbers, who says it."""
    own = {number: at for at, number in enumerate(vocabulary.kept)}
    found: dict[int, list[tuple[float, int]]] = {}
    rows = zip(link.chinese.tolist(), link.english.tolist(), link.chance.tolist(), link.seen.tolist(), strict=True)
    for chinese, english, chance, seen in rows:
        is_word = chinese >= len(vocabulary.english) and chance >= LEAST_CHANCE
        if english in own and (is_word or chinese == NOBODY):
            found.setdefault(own[english], []).append((seen, chinese))
    said_by = {}
    for english, says in found.items():
        least = LEAST_SHARE * sum(seen for seen, _ in says)
        best = [one for one in sorted(says, reverse=True)[:SAID_BY] if one[0] >= least]
        if any(chinese != NOBODY for _, chinese in best):
            said_by[english] = (tuple(chinese for _, chinese in best), tuple(seen for seen, _ in best))
    inside = frozenset(at for at, piece in enumerate(vocabulary.english) if piece.startswith(PREFIX))
    return Ways(said_by, inside, frozenset(at for at, piece in enumerate(vocabulary.english) if piece in SPECIAL))


def switched(ids: Sequence[int], ways: Ways, *, chance: random.Random) -> tuple[int, ...]:
    """Return a sentence with most of its words said in Chinese; a word of several pieces stays."""
    found: list[int] = []
    for at, piece in enumerate(ids):
        goes_on = piece in ways.inside or (at + 1 < len(ids) and ids[at + 1] in ways.inside)
        if piece not in ways.said_by or goes_on or piece in ways.special or chance.random() > SWITCHED:
            found.append(piece)
            continue
        words, weights = ways.said_by[piece]
        drawn = chance.choices(words, weights)[0]
        found += [] if drawn == NOBODY else [drawn]
    return tuple(found)
