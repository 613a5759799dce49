"""How sure: from likelihoods and cover to a confidence, and from that to fill, suggest or none.

In: what the searches found. Out: a CatalogueMatch. The constants were fitted on made-up catalogues by
training/fit_catalogue.py and are measured on public ones by training/eval_catalogue.py. It does not search.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.extraction.catalogue_near import Near
from nlp.records import Candidate

TextSource = Literal["ocr", "speech", "text"]
MatchStatus = Literal["auto", "suggest", "none"]

MAX_CANDIDATES = 5
AUTO_CONFIDENCE = 0.98
SUGGEST_CONFIDENCE = 0.5
EXACT_CONFIDENCE = 0.995
LISTED_SHARE = 0.7
"""Before anything is read: seven codes in ten that customers send are the catalogue's."""
TEMPERATURE = 1.6
NONE_BIAS = 0.0
COVER_SLOPE, COVER_MIDDLE, MARGIN_SLOPE = 14.0, 0.72, 6.0


@dataclass(frozen=True, slots=True)
class CatalogueMatch:
    """`code` is None where nothing in the catalogue is meant."""

    code: str | None
    status: MatchStatus
    confidence: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One name or key that may be meant, with the codes that bear it; `confidence` that it is meant."""

    codes: tuple[str, ...]
    confidence: float


NO_MATCH = CatalogueMatch(None, "none", 0.0)


def beliefs_of(near: Near, *, listed: int) -> tuple[float, ...]:
    """Share the belief out among near keys and "none of these"; return the keys' part."""
    if not near.keys:
        return ()
    prior = math.log(LISTED_SHARE / max(listed, 1))
    logits = [(prior + likelihood) / TEMPERATURE for likelihood in near.likelihoods]
    stranger = (math.log(1 - LISTED_SHARE) + near.stranger) / TEMPERATURE + NONE_BIAS
    top = max(*logits, stranger)
    weights = [math.exp(logit - top) for logit in logits]
    total = sum(weights) + math.exp(stranger - top)
    return tuple(weight / total for weight in weights)


def belief_of_cover(cover: float, rival: float) -> float:
    """Return how sure a name is that covers so much of what was said, beside the next best."""
    logit = COVER_SLOPE * (cover - COVER_MIDDLE) + MARGIN_SLOPE * min(cover - rival, 0.3)
    return 1 / (1 + math.exp(-logit))


def decided(readings: Sequence[Reading], *, may_fill: bool) -> CatalogueMatch:
    """Fill where one code is sure, suggest where one name is likely, else none, with the rivals either way."""
    ranked = sorted(readings, key=lambda reading: -reading.confidence)
    if not ranked:
        return NO_MATCH
    best = ranked[0]
    shares: dict[str, float] = {}
    for reading in ranked:
        for code in reading.codes[:MAX_CANDIDATES]:
            share = min(reading.confidence / len(reading.codes), 1 - sum(shares.values()))
            if code not in shares and len(shares) < MAX_CANDIDATES and share > 0:
                shares[code] = share
    candidates = tuple(Candidate(code, round(share, 4)) for code, share in shares.items())
    code, sure = candidates[0].value, candidates[0].confidence
    if may_fill and len(best.codes) == 1 and sure >= AUTO_CONFIDENCE:
        return CatalogueMatch(code, "auto", sure, candidates)
    if best.confidence >= SUGGEST_CONFIDENCE:
        return CatalogueMatch(code, "suggest", sure, candidates)
    return CatalogueMatch(None, "none", round(max(1 - sum(shares.values()), 0.0), 4), candidates)
