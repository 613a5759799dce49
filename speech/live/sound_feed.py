"""Sound as it arrives in, samples at 16 kHz out: PCM16 of any rate, or Opus packets.

In: frames of bytes, cut anywhere (PCM16) or one packet each (Opus). Out: (channels, n) float32 at 16 kHz, the same
samples that the gate of files gives for the same sound: one resampler, fed piece by piece. A damaged packet is left
out and counted. It does not know what was said, and keeps no sound but the resampler's own tail.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Samples

OPUS_RATE_HZ = 48_000
"""Opus decodes at 48 kHz whatever was recorded (RFC 6716)."""
BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class LiveFormat:
    """What the frames are; `rate_hz` is that of PCM16, Opus has its own."""

    encoding: Literal["pcm16", "opus"] = "pcm16"
    rate_hz: int = SAMPLE_RATE_HZ
    channels: Literal[1, 2] = 1

    @property
    def source_rate_hz(self) -> int:
        return OPUS_RATE_HZ if self.encoding == "opus" else self.rate_hz


class SoundFeed:
    """One call's sound on its way to 16 kHz."""

    def __init__(self, form: LiveFormat) -> None:
        import soxr  # type: ignore[import-untyped]

        self._form = form
        self._resampler = soxr.ResampleStream(
            form.source_rate_hz, SAMPLE_RATE_HZ, form.channels, dtype="float32", quality="HQ"
        )
        self._packets = _OpusPackets(form.channels) if form.encoding == "opus" else None
        self._rest = b""
        self.damaged_packets = 0

    def feed(self, frame: bytes) -> Samples:
        """Return what a frame adds: (channels, n) float32; n may be 0."""
        interleaved = self._pcm(frame) if self._packets is None else self._opus(self._packets, frame)
        return self._resampled(interleaved, is_last=False)

    def finish(self) -> Samples:
        """Return the resampler's tail; half a sample that never became whole is dropped."""
        return self._resampled(np.zeros((0, self._form.channels), dtype=np.float32), is_last=True)

    def _pcm(self, frame: bytes) -> Samples:
        content = self._rest + frame
        block = BYTES_PER_SAMPLE * self._form.channels
        whole = len(content) - len(content) % block
        self._rest = content[whole:]
        pcm = np.frombuffer(content[:whole], dtype="<i2").astype(np.float32)
        return (pcm / np.float32(32768.0)).reshape(-1, self._form.channels)  # FFmpeg's scale of 16-bit sound

    def _opus(self, packets: _OpusPackets, frame: bytes) -> Samples:
        import av

        try:
            return packets.decode(frame)
        except (av.FFmpegError, ValueError):
            self.damaged_packets += 1
            return np.zeros((0, self._form.channels), dtype=np.float32)

    def _resampled(self, interleaved: Samples, *, is_last: bool) -> Samples:
        shaped = interleaved if self._form.channels > 1 else interleaved[:, 0]
        block: Samples = self._resampler.resample_chunk(shaped, last=is_last)
        clipped: Samples = np.clip(block.reshape(-1, self._form.channels).T, -1.0, 1.0)
        return clipped


class _OpusPackets:
    """FFmpeg's Opus decoder without a container; (n, channels) float32 at 48 kHz comes out."""

    def __init__(self, channels: int) -> None:
        import av

        self._channels = channels
        self._decoder = av.CodecContext.create("opus", "r")
        # The header that a container would bring: version, channels, no samples to skip, rate, no gain, mapping 0.
        self._decoder.extradata = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 0, OPUS_RATE_HZ, 0, 0)
        layout = "mono" if channels == 1 else "stereo"
        self._converter = av.AudioResampler(format="flt", layout=layout, rate=OPUS_RATE_HZ)

    def decode(self, packet: bytes) -> Samples:
        import av

        found = [np.zeros((0, self._channels), dtype=np.float32)]
        for frame in self._decoder.decode(av.Packet(packet)):
            if isinstance(frame, av.AudioFrame):
                for converted in self._converter.resample(frame):
                    found.append(converted.to_ndarray().reshape(-1, self._channels).astype(np.float32, copy=False))
        return np.concatenate(found)
