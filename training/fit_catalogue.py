"""Fit how sure a near match is, on catalogues made up here.

In: a seed. Out: the scales of nlp/extraction/catalogue_decision.py, printed. Made-up codes come in families (one stem,
many endings) as real ones do, half of the queries have no right answer. No public list is read.

    python -m training.fit_catalogue
"""

from __future__ import annotations

import argparse
import math
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped, unused-ignore]

from nlp.extraction.catalogue_channel import Channel, reader_channel, speller_channel, typist_channel
from nlp.extraction.catalogue_decision import LISTED_SHARE, MAX_AGAINST_NONE, MAX_LEAD
from nlp.extraction.catalogue_keys import key_of, skeleton_of, spoken_skeleton_of
from nlp.extraction.catalogue_near import Near, NearIndex
from nlp.extraction.catalogue_spelling import spelt_key
from training.catalogue_noise import LISTED, worn
from training.catalogue_speech import said_en, said_zh

PRODUCTS = 12_000
CATALOGUES = 3
QUERIES = 1_000
KEYBOARD = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
TYPING_SLIPS = 0.06
Bend = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One way of taking down: how codes are bent, read as keys and compared."""

    name: str
    channel: Channel
    bend: Bend
    read: Callable[[str], str]
    fold: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the belief is drawn from, and whether the nearest key was meant."""

    features: tuple[float, float, float]
    is_right: bool


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


def read_badly(code: str, chance: random.Random) -> str:
    return worn(code, chance.choice((0.0, 0.05, 0.1, 0.25)), chance)


def typed_badly(code: str, chance: random.Random) -> str:
    """Hit a neighbour, skip, repeat or take a twin in six of a hundred characters; cut one code in seven short."""
    text = "".join(_typed(c, chance) if chance.random() < TYPING_SLIPS else c for c in code)
    return text[:-1] if chance.random() < 1 / 7 and len(text) > 5 else text


def _typed(character: str, chance: random.Random) -> str:
    upper, kind = character.upper(), chance.random()
    row = next((row for row in KEYBOARD if upper in row), upper)
    if kind < 0.35:
        return row[max(0, min(len(row) - 1, row.index(upper) + chance.choice((-1, 1))))]
    if kind < 0.6:
        return ""
    return 2 * character if kind < 0.75 else LISTED.get(upper, character)


def said_badly(code: str, chance: random.Random) -> str:
    return (said_zh if chance.random() < 0.5 else said_en)(code, chance, is_code=True)


def trials(setting: Setting, *, seed: int) -> list[Trial]:
    """Match bent codes of which half are not listed; exact hits are decided without a search, so they teach nothing."""
    chance = random.Random(seed)
    codes = made_up_codes(PRODUCTS, seed=seed)
    absent = set(chance.sample(codes, len(codes) // 5))
    pools = [sorted(absent), [code for code in codes if code not in absent]]
    listed = list(dict.fromkeys(key_of(code) for code in pools[1]))
    index, places = NearIndex(listed, fold=setting.fold), {key: place for place, key in enumerate(listed)}
    found: list[Trial] = []
    for _ in range(QUERIES):
        code = chance.choice(chance.choice(pools))
        key = setting.read(setting.bend(code, chance))
        if not key or key in places:
            continue
        near = index.near(key, setting.channel)
        if near.keys:
            found.append(Trial(features_of(near, listed=len(listed)), near.keys[0] == places.get(key_of(code), -1)))
    return found


def features_of(near: Near, *, listed: int) -> tuple[float, float, float]:
    """Return log-odds against none, lead over the next, cost of what was bent: what beliefs_of() weighs."""
    best = near.likelihoods[0]
    against = best + math.log(LISTED_SHARE / listed) - near.stranger - math.log(1 - LISTED_SHARE)
    lead = min(best - near.likelihoods[1], MAX_LEAD) if len(near.likelihoods) > 1 else MAX_LEAD
    return max(-MAX_AGAINST_NONE, min(against, MAX_AGAINST_NONE)), lead, near.bent


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence of near matches on made-up catalogues")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for setting in (
        Setting("ocr", reader_channel(), read_badly, key_of, skeleton_of),
        Setting("text", typist_channel(), typed_badly, key_of, skeleton_of),
        Setting("speech", speller_channel(), said_badly, spelt_key, spoken_skeleton_of),
    ):
        seeds = range(arguments.seed, arguments.seed + CATALOGUES)
        found = [trial for seed in seeds for trial in trials(setting, seed=seed)]
        features, right = np.array([trial.features for trial in found]), [trial.is_right for trial in found]
        fitted = LogisticRegression(C=10).fit(features, right)
        weights = ", ".join(f"{weight:.3f}" for weight in (*fitted.coef_[0], fitted.intercept_[0]))
        Console().print(f'"{setting.name}": Scale({weights}),  # {len(found)} trials')


if __name__ == "__main__":
    main()
