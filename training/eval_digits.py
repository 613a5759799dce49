"""Measure spoken digits on composed strings: exact strings and wrong digits by speaker, the floor beside them.

In: the speech data folder, languages, and perhaps a folder of networks that each left one speaker out
(`<folder>/<language>/<speaker>/`). Out: a table. The floor is pocketsphinx (English only) on the same strings; its
words are read as digits. Called by `python -m training.eval_speech --only digits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from speech import Audio, build_transcriber
from speech.records import Samples
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


Hear = Callable[[Samples], Sequence[str]]
"""Digits, likeliest first."""


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


def floor_hears() -> Hear:
    """Return the floor as something that hears digits."""
    transcriber = build_transcriber("sphinx")

    def hear(samples: Samples) -> Sequence[str]:
        said = transcriber.transcribe(Audio(samples), language="en", hotwords=())
        return ("".join(digits_of(word.text) for segment in said.segments for word in segment.words),)

    return hear


def _network(language: str, folder: Path | None) -> tuple[str, Hear]:
    is_left_out = folder is not None and folder.is_dir()
    teller = from_folder(folder, name="left out") if folder and is_left_out else build(language=language)
    return teller.engine, lambda samples: [reading.digits for reading in listen(samples, teller).readings]


def _score(language: str, speaker: str, strings: Sequence[DigitString], engine: str, hear: Hear) -> Score:
    heard = [(one.digits, list(hear(one.samples)) or [""]) for one in strings]
    return Score(
        language=language,
        engine=engine,
        speaker=speaker,
        strings=len(heard),
        exact=sum(said == found[0] for said, found in heard),
        among_alternatives=sum(said in found for said, found in heard),
        digits=sum(len(said) for said, _ in heard),
        wrong_digits=sum(Levenshtein.distance(said, found[0]) for said, found in heard),
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
    show(list(found), Console())
