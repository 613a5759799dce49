"""Write channels as a WAV file, with a beep over what nobody shall hear again.

In: channels at 16 kHz, stretches to cover. Out: the bytes of a 16-bit WAV, piece by piece, so that a long call never
lies in memory. A covered stretch holds the beep alone, on every channel: the other side may repeat a number, or let it
through. It does not know what has to be covered.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples, Stretch

BLOCK_SAMPLES = 10 * SAMPLE_RATE_HZ
BEEP_HZ = 1_000.0  # as broadcasters use
BEEP_LEVEL = 0.1  # -23 dBFS, the loudness of speech on calls
SAMPLE_BYTES = 2
HEAD_BYTES = 36  # of the header, after the field that counts them


def wav_pieces(
    channels: Sequence[Audio], *, is_mixed: bool = False, covered: Sequence[Stretch] = ()
) -> Iterator[bytes]:
    """Yield a WAV file; `is_mixed` puts all channels onto one.

    Examples
    --------
    >>> content = b"".join(wav_pieces([Audio(np.zeros(16_000, dtype=np.float32))]))
    >>> content[:4], len(content)
    (b'RIFF', 32044)
    """
    count = max(len(channel) for channel in channels)
    sides = 1 if is_mixed else len(channels)
    yield _head(count, sides)
    for start in range(0, count, BLOCK_SAMPLES):
        end = min(start + BLOCK_SAMPLES, count)
        block = np.stack([_padded(channel.read(start, end), end - start) for channel in channels])  # (channels, n)
        mixed = block.sum(axis=0, keepdims=True) if is_mixed else block
        _cover(mixed, start, covered)
        yield np.round(np.clip(mixed, -1.0, 1.0) * 32_767).astype("<i2").T.tobytes()


def _head(count: int, channels: int) -> bytes:
    size = count * channels * SAMPLE_BYTES
    block = channels * SAMPLE_BYTES
    layout = struct.pack("<IHHIIHH", 16, 1, channels, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * block, block, 8 * SAMPLE_BYTES)
    return b"RIFF" + struct.pack("<I", size + HEAD_BYTES) + b"WAVEfmt " + layout + b"data" + struct.pack("<I", size)


def _padded(samples: Samples, count: int) -> Samples:
    return np.pad(samples, (0, count - len(samples)))


def _cover(block: Samples, start: int, covered: Sequence[Stretch]) -> None:
    """Write the beep over the part of each stretch that lies in the block, which begins at sample `start`."""
    for stretch in covered:
        first = max(0, int(stretch.start_s * SAMPLE_RATE_HZ) - start)
        last = min(block.shape[1], int(np.ceil(stretch.end_s * SAMPLE_RATE_HZ)) - start)
        if first < last:
            at = np.arange(start + first, start + last)
            block[:, first:last] = BEEP_LEVEL * np.sin(2 * np.pi * BEEP_HZ / SAMPLE_RATE_HZ * at)
