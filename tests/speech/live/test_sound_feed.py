"""Sound cut anywhere gives the samples that the gate of files gives."""

from __future__ import annotations

import io
from itertools import cycle

import av
import numpy as np
import pytest

from speech import RawFormat, read_audio
from speech.live.sound_feed import LiveFormat, SoundFeed
from speech.records import Samples
from tests.speech.signals import encoded, tone

CUTS = (1, 3, 640, 1_111, 65_536, 2)
"""Bytes of a frame, in turn: odd ones cut samples in two."""


def pcm_of(channels: list[Samples]) -> bytes:
    return np.round(np.stack(channels, axis=1) * 32767).astype("<i2").tobytes()


def fed(feed: SoundFeed, frames: list[bytes]) -> Samples:
    return np.concatenate([*(feed.feed(frame) for frame in frames), feed.finish()], axis=1)


def cut(content: bytes) -> list[bytes]:
    frames, start = [], 0
    for size in cycle(CUTS):
        if start >= len(content):
            return frames
        frames.append(content[start : start + size])
        start += size
    return frames


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_cut_pcm_is_what_a_file_of_it_is(rate_hz: int, channels: int) -> None:
    sides = [tone(1.5, hz=300.0 + 500 * side, rate_hz=rate_hz, level=0.4) for side in range(channels)]
    content = pcm_of(sides)
    raw = RawFormat(rate_hz=rate_hz, channels=1 if channels == 1 else 2)
    whole = read_audio(content, name="call.raw", raw=raw)
    live = fed(SoundFeed(LiveFormat("pcm16", rate_hz, raw.channels)), cut(content))
    assert live.shape == (channels, len(whole.channels[0].samples))
    for side, audio in zip(live, whole.channels, strict=True):
        assert np.abs(side - audio.samples).max() < 1e-6


@pytest.mark.parametrize("channels", [1, 2])
def test_opus_packets_are_heard(channels: int) -> None:
    sides = [tone(1.0, hz=440.0, rate_hz=48_000, level=0.4 / (side + 1)) for side in range(channels)]
    with av.open(io.BytesIO(encoded(sides, container="ogg", codec="libopus", rate_hz=48_000))) as container:
        packets = [bytes(packet) for packet in container.demux() if packet.size]
    feed = SoundFeed(LiveFormat("opus", 48_000, 1 if channels == 1 else 2))
    live = fed(feed, packets)
    assert live.shape[0] == channels
    assert live.shape[1] == pytest.approx(16_000, abs=700)  # the encoder's delay and its last frame's padding
    loudness = np.sqrt(np.square(live[:, 4_000:12_000]).mean(axis=1))
    assert loudness == pytest.approx([0.4 / (side + 1) / np.sqrt(2) for side in range(channels)], rel=0.1)
    assert feed.damaged_packets == 0


def test_damaged_packet_is_left_out_and_counted() -> None:
    feed = SoundFeed(LiveFormat("opus", 48_000, 1))
    assert feed.feed(b"\xff" * 7).shape[1] == 0
    assert feed.damaged_packets == 1
