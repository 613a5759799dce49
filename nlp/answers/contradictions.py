"""Two passages in, the sentences in which they contradict each other out: the same said, with another number or denied.

Sentences are compared that share most of their words and name the same codes and models; one that counts three days
where the other counts seven, or that denies what the other says, contradicts it. It knows words, not meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from nlp.answers.answer_units import split_units
from nlp.answers.draft_words import Quantity, codes, denied, quantities, stated
from nlp.search.tokens import tokens

MAX_SENTENCES = 40
LEAST_ALIKE = 0.55
"""Jaccard of words, numbers and denials left out: from here on two sentences of the example articles say the same."""
LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Contradiction:
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    words: frozenset[str]
    codes: frozenset[str]
    quantities: frozenset[Quantity]


def contradiction_of(one: str, other: str) -> Contradiction | None:
    """Return the first sentences that contradict each other; None where none do.

    >>> contradiction_of("签收后七天内可以无理由退货。", "签收后三十天内可以无理由退货。") is None
    False
    >>> contradiction_of("E4 表示缺水，请加水。", "E5 表示缺水，请加水。") is None
    True
    """
    for mine, theirs in product(_sentences(one), _sentences(other)):
        if mine.codes != theirs.codes or not _are_alike(mine, theirs):
            continue
        if _count_otherwise(mine, theirs) or _deny(mine, theirs):
            return Contradiction(mine.text, theirs.text)
    return None


def _sentences(text: str) -> list[_Said]:
    said = [text[unit.start : unit.end] for unit in split_units(text) if unit.kind in ("sentence", "step", "item")]
    return [_Said(one, _words(one), codes(one), quantities(one)) for one in said[:MAX_SENTENCES]]


def _words(text: str) -> frozenset[str]:
    return frozenset(
        token.text
        for token in tokens(text)
        if token.kind in ("pair", "word") and not any(map(str.isnumeric, token.text))
    )  # fmt: skip


def _are_alike(mine: _Said, theirs: _Said) -> bool:
    if min(len(mine.words), len(theirs.words)) < LEAST_WORDS:
        return False
    return len(mine.words & theirs.words) >= LEAST_ALIKE * len(mine.words | theirs.words)


def _count_otherwise(mine: _Said, theirs: _Said) -> bool:
    """Say whether each counts something in a unit that the other counts differently."""
    for unit in {one.unit for one in mine.quantities if one.unit}:
        counted, otherwise = (
            {one.value for one in said.quantities if one.unit == unit} for said in (mine, theirs)
        )  # fmt: skip
        if counted - otherwise and otherwise - counted:
            return True
    return False


def _deny(mine: _Said, theirs: _Said) -> bool:
    one = denied(mine.text) & stated(theirs.text) - denied(theirs.text)
    other = denied(theirs.text) & stated(mine.text) - denied(mine.text)
    return bool(one) != bool(other)
