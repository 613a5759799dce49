"""Strings of digits to measure on: single recordings of one speaker, set side by side with short gaps.

In: FSDD's zips (English; takes 0 to 4 are its official test), or the Mandarin clips `cmn_digits`. Out: `DigitString`s,
8 to 12 digits drawn from a seed, 120 ms of silence between them and 300 ms around. It is for measuring only: the
Mandarin clips may not teach what is shipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech import read_audio
from speech.records import SAMPLE_RATE_HZ, Samples
from training.digit_voices import people

GAP_S, EDGE_S = 0.12, 0.3
SHORTEST, LONGEST = 8, 12
TEST_TAKES = 5
MANDARIN = {
    **{word: digit for digit, word in enumerate("零一二三四五六七八九")},
    "ling2": 0,
    "yi1": 1,
    "er4": 2,
    "san1": 3,
    "si4": 4,
    "wu3": 5,
    "liu4": 6,
    "qi1": 7,
    "ba1": 8,
    "jiu3": 9,
    "yao1": 1,
    "幺": 1,
}

Recordings = Mapping[str, Mapping[int, list[Samples]]]
"""By speaker, by digit."""


@dataclass(frozen=True, slots=True)
class DigitString:
    speaker: str
    digits: str
    samples: Samples


def english(folder: Path) -> Recordings:
    """Return the test takes of FSDD."""
    return _by_digit((one.voice, one.label, one.samples) for one in people(folder) if one.take < TEST_TAKES)


def mandarin(clips: Path) -> Recordings:
    """Return the single digits among the clips `cmn_digits`."""
    return _by_digit(_mandarin(clips))


def composed(recordings: Recordings, *, count: int, seed: int, gap_s: float = GAP_S) -> Iterator[DigitString]:
    """Yield `count` strings of each speaker."""
    for speaker, digits in recordings.items():
        rng = np.random.default_rng([seed, *speaker.encode()])
        known = sorted(digits)
        for _ in range(count):
            said = rng.choice(known, size=int(rng.integers(SHORTEST, LONGEST + 1))).tolist()
            parts: list[Samples] = [_silence(EDGE_S)]
            for digit in said:
                takes = digits[digit]
                parts += [takes[int(rng.integers(len(takes)))], _silence(gap_s)]
            yield DigitString(speaker, "".join(map(str, said)), np.concatenate([*parts, _silence(EDGE_S)]))


def _silence(length_s: float) -> Samples:
    return np.zeros(round(length_s * SAMPLE_RATE_HZ), dtype=np.float32)


def _mandarin(clips: Path) -> Iterator[tuple[str, int, Samples]]:
    for line in (clips / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        file = str(json.loads(line)["file"])
        if not file.startswith("cmn_digits/"):
            continue
        speaker, _, said = Path(file).stem.partition("_cmn-")
        if said in MANDARIN:
            yield speaker, MANDARIN[said], read_audio(clips / file, name=file).channels[0].samples


def _by_digit(recordings: Iterable[tuple[str, int, Samples]]) -> Recordings:
    found: dict[str, dict[int, list[Samples]]] = {}
    for speaker, digit, samples in recordings:
        found.setdefault(speaker, {}).setdefault(digit, []).append(samples)
    return found
