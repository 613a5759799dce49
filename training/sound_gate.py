"""Measure the voice gate: what it lets through of sounds without a voice, and what it loses of real speech.

In: the folder of speech data. Out: a row a sound, as it is and cut to 8 kHz, at speech level and 20 dB below; for each
set of recordings the share of loud frames outside the stretches, and how many first sounds are clipped. A loud frame is
one of 20 ms within 20 dB of the clip's loudest: breath and room lie below, every vowel above.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

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
from speech.records import Samples, Stretch
from speech.sound.loudness import levels_dbfs
from training.sounds import sounds

NOTHING_S = 20.0
LEVELS = (1.0, 0.1)
FRAME_S = 0.02
LOUD_DB = 20.0
JOINED = 20
"""Digits in a row, half a second apart, are one recording: alone they are too short to be anything a caller sends."""
GAP_S = 0.5


@dataclass(slots=True)
class Kept:
    """What the gate kept of a set of recordings, in seconds of loud frames; `clipped` are starts of speech cut off."""

    loud_s: float = 0.0
    lost_s: float = 0.0
    starts: int = 0
    clipped: int = 0


def gate(folder: Path, console: Console, *, is_heard: bool) -> None:
    """Show both tables."""
    detector = build_activity()
    transcriber = build_transcriber("sphinx") if is_heard else None
    console.print(_nothing(detector, transcriber))
    table = Table("recordings", "loud s", "lost s", "share", "starts", "clipped", title="real speech")
    for name, audios in _real(folder).items():
        kept = Kept()
        for audio in audios:
            _judge(audio, detector.detect(audio), kept)
        share = kept.lost_s / kept.loud_s if kept.loud_s else 0.0
        row = (f"{kept.loud_s:.1f}", f"{kept.lost_s:.2f}", f"{share:.4f}", str(kept.starts), str(kept.clipped))
        table.add_row(name, *row)
    console.print(table)


def _nothing(detector: ActivityDetector, transcriber: Transcriber | None) -> Table:
    table = Table("sound", "versions", "seconds let through", "words", title=f"nobody speaks, {NOTHING_S:g} s each")
    for name, samples in sounds(NOTHING_S):
        versions = [version * np.float32(level) for level in LEVELS for version in (samples, as_telephone(samples))]
        found = [detector.detect(Audio(version)) for version in versions]
        passed_s = sum(one.end_s - one.start_s for stretches in found for one in stretches)
        words = "" if transcriber is None else str(sum(_words(one, detector, transcriber) for one in versions))
        table.add_row(name, str(len(versions)), f"{passed_s:.1f}", words)
    return table


def _words(samples: Samples, detector: ActivityDetector, transcriber: Transcriber) -> int:
    recording = Recording("made", (Audio(samples),), "mono", "made", SAMPLE_RATE_HZ)
    said = transcribe_recording(recording, transcriber=transcriber, activity=detector, language="en")
    return len(said.text.split())


def as_telephone(samples: Samples) -> Samples:
    """Cut samples to what a telephone lets through."""
    low = soxr.resample(samples, SAMPLE_RATE_HZ, 8_000)
    return np.asarray(soxr.resample(low, 8_000, SAMPLE_RATE_HZ), dtype=np.float32)


def _real(folder: Path) -> dict[str, list[Audio]]:
    clips = list(manifest_audios(folder))
    sets = {name: [audio for language, audio in clips if language == name] for name in ("en", "zh")}
    sets["other"] = [audio for language, audio in clips if language not in ("en", "zh")]
    sets |= {f"{name}, 8 kHz": [Audio(as_telephone(one.samples)) for one in sets[name]] for name in ("en", "zh")}
    sets["digits, joined"] = list(_digits(folder))
    return sets


def manifest_audios(folder: Path) -> Iterator[tuple[str, Audio]]:
    """Yield the first channel of each clip with its language."""
    for line in (folder / "clips" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        path = folder / "clips" / row["file"]
        raw = RawFormat(rate_hz=row["sample_rate"]) if path.suffix == ".raw" else None
        yield row.get("language", ""), read_audio(path, name=path.name, raw=raw).channels[0]


def _digits(folder: Path) -> Iterator[Audio]:
    for path in sorted((folder / "fsdd").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".wav"))[:: 500 // (3 * JOINED)]
            said = [read_audio(archive.read(name), name=name).channels[0].samples for name in names]
        gap = np.zeros(round(GAP_S * SAMPLE_RATE_HZ), dtype=np.float32)
        for start in range(0, len(said), JOINED):
            parts = [part for one in said[start : start + JOINED] for part in (gap, one)]
            yield Audio(np.concatenate([*parts, gap]))


def _judge(audio: Audio, stretches: Sequence[Stretch], kept: Kept) -> None:
    """Add what the stretches keep of the loud frames, and whether a run of them begins before its stretch does."""
    level_db = levels_dbfs(audio, frame_s=FRAME_S)
    if len(level_db) == 0 or level_db.max() < -60.0:
        return
    is_loud = level_db > level_db.max() - LOUD_DB
    at_s = (np.arange(len(level_db)) + 0.5) * FRAME_S
    is_kept = np.zeros(len(level_db), dtype=bool)
    for stretch in stretches:
        is_kept |= (at_s >= stretch.start_s) & (at_s < stretch.end_s)
    kept.loud_s += float(is_loud.sum()) * FRAME_S
    kept.lost_s += float((is_loud & ~is_kept).sum()) * FRAME_S
    for stretch in stretches:
        first = int(stretch.start_s / FRAME_S)
        kept.starts += 1
        kept.clipped += bool(first > 0 and is_loud[first - 1 : first + 1].all() and not is_kept[first - 1])
