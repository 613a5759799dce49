"""What a doubtful stretch of a page may say instead: a document's span in, its likely spellings out.

A reader that was not sure of a character names what else it may be (records.Variant). Here one or two such characters
are put in place of what was read, likeliest first. Which spelling is right only a list can say: a catalogue, or the
business's records. What this does not know: fields and lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from nlp.document import origins_of
from nlp.records import Document, Variant

MAX_SPELLINGS = 6
"""Each is looked up once, perhaps in a system far away."""
MAX_VARIANTS = 12
"""Of one stretch, the likeliest: 12 alone and 66 pairs."""
MIN_ODDS = 0.02
"""Against what was read: of SROIE's misread lines that a rival mends, none needs a rarer one."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A stretch as it may be meant; `odds` against what was read, 1 is as likely."""

    text: str
    odds: float


def spellings_of(document: Document, start: int, end: int) -> tuple[Spelling, ...]:
    """Return what [start, end) may say instead, likeliest first; nothing where it was typed, heard or read surely."""
    variants = sorted(_variants(document, start, end), key=lambda variant: -variant.odds)[:MAX_VARIANTS]
    single = [[variant] for variant in variants]
    double = [[one, other] for one, other in combinations(variants, 2) if _are_apart(one, other)]
    text = document.text[start:end]
    found: dict[str, float] = {}
    for chosen in (*single, *double):
        odds = 1.0
        for variant in chosen:
            odds *= variant.odds
        spelled = _replaced(text, chosen)
        if spelled != text and odds >= MIN_ODDS:
            found[spelled] = max(found.get(spelled, 0.0), odds)
    ranked = sorted(found.items(), key=lambda pair: -pair[1])[:MAX_SPELLINGS]
    return tuple(Spelling(spelled, odds) for spelled, odds in ranked)


def _variants(document: Document, start: int, end: int) -> list[Variant]:
    """Return the variants that lie inside the span, counted from its start."""
    found = []
    for origin in origins_of(document, start, end):
        for variant in origin.part.variants:
            first, last = origin.start + variant.start, origin.start + variant.end
            is_inside = start <= first and last <= end and (first < last or start < first < end)
            if is_inside:
                found.append(Variant(first - start, last - start, variant.text, variant.odds))
    return found


def _are_apart(one: Variant, other: Variant) -> bool:
    first, second = sorted((one, other), key=lambda variant: (variant.start, variant.end))
    return first.end <= second.start and (first.start, first.end) != (second.start, second.end)


def _replaced(text: str, chosen: Sequence[Variant]) -> str:
    for variant in sorted(chosen, key=lambda variant: -variant.start):
        text = f"{text[: variant.start]}{variant.text}{text[variant.end :]}"
    return text
