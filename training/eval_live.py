"""Measure calls heard while they are spoken: how late words come after a pause, whether the end is that of the
recording, how many calls one machine hears at once, and what a long one costs in memory.

In: a folder of clips with their manifest.jsonl. Out: tables. Sound is fed as a client sends it, a tenth of a second at
a time at the pace of speech (or `--pace` times as fast), on a thread a call, with the floor or another recogniser.

    python -m training.eval_live --data ../shared/data/speech
    python -m training.eval_live --only many --streams 4
    python -m training.eval_live --only long --minutes 180 --pace 3
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from speech import (
    SAMPLE_RATE_HZ,
    ActivityDetector,
    Audio,
    Recording,
    Transcriber,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.live.call import LiveCall, Partial, Settled
from speech.live.sound_feed import LiveFormat
from speech.records import Samples, Stretch, Transcript

FRAME_SAMPLES = SAMPLE_RATE_HZ // 10
GAP_S = 1.5
"""Silence between clips: longer than any detector joins over, as between turns of a call."""
A_MINUTE_S = 60.0
CATCHING_UP_S = 2.0
"""As the service does: words so far are left out of a call that is so far behind."""


@dataclass(slots=True)
class Told:
    """When things came, in seconds on the sound's own timeline at pace 1; `behind_s` of every frame."""

    partials: list[tuple[float, Partial]] = field(default_factory=list)
    settled: list[tuple[float, Settled]] = field(default_factory=list)
    behind_s: list[float] = field(default_factory=list)
    work_s: float = 0.0
    final_s: float = 0.0
    peak_mib: list[float] = field(default_factory=list)
    transcript: Transcript | None = None


def spoken(folder: Path, *, least_s: float) -> Samples:
    """Return English clips with silence between them, from the start again until it is long enough."""
    clips = []
    for line in (folder / "clips" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["language"] == "en" and isinstance(row.get("text"), str) and not row["file"].endswith(".raw"):
            clips.append(read_audio(folder / "clips" / row["file"], name=row["file"]).channels[0].samples)
    gap = np.zeros(round(GAP_S * SAMPLE_RATE_HZ), dtype=np.float32)
    once = np.concatenate([part for clip in clips for part in (clip, gap)])
    return np.tile(once, max(1, int(np.ceil(least_s * SAMPLE_RATE_HZ / len(once)))))[
        : round(least_s * SAMPLE_RATE_HZ) or None
    ]


def held(samples: Samples, *, transcriber: Transcriber, activity: ActivityDetector, pace: float) -> Told:
    """Hold one call at the pace of speech, or faster."""
    call = LiveCall(LiveFormat(), name="call", transcriber=transcriber, activity=activity, language="en")
    told, began_s = Told(), time.perf_counter()
    for number, frame in enumerate(_frames(samples), start=1):
        spoken_s = number * FRAME_SAMPLES / SAMPLE_RATE_HZ
        wait_s = spoken_s / pace - (time.perf_counter() - began_s)
        if wait_s > 0:
            time.sleep(wait_s)
        behind_s = max(0.0, -wait_s * pace)
        started_s = time.perf_counter()
        events = call.feed(frame, with_partials=behind_s < CATCHING_UP_S)
        ended_s = time.perf_counter()
        told.work_s += ended_s - started_s
        told.behind_s.append(behind_s)
        for event in events:
            at = (ended_s - began_s) * pace
            if isinstance(event, Partial):
                told.partials.append((at, event))
            else:
                told.settled.append((at, event))
        if number % 6_000 == 0:
            told.peak_mib.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    started_s = time.perf_counter()
    told.transcript = call.finish()
    told.final_s = time.perf_counter() - started_s
    return told


def _frames(samples: Samples) -> Iterator[bytes]:
    pcm = np.round(samples * 32767).astype("<i2")
    for start in range(0, len(pcm), FRAME_SAMPLES):
        yield pcm[start : start + FRAME_SAMPLES].tobytes()


def as_heard(samples: Samples) -> Recording:
    """Return the recording that a client's 16-bit frames make."""
    pcm = np.round(samples * 32767).astype("<i2").astype(np.float32) / np.float32(32768.0)
    return Recording("call", (Audio(pcm),), "mono", "pcm_s16le", SAMPLE_RATE_HZ)


def delays(told: Told, stretches: Sequence[Stretch]) -> tuple[list[float], list[float]]:
    """Return how long after each stretch's last sound the words so far were last told, and the segment was settled.
    The gate pads a stretch by 0.2 s behind the voice.
    """
    so_far, settled = [], []
    for stretch in stretches:
        voice_end_s = stretch.end_s - 0.2
        partials = [at for at, one in told.partials if abs(one.start_s - stretch.start_s) < 0.3]
        if partials:
            so_far.append(max(0.0, partials[-1] - voice_end_s))
        for at, one in told.settled:
            if any(stretch.start_s <= segment.start_s < stretch.end_s for segment in one.segments):
                settled.append(at - voice_end_s)
                break
    return so_far, settled


def show_delay(
    folder: Path, transcriber: Transcriber, activity: ActivityDetector, console: Console, *, least_s: float
) -> None:
    """Print how late words come, and whether the end is that of the recording."""
    samples = spoken(folder, least_s=least_s)
    told = held(samples, transcriber=transcriber, activity=activity, pace=1.0)
    recording = as_heard(samples)
    whole = transcribe_recording(recording, transcriber=transcriber, activity=activity, language="en")
    so_far, settled = delays(told, activity.detect(recording.channels[0]))
    table = Table("what", "count", "median s", "90% s", "worst s", title="delay after the last sound of a stretch")
    for name, found in (("last words so far", so_far), ("settled segment", settled)):
        table.add_row(name, str(len(found)), *(f"{np.quantile(found or [0.0], share):.2f}" for share in (0.5, 0.9, 1)))
    console.print(table)
    assert told.transcript is not None
    same = [one.text for one in told.transcript.segments] == [one.text for one in whole.segments]
    said = [segment.text for _, one in told.settled for segment in one.segments]
    kept = sum(one.text in said for one in told.transcript.segments)
    sound_s = len(samples) / SAMPLE_RATE_HZ
    console.print(
        f"{sound_s:.0f} s of sound; final text is that of the recording: {same} ({len(whole.segments)} segments, "
        f"{kept} as settled); work {told.work_s / sound_s:.2f} s a second; the rest after the end took "
        f"{told.final_s:.2f} s"
    )


def show_many(
    folder: Path,
    transcriber: Transcriber,
    activity: ActivityDetector,
    console: Console,
    *,
    streams: int,
    least_s: float,
) -> None:
    """Print how far behind so many calls at once are."""
    samples = spoken(folder, least_s=least_s)
    with ThreadPoolExecutor(streams) as pool:
        works = [
            pool.submit(held, samples, transcriber=transcriber, activity=activity, pace=1.0) for _ in range(streams)
        ]
        found = [work.result() for work in works]
    table = Table("call", "median behind s", "90% s", "worst s", title=f"{streams} calls at once, {least_s:g} s each")
    for number, told in enumerate(found, start=1):
        table.add_row(str(number), *(f"{np.quantile(told.behind_s, share):.2f}" for share in (0.5, 0.9, 1)))
    console.print(table)


def show_long(
    folder: Path, transcriber: Transcriber, activity: ActivityDetector, console: Console, *, minutes: float, pace: float
) -> None:
    """Print the most memory taken by then, each ten minutes of one long call."""
    samples = spoken(folder, least_s=minutes * 60)
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = held(samples, transcriber=transcriber, activity=activity, pace=pace)
    table = Table("minute", "peak MiB", title=f"one call of {minutes:g} minutes, {before_mib:.0f} MiB before it")
    for number, peak in enumerate(told.peak_mib, start=1):
        table.add_row(str(number * 10), f"{peak:.0f}")
    console.print(table)
    worst = max(told.behind_s)
    console.print(f"worst behind {worst:.1f} s; the rest after the end took {told.final_s:.1f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.eval_live", description="Measure calls heard live.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/speech"))
    parser.add_argument("--engine", choices=("sphinx", "whisper"), default="sphinx")
    parser.add_argument("--folder", type=Path, help="a Whisper folder, e.g. models/whisper-small")
    parser.add_argument("--only", choices=("delay", "many", "long"), default="delay")
    parser.add_argument("--streams", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.0, help="of the clips; 0: all of them, or a minute of many")
    parser.add_argument("--minutes", type=float, default=180.0)
    parser.add_argument("--pace", type=float, default=1.0)
    return parser.parse_args()


def main() -> None:
    """Measure and show."""
    arguments, console = _arguments(), Console()
    options = {"folder": arguments.folder} if arguments.engine == "whisper" else {}
    transcriber, activity = build_transcriber(arguments.engine, **options), build_activity()
    if arguments.only == "delay":
        show_delay(arguments.data, transcriber, activity, console, least_s=arguments.seconds)
    elif arguments.only == "many":
        show_many(
            arguments.data,
            transcriber,
            activity,
            console,
            streams=arguments.streams,
            least_s=arguments.seconds or A_MINUTE_S,
        )
    else:
        show_long(arguments.data, transcriber, activity, console, minutes=arguments.minutes, pace=arguments.pace)


if __name__ == "__main__":
    main()
