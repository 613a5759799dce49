"""Measure spoken digits on composed strings: exact strings and wrong digits by speaker, the floor beside them.

In: the speech data folder, languages, and perhaps a folder of networks that each left one speaker out
(`<folder>/<language>/<speaker>/`). Out: a table. The floor is pocketsphinx (English only) on the same strings; its
words are read as digits. Called by `python -m training.eval_speech --only digits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from speech import Audio, build_transcriber
from speech.records import Samples
from speech.spoken_digits.decode import shares
from speech.spoken_digits.listening import listen
from speech.spoken_digits.number_words import digits_of
from speech.spoken_digits.onnx_digits import build, from_folder
from training.digit_strings import DigitString, composed, english, mandarin

SEED = 1


@dataclass(frozen=True, slots=True)
class Score:
    """How one speaker's strings went with one engine."""

    language: str
    engine: str
    speaker: str
    strings: int
    exact: int
    among_alternatives: int
    digits: int
    wrong_digits: int
    shares: tuple[tuple[float, bool], ...] = ()  # of the best reading's likelihood, and whether it was right


Hear = Callable[[Samples], Sequence[tuple[str, float]]]
"""Digits, likeliest first, each with its share of the likelihood."""


def measure(data: Path, *, languages: Sequence[str], count: int, networks: Path | None, floor: bool) -> Iterator[Score]:
    """Yield the score of each language, engine and speaker."""
    for language in languages:
        recordings = english(data / "fsdd") if language == "en" else mandarin(data / "clips")
        for speaker in recordings:
            strings = list(composed({speaker: recordings[speaker]}, count=count, seed=SEED))
            folder = None if networks is None else networks / language / speaker
            yield _score(language, speaker, strings, *_network(language, folder))
            if floor and language == "en":
                yield _score(language, speaker, strings, "pocketsphinx-en-8k", floor_hears())


def calibration(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return steepness and shift of the line from a share's logit to the logit of being right."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    bounded = np.clip([share for share, _ in pairs], 1e-6, 1 - 1e-6)
    line = LogisticRegression(C=10.0).fit(np.log(bounded / (1 - bounded))[:, None], [right for _, right in pairs])
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def floor_hears() -> Hear:
    """Return the floor as something that hears digits."""
    transcriber = build_transcriber("sphinx")

    def hear(samples: Samples) -> Sequence[tuple[str, float]]:
        said = transcriber.transcribe(Audio(samples), language="en", hotwords=())
        return (("".join(digits_of(word.text) for segment in said.segments for word in segment.words), 1.0),)

    return hear


def _network(language: str, folder: Path | None) -> tuple[str, Hear]:
    is_left_out = folder is not None and folder.is_dir()
    teller = from_folder(folder, name="left out") if folder and is_left_out else build(language=language)

    def hear(samples: Samples) -> Sequence[tuple[str, float]]:
        found = listen(samples, teller).readings
        return [(one.digits, share) for one, share in zip(found, shares(found), strict=True)] if found else []

    return teller.engine, hear


def _score(language: str, speaker: str, strings: Sequence[DigitString], engine: str, hear: Hear) -> Score:
    heard = [(one.digits, list(hear(one.samples)) or [("", 0.0)]) for one in strings]
    return Score(
        language=language,
        engine=engine,
        speaker=speaker,
        strings=len(heard),
        exact=sum(said == found[0][0] for said, found in heard),
        among_alternatives=sum(said in dict(found) for said, found in heard),
        digits=sum(len(said) for said, _ in heard),
        wrong_digits=sum(Levenshtein.distance(said, found[0][0]) for said, found in heard),
        shares=tuple((found[0][1], said == found[0][0]) for said, found in heard),
    )


def show(scores: Sequence[Score], console: Console) -> None:
    """Print a row a speaker and engine, and one for all speakers of an engine's kind."""
    table = Table("language", "engine", "speaker", "strings", "exact", "among alternatives", "digit error")
    for score in [*scores, *_pooled(scores)]:
        table.add_row(
            score.language,
            score.engine,
            score.speaker,
            str(score.strings),
            f"{score.exact / score.strings:.3f}",
            f"{score.among_alternatives / score.strings:.3f}",
            f"{score.wrong_digits / score.digits:.3f}",
        )
    console.print(table)


def _pooled(scores: Sequence[Score]) -> Iterator[Score]:
    for language, engine in dict.fromkeys((score.language, score.engine) for score in scores):
        rows = [score for score in scores if (score.language, score.engine) == (language, engine)]
        names = ("strings", "exact", "among_alternatives", "digits", "wrong_digits")
        yield Score(language, engine, "all", *(sum(getattr(row, name) for row in rows) for name in names))


def main_digits(data: Path, *, languages: str, count: int, networks: Path | None, floor: bool) -> None:
    """Measure and show."""
    found = measure(data, languages=languages.split(","), count=count, networks=networks, floor=floor)
    scores, console = list(found), Console()
    show(scores, console)
    for language in languages.split(","):
        pairs = [pair for one in scores if one.language == language and "left out" in one.engine for pair in one.shares]
        if len({right for _, right in pairs}) == 2:
            steepness, shift = calibration(pairs)
            console.print(
                f"{language}: confidence by steepness {steepness:.3f}, shift {shift:.3f} ({len(pairs)} strings)"
            )
