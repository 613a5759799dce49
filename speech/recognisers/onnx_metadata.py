"""The metadata of an ONNX file, read without loading the network.

In: a path. Out: the file's key and value texts. sherpa-onnx ends the whole process when a key it needs is missing, so
a folder is looked at before it is handed over. It knows protobuf's wire format and two of ONNX's field numbers, nothing
of graphs: those are skipped, so a gigabyte costs as much as a kilobyte.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from speech.records import ModelUnavailable

METADATA_PROPS = 14  # ModelProto.metadata_props, onnx.proto
KEY, VALUE = 1, 2  # StringStringEntryProto
VARINT, FIXED_64, LENGTH, FIXED_32 = 0, 1, 2, 5  # wire types
MAX_VARINT_BYTES = 10  # protobuf: 64 bits, seven a byte
MAX_ENTRY_BYTES = 1 << 20  # the longest there is holds 560 numbers as text, 8 KB


def read_metadata(path: Path) -> dict[str, str]:
    """Return the metadata.

    Raises
    ------
    ModelUnavailable
        This is not an ONNX file, or not a whole one.
    """
    size = path.stat().st_size
    found: dict[str, str] = {}
    try:
        with path.open("rb") as stream:
            while stream.tell() < size:
                number, wire = divmod(_varint(stream), 8)
                if number == METADATA_PROPS and wire == LENGTH:
                    entry = _entry(_taken(stream, _varint(stream)))
                    found[entry.get(KEY, "")] = entry.get(VALUE, "")
                else:
                    _skip(stream, wire)
            is_whole = stream.tell() == size
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelUnavailable(f"{path} is not an ONNX file: {error}. Bring it anew.") from error
    if not is_whole:
        raise ModelUnavailable(f"{path} breaks off at {size} bytes. Bring it anew.")
    return found


def _varint(stream: BinaryIO) -> int:
    value = 0
    for place in range(MAX_VARINT_BYTES):
        byte = stream.read(1)
        if not byte:
            raise ValueError("it breaks off within a number")
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    raise ValueError("a number does not end")


def _taken(stream: BinaryIO, size: int) -> bytes:
    if size > MAX_ENTRY_BYTES:
        raise ValueError(f"an entry of {size} bytes is no metadata")
    taken = stream.read(size)
    if len(taken) < size:
        raise ValueError("it breaks off within an entry")
    return taken


def _skip(stream: BinaryIO, wire: int) -> None:
    if wire == VARINT:
        _varint(stream)
    elif wire in (FIXED_64, FIXED_32):
        stream.seek(8 if wire == FIXED_64 else 4, 1)
    elif wire == LENGTH:
        stream.seek(_varint(stream), 1)
    else:
        raise ValueError(f"there is no wire type {wire}")


def _entry(content: bytes) -> dict[int, str]:
    stream, found = BytesIO(content), {}
    while stream.tell() < len(content):
        number, wire = divmod(_varint(stream), 8)
        if wire != LENGTH:
            raise ValueError("metadata that is not text")
        found[number] = _taken(stream, _varint(stream)).decode("utf-8")
    return found
