"""The one gate through which sound comes in: any container, decoded by FFmpeg in this process, and nothing behind it
sees bytes.

In: a file's bytes or its path. Out: a `Recording` at 16 kHz, one `Audio` a channel. Refused, each with its
own reason: empty, too large, too long, broken, not audio. It is decoded block by block onto a `Tape`, so that memory
does not grow with the call, and never beyond `AudioLimits` whatever a header says, because samples are counted as
they come. Only containers of sound are opened: playlists and scripts that name other
files are not. Sound without a header is decoded only when the caller says what it is. It does not know what was said.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, AudioRejected, ChannelLayout, Recording, Samples
from speech.sides.channels import layout_of, louder_of
from speech.sound.tape import Tape
from speech.sound.wav_header import promised_s

if TYPE_CHECKING:
    import av
    import soxr  # type: ignore[import-untyped]
    from av.audio.stream import AudioStream
    from av.container import InputContainer

CONTAINERS = "wav,w64,mp3,mov,flac,ogg,aiff,amr,amrnb,amrwb,matroska,au,caf,aac,asf,mpegts,avi"
"""FFmpeg's names of the demuxers that may be opened. hls, concat, dash, sdp and the like are left out: they fetch
other files.
"""
RawEncoding = Literal["s16le", "mulaw", "alaw", "g722"]
RATES_HZ = (4_000, 384_000)
"""From the lowest telephone codecs to the highest studio rate; beyond lies a broken header."""
KEPT_SHARE = 0.5
"""A file that holds less than this share of what its header promises is broken; above, what is there is used and a
warning says so.
"""
KEPT_SLACK_S = 1.0
LEAST_BYTES_PER_S = 400
"""Below the leanest speech codec (AMR 4.75 kbit/s is 594 bytes/s): with fewer bytes than this a long promise is not
believed.
"""


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """What a recording may cost. Four hours of two channels are 0.9 GB on disk while they are heard, and 1.3 GB as
    16-bit WAV at 22 kHz.
    """

    max_bytes: int = 2 << 30
    max_duration_s: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class RawFormat:
    """What headerless sound is; nobody can guess it."""

    rate_hz: int  # G.722 has 16,000, whatever is said
    encoding: RawEncoding = "s16le"
    channels: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of the container."""

    tape: Tape
    codec: str
    source_rate_hz: int
    promised_s: float | None
    damaged_packets: int


def read_audio(
    content: bytes | Path, *, name: str, limits: AudioLimits = AudioLimits(), raw: RawFormat | None = None
) -> Recording:
    """Decode a recording, or refuse it with a reason.

    Raises
    ------
    AudioRejected
        The file is empty, too large, too long, broken, or not audio.
    """
    with closing(_open(content, name=name)) as stream:
        size = stream.seek(0, io.SEEK_END)
        if size == 0:
            raise AudioRejected("empty", f"{name} is empty: there are no bytes in it. Send the recording again.")
        if size > limits.max_bytes:
            raise AudioRejected(
                "too_large", f"{name} has {size} bytes; at most {limits.max_bytes} are taken. Send it as MP3 or Opus."
            )
        decoded = _decode(stream, size=size, name=name, limits=limits, raw=raw)
    warnings = _check(decoded, name=name)
    channels, layout = _channels(decoded.tape)
    return Recording(
        name=name,
        channels=channels,
        layout=layout,
        codec=decoded.codec,
        source_rate_hz=decoded.source_rate_hz,
        warnings=warnings,
    )


def _open(content: bytes | Path, *, name: str) -> BinaryIO:
    """Open as a stream, never by a string that FFmpeg could read as a protocol."""
    if isinstance(content, bytes):
        return io.BytesIO(content)
    try:
        return content.open("rb")
    except OSError as error:
        raise AudioRejected(
            "not_audio", f"{name} cannot be read: {error.strerror}. Name a file that is there."
        ) from error


def _decode(stream: BinaryIO, *, size: int, name: str, limits: AudioLimits, raw: RawFormat | None) -> Decoded:
    import av

    promise_s = promised_s(stream) if raw is None else None
    stream.seek(0)
    try:
        container = _container(stream, raw)
    except av.FFmpegError as error:
        raise AudioRejected(
            "not_audio",
            f"{name} is not a sound file that can be read here (WAV, MP3, M4A, FLAC, Ogg, Opus, AMR, AIFF, WebM, ...). "
            "Sound without a header is taken only with its rate and encoding named.",
        ) from error
    with container:
        if not container.streams.audio:
            raise AudioRejected("not_audio", f"{name} holds no sound track. Send the recording of the call.")
        source = container.streams.audio[0]
        if promise_s is None:
            promise_s = _stream_promise_s(source, container.format.name)
        if promise_s is not None and promise_s > limits.max_duration_s and size >= promise_s * LEAST_BYTES_PER_S:
            raise _too_long(name, limits)
        _check_rate(source.codec_context.sample_rate, name)
        flow = _Flow(container, source)
        tape = Tape()
        try:
            for block in _within(flow.blocks(), name=name, limits=limits):
                tape.add(block)
        except (av.FFmpegError, ValueError) as error:
            raise AudioRejected(
                "broken", f"{name} breaks off while it is decoded: {error}. Export it again."
            ) from error
        return Decoded(
            tape, source.codec_context.name, source.codec_context.sample_rate, promise_s, flow.damaged_packets
        )


def _container(stream: BinaryIO, raw: RawFormat | None) -> InputContainer:
    import av

    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}
    if raw is None:
        return av.open(stream, mode="r", options=options, metadata_errors="replace")
    layout = "mono" if raw.channels == 1 else "stereo"
    options = {"sample_rate": str(raw.rate_hz), "ch_layout": layout}
    return av.open(stream, mode="r", format=raw.encoding, options=options, metadata_errors="replace")


class _Flow:
    """Packets of one sound track on their way to 16 kHz; counts what had to be left out."""

    def __init__(self, container: InputContainer, source: AudioStream) -> None:
        self.container = container
        self.source = source
        self.damaged_packets = 0

    def blocks(self) -> Iterator[Samples]:
        """Yield (channels, n) float32 at 16 kHz, as they are decoded."""
        import av
        import soxr

        count = self.source.codec_context.channels
        layout = "stereo" if count == 2 else "mono"  # more than two are mixed down: no call has three sides on tape
        rate_hz = self.source.codec_context.sample_rate
        converter = av.AudioResampler(format="flt", layout=layout, rate=rate_hz)
        resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 2 if count == 2 else 1, dtype="float32", quality="HQ")
        for frame in self._frames():
            for converted in converter.resample(frame):
                yield _resampled(resampler, converted, channels=2 if count == 2 else 1)
        yield _resampled(resampler, None, channels=2 if count == 2 else 1)

    def _frames(self) -> Iterator[av.AudioFrame]:
        import av

        for packet in self.container.demux(self.source):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                self.damaged_packets += 1
                continue
            yield from (frame for frame in frames if isinstance(frame, av.AudioFrame))


def _resampled(resampler: soxr.ResampleStream, frame: av.AudioFrame | None, *, channels: int) -> Samples:
    if frame is None:
        last = np.zeros((0, channels) if channels > 1 else (0,), dtype=np.float32)
        block = resampler.resample_chunk(last, last=True)
    else:
        interleaved = frame.to_ndarray().reshape(-1, channels).astype(np.float32, copy=False)
        block = resampler.resample_chunk(interleaved if channels > 1 else interleaved[:, 0], last=False)
    return np.ascontiguousarray(block.reshape(-1, channels).T)


def _within(blocks: Iterator[Samples], *, name: str, limits: AudioLimits) -> Iterator[Samples]:
    """Pass blocks on until the recording is longer than allowed."""
    count = 0
    for block in blocks:
        count += block.shape[1]
        if count > limits.max_duration_s * SAMPLE_RATE_HZ:
            raise _too_long(name, limits)
        yield block


def _too_long(name: str, limits: AudioLimits) -> AudioRejected:
    return AudioRejected("too_long", f"{name} is longer than {limits.max_duration_s / 60:g} minutes. Send it in parts.")


def _check_rate(rate_hz: int, name: str) -> None:
    lowest, highest = RATES_HZ
    if rate_hz < lowest or rate_hz > highest:
        raise AudioRejected(
            "broken", f"{name} claims {rate_hz} samples a second; {lowest} to {highest} are believed. Export it again."
        )


def _stream_promise_s(source: AudioStream, container: str) -> float | None:
    """Return what the container says of its own length; MP3, AAC and AMR only let it be guessed."""
    if container in ("mp3", "aac", "amr", "amrnb", "amrwb", "mpegts") or not source.duration or not source.time_base:
        return None
    return float(source.duration * source.time_base)


def _check(decoded: Decoded, *, name: str) -> tuple[str, ...]:
    """Refuse what is not usable; return what a person should know of the rest."""
    held_s = decoded.tape.count / SAMPLE_RATE_HZ
    promise_s = decoded.promised_s
    if promise_s is not None and held_s + KEPT_SLACK_S < KEPT_SHARE * promise_s:
        raise AudioRejected(
            "broken",
            f"{name} promises {promise_s:.0f} s of sound but holds {held_s:.1f} s: it was cut off. Export it again.",
        )
    if held_s == 0.0:
        reason = "broken" if decoded.damaged_packets else "empty"
        raise AudioRejected(reason, f"{name} holds no sound: its track is empty. Send the recording again.")
    if not decoded.tape.is_finite:
        raise AudioRejected("broken", f"{name} holds samples that are not numbers. Export it again as 16-bit WAV.")
    warnings = []
    if promise_s is not None and held_s + KEPT_SLACK_S < promise_s:
        warnings.append(f"{name} promises {promise_s:.1f} s but holds {held_s:.1f} s: the end is missing.")
    if decoded.damaged_packets:
        warnings.append(f"{name} has {decoded.damaged_packets} damaged packets, which were left out.")
    return tuple(warnings)


def _channels(tape: Tape) -> tuple[tuple[Audio, ...], ChannelLayout]:
    channels = tape.audios()
    if len(channels) == 1:
        return channels, "mono"
    left, right = channels
    layout = layout_of(left, right)
    return ((louder_of(left, right),), layout) if layout == "dual_mono" else (channels, layout)
