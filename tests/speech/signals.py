"""Sounds made in memory and files made of them, for tests that need no recording."""

from __future__ import annotations

import io
import struct
from fractions import Fraction

import av
import numpy as np

from speech.records import SAMPLE_RATE_HZ, Samples


def tone(duration_s: float, *, hz: float = 440.0, rate_hz: int = SAMPLE_RATE_HZ, level: float = 0.5) -> Samples:
    """Return a sine."""
    at_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


def noise(duration_s: float, *, level: float = 0.1, seed: int = 0) -> Samples:
    """Return white noise."""
    return (level * np.random.default_rng(seed).standard_normal(round(duration_s * SAMPLE_RATE_HZ))).astype(np.float32)


def silence(duration_s: float) -> Samples:
    """Return nothing."""
    return np.zeros(round(duration_s * SAMPLE_RATE_HZ), dtype=np.float32)


def encoded(channels: list[Samples], *, container: str, codec: str, rate_hz: int) -> bytes:
    """Write channels into a container through FFmpeg."""
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(channels)]
    pcm = np.stack(channels)  # (channels, n)
    target = io.BytesIO()
    with av.open(target, mode="w", format=container) as output:
        stream = output.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        converter = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate_hz, frame_size=1024)
        if codec == "libopencore_amrnb":
            stream.bit_rate = 12_200
            converter = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate_hz, frame_size=160)
        if codec in ("libopus", "opus"):
            converter = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate_hz, frame_size=960)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm), format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        frame.time_base = Fraction(1, rate_hz)
        frame.pts = 0
        for part in (*converter.resample(frame), *converter.resample(None)):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return target.getvalue()


def wav(samples: Samples, *, rate_hz: int = SAMPLE_RATE_HZ, promised_bytes: int | None = None) -> bytes:
    """Write 16-bit PCM by hand, with a header that may promise something else than what follows."""
    pcm = np.round(samples * 32767).astype("<i2").tobytes()
    return wav_head(len(pcm) if promised_bytes is None else promised_bytes, rate_hz=rate_hz) + pcm


def wav_head(
    data_bytes: int, *, rate_hz: int = SAMPLE_RATE_HZ, channels: int = 1, bits: int = 16, encoding: int = 1
) -> bytes:
    """Write the 44 bytes in front of the samples. Encodings: 1 whole numbers, 3 floats, 6 A-law, 7 mu-law."""
    block = channels * bits // 8
    layout = struct.pack("<IHHIIHH", 16, encoding, channels, rate_hz, rate_hz * block, block, bits)
    riff = struct.pack("<I", min(data_bytes + 36, 0xFFFFFFFF))
    return b"RIFF" + riff + b"WAVEfmt " + layout + b"data" + struct.pack("<I", data_bytes)
