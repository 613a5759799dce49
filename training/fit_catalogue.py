"""Fit how sure a near match is, on catalogues made up here.

In: a seed. Out: temperature and bias for nlp/extraction/catalogue_decision.py, printed. Made-up codes come in families
(one stem, many endings) as real ones do, half of the queries have no right answer. No public list is read.

    python -m training.fit_catalogue
"""

from __future__ import annotations

import argparse
import math
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from nlp.extraction.catalogue_channel import reader_channel, typist_channel
from nlp.extraction.catalogue_decision import LISTED_SHARE
from nlp.extraction.catalogue_keys import key_of, skeleton_of
from nlp.extraction.catalogue_near import NearIndex
from training.catalogue_noise import worn

TEMPERATURES = np.arange(0.8, 4.01, 0.2)
BIASES = np.arange(-2.0, 4.01, 0.5)


@dataclass(frozen=True, slots=True)
class Trial:
    """Log-odds before scaling: of the keys found, of none; `right` is the meant key's place, -1 where it is not listed."""

    logits: tuple[float, ...]
    stranger: float
    right: int


def made_up_codes(count: int, *, seed: int) -> list[str]:
    """Make codes in families: a brand's way of writing, a stem that grows, endings for regions and versions."""
    chance = random.Random(seed)
    codes: dict[str, None] = {}
    while len(codes) < count:
        brand = _text(chance, string.ascii_uppercase, chance.randint(0, 4)) + chance.choice(("", "-", "-", " "))
        letters = _text(chance, string.ascii_uppercase, chance.randint(0, 2))
        digits = chance.randint(3, 5)
        endings = [_text(chance, string.ascii_uppercase + string.digits, chance.randint(0, 3)) for _ in range(6)]
        for _ in range(chance.randint(10, 200)):
            stem = f"{brand}{letters}{chance.randrange(10 ** (digits - 1), 10**digits)}"
            for ending in chance.sample(endings, chance.randint(1, 4)):
                codes[f"{stem}{chance.choice(('', '', '/'))}{ending}"] = None
    return list(codes)[:count]


def _text(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def trials(*, seed: int, source: str, queries: int = 800) -> list[Trial]:
    """Match bent codes of which half are not listed."""
    chance = random.Random(seed)
    codes = made_up_codes(12_000, seed=seed)
    absent = set(chance.sample(codes, len(codes) // 5))
    listed = list(dict.fromkeys(key_of(code) for code in codes if code not in absent))
    index = NearIndex(listed, fold=skeleton_of)
    places = {key: place for place, key in enumerate(listed)}
    channel = reader_channel() if source == "ocr" else typist_channel()
    found: list[Trial] = []
    for _ in range(queries):
        code = chance.choice(sorted(absent)) if chance.random() < 0.5 else chance.choice(codes)
        key = key_of(worn(code, chance.choice((0.0, 0.05, 0.1, 0.25)), chance))
        if key in places:
            continue  # exact matches are decided without a search
        near = index.near(key, channel)
        prior = math.log(LISTED_SHARE / len(listed))
        place = places.get(key_of(code), -1)
        right = near.keys.index(place) if place in near.keys else -1
        logits = tuple(prior + likelihood for likelihood in near.likelihoods)
        found.append(Trial(logits, math.log(1 - LISTED_SHARE) + near.stranger, right))
    return found


def surprise(found: Sequence[Trial], temperature: float, bias: float) -> float:
    """Return the mean of -log(belief in what is right)."""
    total = 0.0
    for trial in found:
        scaled = np.array([*trial.logits, trial.stranger]) / temperature
        scaled[-1] += bias
        scaled -= scaled.max()
        total -= float(scaled[trial.right] - np.log(np.exp(scaled).sum()))
    return total / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence of near matches on made-up catalogues")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for source in ("ocr", "text"):
        found = [trial for seed in range(3) for trial in trials(seed=arguments.seed + seed, source=source)]
        best = min((surprise(found, t, b), t, b) for t in TEMPERATURES for b in BIASES)
        Console().print(f"{source}: surprise {best[0]:.4f} at temperature {best[1]:.1f}, bias {best[2]:.2f}")


if __name__ == "__main__":
    main()
