"""Measure the two sides of a call: leaks that are left out, own words that stay, copies that are told.

In: the folder of speech data. Out: for composed calls with leaks of -12 to -30 dB how much of the other side is still
in a side's stretches and how much of its own is lost; how far times are off; of one signal written twice, late, quieter
or through MP3, how often it is told, and how often two sides are taken for one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from speech import (
    SAMPLE_RATE_HZ,
    Audio,
    Recording,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.records import Samples, Stretch
from speech.sides.channels import layout_of
from speech.sides.crosstalk import own_stretches

LEAKS_DB = (-12.0, -18.0, -24.0, -30.0)
DELAYS_S = (0.0, 0.005, 0.03)
GAP_S = 1.0
OVERLAP_S = 0.5
LINE_NOISE = 0.0005
MAX_CLIP_S = 12.0
CALLS = 8
TURNS = 4


@dataclass(frozen=True, slots=True)
class Call:
    """Two sides without any leak, and where each speaks."""

    sides: tuple[Samples, Samples]
    spoken: tuple[tuple[Stretch, ...], tuple[Stretch, ...]]


def stereo(folder: Path, console: Console, *, is_heard: bool) -> None:
    """Show what leaks leave in the stretches; with `is_heard` also the words of the floor on the wrong side."""
    detector = build_activity()
    calls = list(_calls(folder))
    table = Table("leak", "late ms", "leak s", "kept before", "kept", "own s", "lost", title=f"{len(calls)} calls")
    for leak_db in (*LEAKS_DB, None):
        for late_s in DELAYS_S if leak_db is not None else (0.0,):
            totals = np.zeros(5)
            for call in calls:
                audios = _with_leak(call, leak_db, late_s)
                found = [detector.detect(audio) for audio in audios]
                for side in (0, 1):
                    own = own_stretches(audios[side], found[side], other=audios[1 - side])
                    totals += _totals(call.spoken[side], call.spoken[1 - side], found[side], own)
            cells = [f"{value:.1f}" for value in totals]
            table.add_row("none" if leak_db is None else f"{leak_db:g} dB", f"{1000 * late_s:g}", *cells)
    console.print(table)
    if is_heard:
        console.print(_words_table(calls))


def _words_table(calls: Sequence[Call]) -> Table:
    """Hear calls of which only the left side speaks: whatever is written on the right leaked."""
    table = Table("leak", "words left", "words right", title="only the left side speaks")
    detector, transcriber = build_activity(), build_transcriber("sphinx")
    for leak_db in LEAKS_DB:
        counts = [0, 0]
        for call in calls[: CALLS // 4]:
            alone = Call((call.sides[0], np.zeros_like(call.sides[1])), (call.spoken[0], ()))
            recording = Recording("made", _with_leak(alone, leak_db, 0.005), "stereo", "made", SAMPLE_RATE_HZ)
            said = transcribe_recording(recording, transcriber=transcriber, activity=detector, language="en")
            for segment in said.segments:
                counts[segment.channel] += len(segment.words)
        table.add_row(f"{leak_db:g} dB", *map(str, counts))
    return table


def _totals(
    own: Sequence[Stretch], others: Sequence[Stretch], before: Sequence[Stretch], after: Sequence[Stretch]
) -> np.ndarray:
    """Return seconds of the other side alone, how many are kept before and after, own seconds, and how many are lost
    that were found before."""
    mine, theirs, kept_before, kept = (_frames(spans) for spans in (own, others, before, after))
    alone = theirs & ~mine
    counts = (
        alone.sum(),
        (alone & kept_before).sum(),
        (alone & kept).sum(),
        mine.sum(),
        (mine & kept_before & ~kept).sum(),
    )
    return np.array(counts) * 0.01


def _frames(spans: Sequence[Stretch]) -> np.ndarray:
    marked = np.zeros(60_000, dtype=bool)  # ten minutes of 10 ms
    for span in spans:
        marked[round(span.start_s * 100) : round(span.end_s * 100)] = True
    return marked


def _calls(folder: Path) -> Iterator[Call]:
    clips = [clip for clip in _clips(folder) if len(clip) < MAX_CLIP_S * SAMPLE_RATE_HZ]
    rng = np.random.default_rng(20261123)
    for _ in range(CALLS):
        chosen = [clips[number] for number in rng.choice(len(clips), 2 * TURNS, replace=False)]
        yield _composed(chosen, rng)


def _clips(folder: Path) -> Iterator[Samples]:
    for line in (folder / "clips" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("language") in ("en", "zh") and not row["file"].endswith(".raw") and "formats/" not in row["file"]:
            samples = read_audio(folder / "clips" / row["file"], name=row["file"]).channels[0].samples
            peak = float(np.abs(samples).max())
            if len(samples) > SAMPLE_RATE_HZ and peak > 0.01:
                yield _trimmed(samples) * np.float32(0.5 / peak)


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.03 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def _composed(clips: Sequence[Samples], rng: np.random.Generator) -> Call:
    """Put clips onto the sides in turn; every second turn begins before the one before has ended."""
    starts, at = [], 0
    for number, clip in enumerate(clips):
        gap_s = -OVERLAP_S if number % 2 else GAP_S
        at = max(0, at + round(gap_s * SAMPLE_RATE_HZ))
        starts.append(at)
        at += len(clip)
    total = max(start + len(clip) for start, clip in zip(starts, clips, strict=True)) + SAMPLE_RATE_HZ
    sides = tuple((LINE_NOISE * rng.standard_normal(total)).astype(np.float32) for _ in range(2))
    spoken: tuple[list[Stretch], list[Stretch]] = ([], [])
    for number, (start, clip) in enumerate(zip(starts, clips, strict=True)):
        sides[number % 2][start : start + len(clip)] += clip
        spoken[number % 2].append(Stretch(start / SAMPLE_RATE_HZ, (start + len(clip)) / SAMPLE_RATE_HZ))
    return Call((sides[0], sides[1]), (tuple(spoken[0]), tuple(spoken[1])))


def _with_leak(call: Call, leak_db: float | None, late_s: float) -> tuple[Audio, Audio]:
    if leak_db is None:
        return Audio(call.sides[0]), Audio(call.sides[1])
    late, gain = round(late_s * SAMPLE_RATE_HZ), np.float32(10 ** (leak_db / 20))
    one, other = call.sides
    return Audio(one + gain * np.roll(other, late)), Audio(other + gain * np.roll(one, late))


def dual_mono(folder: Path, console: Console) -> None:
    """Show how often copies are told from sides."""
    clips = list(_clips(folder))
    rng = np.random.default_rng(20261123)
    versions: Mapping[str, Callable[[Samples], Samples]] = {
        "copy": lambda clip: clip,
        "6 dB quieter": lambda clip: clip * np.float32(0.5),
        "10 dB quieter": lambda clip: clip * np.float32(0.316),
        "3 samples late": lambda clip: np.roll(clip, 3),
        "40 samples early, 6 dB quieter": lambda clip: np.roll(clip, -40) * np.float32(0.5),
        "inverted": lambda clip: -clip,
        "with noise at -50 dBFS": lambda clip: clip + (0.003 * rng.standard_normal(len(clip))).astype(np.float32),
    }
    table = Table("second channel", "told as a copy", "of", title="dual mono")
    for name, version in versions.items():
        told = sum(layout_of(Audio(clip), Audio(version(clip))) == "dual_mono" for clip in clips)
        table.add_row(name, str(told), str(len(clips)))
    pairs = [(one[: len(other)], other[: len(one)]) for one, other in pairwise(clips)]
    told = sum(layout_of(Audio(one), Audio(other)) == "dual_mono" for one, other in pairs)
    table.add_row("another clip", str(told), str(len(pairs)))
    console.print(table)
