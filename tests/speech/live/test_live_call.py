"""A call heard while it is spoken reads, in the end, as its recording does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speech import (
    AudioRejected,
    Word,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.live.call import LiveCall, Partial, Settled
from speech.live.growing_samples import GrowingSamples
from speech.live.sound_feed import LiveFormat
from tests.speech.live_calls import OTHER, SIDE, STEREO, live, pcm_of, recording_of, rounded
from tests.speech.signals import noise, silence

SCRIPT = tuple(
    Word(at, at + 0.2, word, 0.9)
    for at, word in ((0.6, "my"), (0.9, "order"), (2.2, "is"), (2.5, "late"), (5.2, "please"), (5.5, "help"))
)


SOUNDS = {
    "one side": SIDE[None],
    "two sides": STEREO,
    "one signal on both": np.stack([SIDE, SIDE]),
    "louder copy on the right": np.stack([SIDE * np.float32(0.5), SIDE]),
    "left leaks into the right": np.stack([SIDE, OTHER + np.float32(0.05) * SIDE]),
    "nobody speaks": silence(2.0)[None],
}


@pytest.mark.parametrize("sizes", [(3_200,), (641, 7, 9_999), (65_536,)], ids=str)
@pytest.mark.parametrize("sound", SOUNDS)
def test_final_text_is_that_of_the_recording(sound: str, sizes: tuple[int, ...]) -> None:
    transcriber, activity = build_transcriber("scripted", script=SCRIPT), build_activity("energy")
    whole = transcribe_recording(recording_of(SOUNDS[sound]), transcriber=transcriber, activity=activity, language="en")
    final, _ = live(SOUNDS[sound], transcriber=transcriber, activity=activity, sizes=sizes)
    assert rounded(final) == rounded(whole)


def test_segments_settle_while_the_call_goes_on() -> None:
    transcriber, activity = build_transcriber("scripted", script=SCRIPT), build_activity("energy")
    final, events = live(SIDE[None], transcriber=transcriber, activity=activity)
    settled = [segment for event in events if isinstance(event, Settled) for segment in event.segments]
    assert [one.text for one in settled] == ["my order", "is late"]
    assert rounded(final).segments[:2] == rounded(replace(final, segments=tuple(settled))).segments
    assert [one.text for one in final.segments] == ["my order", "is late", "please help"]


def test_words_so_far_come_before_their_segment() -> None:
    transcriber, activity = build_transcriber("scripted", script=SCRIPT), build_activity("energy")
    _, events = live(SIDE[None], transcriber=transcriber, activity=activity)
    first = events[0]
    assert isinstance(first, Partial)
    assert (first.channel, first.text) == (0, "my order")


def test_longer_call_than_allowed_is_refused() -> None:
    call = LiveCall(
        LiveFormat(),
        name="call.wav",
        transcriber=build_transcriber("scripted"),
        activity=build_activity("energy"),
        max_duration_s=1.0,
    )
    call.feed(pcm_of(silence(0.9)[None]))
    with pytest.raises(AudioRejected, match=r"call\.wav is longer than .* minutes. Begin another call"):
        call.feed(pcm_of(silence(0.2)[None]))


def test_samples_that_went_to_disk_read_as_they_were() -> None:
    growing = GrowingSamples(memory_s=1.0)
    sound = noise(2.5, level=0.2)
    for start in range(0, len(sound), 1_000):
        growing.append(sound[start : start + 1_000])
    assert np.abs(growing.audio().samples - np.clip(sound, -1, 1)).max() < 1 / 32_000
    assert len(growing._room) == 0


def read_clips(shared_data: Path) -> list[Path]:
    folder = shared_data / "speech" / "clips"
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    names = [row["file"] for row in rows if row["language"] == "en" and row["file"].endswith((".wav", ".flac"))]
    return [folder / name for name in names[:10]]


@pytest.mark.model
@pytest.mark.parametrize("sizes", [(3_200,), (1_777, 11, 40_001)], ids=str)
def test_floor_hears_real_clips_live_as_it_does_in_files(shared_data: Path, sizes: tuple[int, ...]) -> None:
    transcriber, activity = build_transcriber("sphinx"), build_activity("silero")
    gap = silence(1.0)
    clips = [read_audio(path, name=path.name).channels[0].samples for path in read_clips(shared_data)]
    sound = np.concatenate([part for clip in clips for part in (clip, gap)])[None]
    whole = transcribe_recording(recording_of(sound), transcriber=transcriber, activity=activity, language="en")
    final, events = live(sound, transcriber=transcriber, activity=activity, sizes=sizes)
    assert len(whole.segments) > 8
    assert rounded(final) == rounded(whole)
    assert any(isinstance(event, Partial) for event in events)


@pytest.mark.model
def test_floor_hears_both_sides_of_a_call_live_as_in_a_file(examples: Path) -> None:
    transcriber, activity = build_transcriber("sphinx"), build_activity("silero")
    sides = np.stack([audio.samples for audio in read_audio(examples / "call_en.wav", name="call_en.wav").channels])
    whole = transcribe_recording(recording_of(sides), transcriber=transcriber, activity=activity, language="en")
    final, _ = live(sides, transcriber=transcriber, activity=activity)
    assert [one.text for one in final.segments] == [one.text for one in whole.segments]
    assert {one.channel for one in final.segments} == set(range(len(sides)))
