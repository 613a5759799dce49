"""How sure: from likelihoods and cover to a confidence, and from that to fill, suggest or none.

In: what the searches found. Out: a CatalogueMatch. The constants were fitted on made-up catalogues by
training/fit_catalogue.py and are measured on public ones by training/eval_catalogue.py. It does not search.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Scale:
    """Logit of the nearest key being meant: log-odds against "none", lead over the next key, cost of what was bent."""

    against_none: float
    lead: float
    bent: float
    start: float


SCALES: Mapping[TextSource, Scale] = {
    "ocr": Scale(0.315, 0.219, -0.260, -2.103),
    "text": Scale(0.168, 0.215, -0.280, -0.409),
    "speech": Scale(0.313, 0.239, -0.284, -3.589),
}
"""Logistic regression on about 2,000 bent codes each of made-up catalogues, half unlisted: training.fit_catalogue."""
SOUND_CONFIDENCE = 0.95
"""Names are matched by sound to suggest, never to fill: filling was wrong in 3% of 400 spoken names."""
MAX_AGAINST_NONE, MAX_LEAD = 25.0, 10.0
RIVAL_TEMPERATURE = 1.5
COVER_SLOPE, COVER_MIDDLE, MARGIN_SLOPE = 14.0, 0.72, 6.0
STRAIN_SLOPE, EASY_STRAIN = 2.0, 0.6


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


def beliefs_of(near: Near, *, listed: int, source: TextSource) -> tuple[float, ...]:
    """Return how sure each near key is; what is left to 1 is "none of these"."""
    if not near.keys:
        return ()
    scale, best = SCALES[source], near.likelihoods[0]
    against = best + math.log(LISTED_SHARE / max(listed, 1)) - near.stranger - math.log(1 - LISTED_SHARE)
    against = max(-MAX_AGAINST_NONE, min(against, MAX_AGAINST_NONE))
    lead = min(best - near.likelihoods[1], MAX_LEAD) if len(near.likelihoods) > 1 else MAX_LEAD
    logit = scale.against_none * against + scale.lead * lead + scale.bent * near.bent + scale.start
    top = 1 / (1 + math.exp(-logit))
    others = [top * math.exp((likelihood - best) / RIVAL_TEMPERATURE) for likelihood in near.likelihoods[1:]]
    room = min(1.0, (1 - top) / sum(others)) if others else 1.0
    return (top, *(room * other for other in others))


def belief_of_cover(cover: float, rival: float, *, strain: float = 0.0) -> float:
    """Return how sure a name is that covers so much of what was said, beside the next best.

    `strain`: what reading the words by their sound cost, a word.
    """
    logit = COVER_SLOPE * (cover - COVER_MIDDLE) + MARGIN_SLOPE * min(cover - rival, 0.3)
    logit -= STRAIN_SLOPE * max(strain - EASY_STRAIN, 0.0)
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
