"""Read how much sound a RIFF/WAVE header promises, before anybody believes it.

In: the stream of a file. Out: the promised seconds. FFmpeg quietly cuts a promise down to the file's size; a file
that holds a sliver of what it promises is broken, and only the header can tell. It does not decode anything.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

STREAMED_BYTES = (0, 0x7FFF_0000, 0xFFFF_0000)
"""Writers into a pipe do not know the length: 0 (GStreamer), about 0x7FFFF000 (SoX), about 0xFFFFFFFF (FFmpeg)."""
STREAMED_MARGIN_BYTES = 0x1_0000
MAX_CHUNKS = 64


def promised_s(stream: BinaryIO) -> float | None:
    """Return the seconds a WAV header promises; None where the file is no WAV or was written as a stream.

    Examples
    --------
    >>> import io
    >>> layout = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    >>> head = b"RIFF" + bytes(4) + b"WAVEfmt " + struct.pack("<I", 16) + layout
    >>> promised_s(io.BytesIO(head + b"data" + struct.pack("<I", 576_000_000)))
    36000.0
    """
    stream.seek(0)
    head = stream.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    bytes_per_s = 0
    for _ in range(MAX_CHUNKS):
        chunk = stream.read(8)
        if len(chunk) < 8:
            return None
        kind, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if kind == b"data":
            return _seconds(size, bytes_per_s)
        body = stream.read(min(size, 16)) if kind == b"fmt " else b""
        if len(body) == 16:
            bytes_per_s = struct.unpack("<I", body[8:12])[0]
        stream.seek(size + size % 2 - len(body), 1)
    return None


def _seconds(size: int, bytes_per_s: int) -> float | None:
    is_streamed = any(mark <= size <= mark + STREAMED_MARGIN_BYTES for mark in STREAMED_BYTES[1:]) or size == 0
    return None if is_streamed or bytes_per_s == 0 else size / bytes_per_s
