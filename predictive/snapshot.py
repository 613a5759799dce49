"""Named arrays and one JSON header in bytes, and back: what a monitor is made of, without pickle.

    MAGIC, then frames: length, length when unpacked, lz4 block      first frame: the header, with the arrays' shapes

Arrays are given one part after the other, so that never more than one part is held twice. Reads version 1 too, which
was an npz file. Does not know what the arrays mean.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from predictive.records import StateMismatch

FORMAT_VERSION = 2
MAGIC = b"BFHMON2\n"
HEADER = "header"
LENGTHS = struct.Struct("<QQ")
BLOCK_BYTES = 8 * 1024 * 1024
"""Of an array, packed at once: small beside the state, large beside what a block costs."""
HEADER_BYTES = 512 * 1024 * 1024  # a million names of the greatest length are 200 MB
CODEC = "lz4"
"""A third of the time of zstd's quickest for a snapshot a fifth larger (python -m tests.bench.telemetry_state)."""
KINDS = "biuf"  # of numpy's types: numbers only

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Arrays by name, and the rest as JSON values."""

    header: Mapping[str, object]
    arrays: Mapping[str, Array]


def pack(header: Mapping[str, object], arrays: Iterable[tuple[str, Array]]) -> tuple[bytes, ...]:
    """Return frames; joined they are what `unpack` reads. The same snapshot gives the same bytes."""
    codec, frames, shapes = pa.Codec(CODEC), list[bytes](), list[dict[str, object]]()
    for name, array in arrays:
        shapes.append({"name": name, "dtype": array.dtype.str, "shape": array.shape})
        frames += [_framed(codec, block) for block in _blocks(array)]
    told = {**header, "format_version": FORMAT_VERSION, "arrays": shapes}
    text = json.dumps(told, ensure_ascii=True, sort_keys=True, allow_nan=True)
    return (MAGIC + _framed(codec, text.encode("ascii")), *frames)


def unpack(content: bytes) -> Snapshot:
    """Read a snapshot.

    Raises:
        StateMismatch: not a snapshot, or of another version.
    """
    if content[:2] == b"PK":
        return _unpack_first(content)
    if content[: len(MAGIC)] != MAGIC:
        raise StateMismatch(f"{len(content)} bytes are not a snapshot of a monitor; start afresh")
    try:
        return _unpacked(memoryview(content)[len(MAGIC) :])
    except (ValueError, KeyError, TypeError, OSError, struct.error, pa.ArrowException, StopIteration) as error:
        raise StateMismatch(
            f"{len(content)} bytes are not a snapshot of a monitor, or a part of one ({error}); start afresh"
        ) from error


def _unpacked(content: memoryview) -> Snapshot:
    codec = pa.Codec(CODEC)
    frames = _frames(content)
    size, packed = next(frames)
    if size > HEADER_BYTES:
        raise ValueError(f"its header would be {size} bytes")
    header = json.loads(codec.decompress(packed, decompressed_size=size, asbytes=True))
    version = header.pop("format_version")
    if version != FORMAT_VERSION:
        raise StateMismatch(f"snapshot has version {version}, this program reads 1 and {FORMAT_VERSION}; start afresh")
    arrays: dict[str, Array] = {}
    for told in header.pop("arrays"):
        dtype = np.dtype(str(told["dtype"]))
        if dtype.kind not in KINDS:
            raise ValueError(f"array {told['name']!r} holds no numbers")
        arrays[told["name"]] = _array(codec, frames, dtype, tuple(map(int, told["shape"])))
    if next(frames, None) is not None:
        raise ValueError("it is longer than it says")
    return Snapshot(header, arrays)


def _array(
    codec: pa.Codec, frames: Iterator[tuple[int, memoryview]], dtype: np.dtype[np.generic], shape: Sequence[int]
) -> Array:
    """Return an array, filled from as many frames as it needs."""
    parts: list[bytes] = []
    wanted = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    while (missing := wanted - sum(map(len, parts))) > 0:
        size, packed = next(frames)
        if not 0 < size <= min(missing, BLOCK_BYTES):
            raise ValueError("its blocks do not fit its arrays")
        parts.append(codec.decompress(packed, decompressed_size=size, asbytes=True))
    return np.frombuffer(b"".join(parts), dtype=dtype).reshape(shape)


def _blocks(array: Array) -> Iterator[bytes | memoryview]:
    if array.size:
        content = memoryview(np.ascontiguousarray(array).data).cast("B")
        for first in range(0, len(content), BLOCK_BYTES):
            yield content[first : first + BLOCK_BYTES]


def _framed(codec: pa.Codec, block: bytes | memoryview) -> bytes:
    packed: bytes = codec.compress(pa.py_buffer(block), asbytes=True)
    return LENGTHS.pack(len(packed), len(block)) + packed


def _frames(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield each frame's unpacked length and its packed bytes."""
    place = 0
    while place < len(content):
        length, size = LENGTHS.unpack_from(content, place)
        place += LENGTHS.size
        if place + length > len(content):
            raise ValueError("it is cut off")
        yield size, content[place : place + length]
        place += length


def _unpack_first(content: bytes) -> Snapshot:
    """Read version 1: an npz file with the header among its arrays."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = json.loads(arrays.pop(HEADER).tobytes())
    except (ValueError, KeyError, OSError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise StateMismatch(f"{len(content)} bytes are not a snapshot of a monitor ({error}); start afresh") from error
    if header.pop("format_version", None) != 1:
        raise StateMismatch("an npz file is a snapshot of version 1 and this one says otherwise; start afresh")
    return Snapshot(header, arrays)
