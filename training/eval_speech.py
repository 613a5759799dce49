"""Measure a recogniser on recordings with a reference: word and character errors, keywords, and words invented where
nobody speaks.

In: a folder of clips with their manifest.jsonl, and the name of an engine. Out: a table, and with --write-card the
numbers in the model's card. English clips are heard as they are and once more cut to telephone bandwidth. Both texts
are lower-cased and stripped of punctuation; numbers are compared as they were spoken, so an engine that writes digits
is judged too hard on them.

Without --engine the recognisers that lie in the models folder (--models, else BEFOREHAND_MODELS_DIR) are measured one
after the other, and the floor where there are none.

    python -m training.eval_speech --data ../shared/data/speech
    python -m training.eval_speech --models models
    python -m training.eval_speech --engine whisper --folder models/whisper-small --write-card
    python -m training.eval_speech --only digits --languages en,zh --count 60
"""

from __future__ import annotations

import argparse
import json
import os
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import jiwer
import numpy as np
import soxr  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from model_cards.card import FOLDER, OWN_CARD, Metric
from speech import (
    SAMPLE_RATE_HZ,
    ActivityDetector,
    Audio,
    RawFormat,
    Recording,
    Transcriber,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.records import Samples
from training.card_metrics import write_metrics
from training.eval_digits import main_digits

TELEPHONE_RATE_HZ = 8_000
NOTHING_S = 10.0
GATE, FLOOR, TELEPHONE_FLOOR = "silero-vad", "pocketsphinx-en-us", "pocketsphinx-en-8k"
GROUPS = {
    "en": "English clips, as they are",
    "en_8k": "English clips, cut to 8 kHz",
    "zh": "Chinese clips",
    "keywords_8k": "8 kHz recordings, keywords",
    "nothing": "silence, noise, tones",
}


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is known of what it says: its text, or words that must be in it."""

    path: Path
    language: str
    source_rate_hz: int
    is_raw: bool
    text: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How one clip went. `errors` of `total`: words, characters, or keywords, after `unit`."""

    group: str
    file: str
    unit: str
    errors: int
    total: int
    duration_s: float
    elapsed_s: float
    heard: str

    @property
    def rate(self) -> float:
        return self.errors / self.total if self.total else 0.0


Hear = Callable[[Recording, str], str]


def read_clips(folder: Path) -> Iterator[Clip]:
    """Yield the clips of a manifest that can be judged."""
    for line in (folder / "clips" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row.get("text", "")
        if row["language"] not in ("en", "zh") or isinstance(text, dict):
            continue
        keywords = tuple(word.strip() for word in row.get("keywords", "").replace("，", ",").split(",") if word.strip())
        if text or keywords:
            yield Clip(
                path=folder / "clips" / row["file"],
                language=row["language"],
                source_rate_hz=row["sample_rate"],
                is_raw=row["file"].endswith(".raw"),
                text=text,
                keywords=keywords,
            )


def plain(text: str) -> str:
    """Lower-case, fold widths, and leave letters and digits.

    Examples
    --------
    >>> plain("ＡＢ12, isn't  it?"), plain("空调 不制冷。")
    ("ab12 isn't it", '空调 不制冷')
    """
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    kept = (character if character.isalnum() or character == "'" else " " for character in folded)
    return " ".join("".join(kept).split())


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Return wrong words and words of the reference."""
    found = jiwer.process_words(plain(reference), plain(heard))
    return found.substitutions + found.deletions + found.insertions, len(plain(reference).split())


def character_errors(reference: str, heard: str) -> tuple[int, int]:
    """Return wrong characters and characters of the reference, spaces aside."""
    wanted, got = plain(reference).replace(" ", ""), plain(heard).replace(" ", "")
    found = jiwer.process_characters(wanted, got)
    return found.substitutions + found.deletions + found.insertions, len(wanted)


def missed_keywords(keywords: Sequence[str], heard: str) -> tuple[int, int]:
    """Return keywords that are not in the text, and keywords."""
    got = plain(heard).replace(" ", "")
    return sum(plain(word).replace(" ", "") not in got for word in keywords), len(keywords)


def as_telephone(recording: Recording) -> Recording:
    """Cut a recording to what a telephone lets through."""
    channels = tuple(Audio(_narrow(audio.samples)) for audio in recording.channels)
    return Recording(recording.name, channels, recording.layout, recording.codec, TELEPHONE_RATE_HZ)


def nothing() -> Iterator[tuple[str, Samples]]:
    """Yield sounds in which nobody speaks."""
    at_s = np.arange(round(NOTHING_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    rng = np.random.default_rng(20261122)
    yield "silence", np.zeros(len(at_s), dtype=np.float32)
    for level in (0.001, 0.03, 0.3):
        yield f"white noise {level}", (level * rng.standard_normal(len(at_s))).astype(np.float32)
    yield "mains hum", (0.3 * np.sin(2 * np.pi * 50 * at_s)).astype(np.float32)
    yield "dial tone", (0.2 * np.sin(2 * np.pi * 350 * at_s) + 0.2 * np.sin(2 * np.pi * 440 * at_s)).astype(np.float32)
    yield "engaged tone", (0.4 * np.sin(2 * np.pi * 425 * at_s) * (at_s % 0.7 < 0.35)).astype(np.float32)


def measure(clips: Sequence[Clip], hear: Hear) -> Iterator[Score]:
    """Hear every clip and yield how it went."""
    for clip in clips:
        raw = RawFormat(rate_hz=clip.source_rate_hz) if clip.is_raw else None
        recording = read_audio(clip.path, name=clip.path.name, raw=raw)
        for group, version in _versions(clip, recording):
            began_s = time.perf_counter()
            heard = hear(version, clip.language)
            elapsed_s = time.perf_counter() - began_s
            unit, (errors, total) = _judged(clip, heard)
            yield Score(group, clip.path.name, unit, errors, total, recording.duration_s, elapsed_s, heard)
    for name, samples in nothing():
        recording = Recording(name, (Audio(samples),), "mono", "made", SAMPLE_RATE_HZ)
        began_s = time.perf_counter()
        heard = hear(recording, "en")
        elapsed_s = time.perf_counter() - began_s
        yield Score("nothing", name, "invented words", len(heard.split()), 0, NOTHING_S, elapsed_s, heard)


def _narrow(samples: Samples) -> Samples:
    low = soxr.resample(samples, SAMPLE_RATE_HZ, TELEPHONE_RATE_HZ)
    return np.asarray(soxr.resample(low, TELEPHONE_RATE_HZ, SAMPLE_RATE_HZ), dtype=np.float32)


def _versions(clip: Clip, recording: Recording) -> Iterator[tuple[str, Recording]]:
    if not clip.text:
        if clip.source_rate_hz == TELEPHONE_RATE_HZ:
            yield "keywords_8k", recording
        return
    yield clip.language, recording
    if clip.language == "en":
        yield "en_8k", as_telephone(recording)


def _judged(clip: Clip, heard: str) -> tuple[str, tuple[int, int]]:
    if not clip.text:
        return "missed keywords", missed_keywords(clip.keywords, heard)
    if clip.language == "zh":
        return "characters", character_errors(clip.text, heard)
    return "words", word_errors(clip.text, heard)


def _tables(scores: Sequence[Score], console: Console) -> None:
    for group, title in GROUPS.items():
        rows = [score for score in scores if score.group == group]
        table = Table("file", "unit", "errors", "of", "rate", "heard", title=title)
        for score in rows:
            table.add_row(
                score.file, score.unit, str(score.errors), str(score.total), f"{score.rate:.3f}", score.heard[:70]
            )
        if rows:
            console.print(table)
    for metric in _metrics(scores, command="", measured=date.min):
        console.print(f"{metric.dataset}: {metric.metric} {metric.value}")


def _metrics(scores: Sequence[Score], *, command: str, measured: date) -> list[Metric]:
    """Pool every group into one number; a rate over all words, not a mean of rates."""
    names = {"en": "WER", "en_8k": "WER", "zh": "CER", "keywords_8k": "missed keywords", "nothing": "invented words"}
    metrics = []
    for group, title in GROUPS.items():
        rows = [score for score in scores if score.group == group]
        errors, total = sum(score.errors for score in rows), sum(score.total for score in rows)
        if rows:
            dataset = f"{title} ({len(rows)} clips" + (f", {total} {rows[0].unit.split()[-1]})" if total else ")")
            value = round(errors / total, 3) if total else float(errors)
            metrics.append(Metric(dataset, names[group], value, measured, command))
    heard_s, took_s = sum(score.duration_s for score in scores), sum(score.elapsed_s for score in scores)
    metrics.append(Metric("all of these", "seconds per second of sound", round(took_s / heard_s, 3), measured, command))
    return metrics


def _hear(transcriber: Transcriber, activity: ActivityDetector) -> Hear:
    def hear(recording: Recording, language: str) -> str:
        said = transcribe_recording(recording, transcriber=transcriber, activity=activity, language=language)
        # References are words as they were spoken: numbers are judged before they are written as figures.
        return " ".join(segment.heard or segment.text for segment in said.segments)

    return hear


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.eval_speech", description="Measure a recogniser.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/speech"))
    parser.add_argument("--engine", choices=("sphinx", "whisper", "sherpa"), help="measure this one alone")
    parser.add_argument("--folder", type=Path, help="its folder, e.g. models/whisper-small")
    parser.add_argument("--models", type=Path, default=_models_folder(), help="measure the recognisers in this folder")
    parser.add_argument("--limit", type=int, default=0, help="judge the first so many clips of each language; 0: all")
    parser.add_argument("--write-card", action="store_true", help="put the numbers into the model's card")
    parser.add_argument("--only", choices=("digits",), help="strings of spoken digits instead of recordings")
    parser.add_argument("--languages", default="en,zh", help="of --only digits")
    parser.add_argument("--count", type=int, default=60, help="strings a speaker, of --only digits")
    parser.add_argument("--networks", type=Path, help="digit networks that left a speaker out, LANGUAGE/SPEAKER/")
    parser.add_argument("--without-floor", action="store_true", help="leave pocketsphinx out of --only digits")
    return parser.parse_args()


def main() -> None:
    """Measure, show, and write if asked."""
    arguments = _arguments()
    if arguments.only == "digits":
        main_digits(
            arguments.data,
            languages=arguments.languages,
            count=arguments.count,
            networks=arguments.networks,
            floor=not arguments.without_floor,
        )
        return
    clips = first_clips(list(read_clips(arguments.data)), arguments.limit)
    for engine, folder in _chosen(arguments):
        transcriber = build_transcriber(engine, **({} if folder is None else {"folder": folder}))
        name = transcriber.engine.partition(":")[2]
        console = Console()
        console.rule(transcriber.engine)
        scores = list(measure(_heard_by(transcriber, clips), _hear(transcriber, build_activity())))
        _tables(scores, console)
        if arguments.write_card:
            command = f"python -m training.eval_speech --engine {engine}"
            command += f" --folder models/{name}" if folder is not None else ""
            _write(_card_path(name, folder), _metrics(scores, command=command, measured=datetime.now(UTC).date()))


def first_clips(clips: Sequence[Clip], limit: int) -> list[Clip]:
    """Return the first clips of each language; all of them where the limit is 0."""
    seen: Counter[str] = Counter()
    kept = []
    for clip in clips:
        seen[clip.language] += 1
        if not limit or seen[clip.language] <= limit:
            kept.append(clip)
    return kept


def recognisers_in(models: Path) -> Iterator[tuple[str, Path]]:
    """Yield the engine and folder of each recogniser that lies in a models folder."""
    for folder in sorted(models.glob("*-*")):
        engine = folder.name.partition("-")[0]
        if engine in ("whisper", "sherpa") and folder.is_dir() and folder.name != "sherpa-speaker-turns":
            yield engine, folder


def _chosen(arguments: argparse.Namespace) -> list[tuple[str, Path | None]]:
    if arguments.engine:
        return [(arguments.engine, arguments.folder)]
    found = list(recognisers_in(arguments.models)) if arguments.models else []
    return [*found] or [("sphinx", None)]


def _models_folder() -> Path | None:
    folder = os.environ.get("BEFOREHAND_MODELS_DIR")
    return Path(folder) if folder else None


def _heard_by(transcriber: Transcriber, clips: Sequence[Clip]) -> list[Clip]:
    """Leave out clips in a language that the model's card does not name: its errors there say nothing."""
    languages = getattr(transcriber, "languages", ("zh", "en"))
    return [clip for clip in clips if clip.language in languages]


def _card_path(name: str, folder: Path | None) -> Path:
    """Return the card of the model: its own where it brings one, else the tree's."""
    own = None if folder is None else folder / OWN_CARD
    return own if own is not None and own.is_file() else FOLDER / f"{name}.md"


def _write(card: Path, metrics: Sequence[Metric]) -> None:
    """Write the cards of the engine, of its telephone model and of the voice detector, each its own numbers."""
    write_metrics(card, metrics)
    write_metrics(FOLDER / f"{GATE}.md", _of_groups(metrics, "nothing"))
    if card == FOLDER / f"{FLOOR}.md":
        write_metrics(FOLDER / f"{TELEPHONE_FLOOR}.md", _of_groups(metrics, "en_8k", "keywords_8k"))


def _of_groups(metrics: Sequence[Metric], *groups: str) -> list[Metric]:
    return [metric for metric in metrics if metric.dataset.startswith(tuple(GROUPS[group] for group in groups))]


if __name__ == "__main__":
    main()
