"""The framing of an Arrow IPC stream in, whether any message is compressed out.
Reads flatbuffer offsets only, no buffers.

A stream is a row of messages: continuation 0xFFFFFFFF, metadata size, a flatbuffer Message (version, header
type, header,
bodyLength), then the body (https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format).
"""

from __future__ import annotations

import struct

CONTINUATION = 0xFFFFFFFF
MESSAGE_HEADER_TYPE, MESSAGE_HEADER, MESSAGE_BODY_LENGTH = 1, 2, 3  # fields of table Message, in order of Message.fbs
DICTIONARY_BATCH, RECORD_BATCH = 2, 3  # union MessageHeader
DICTIONARY_BATCH_CONTENT = 1  # DictionaryBatch.data
RECORD_BATCH_COMPRESSION = 3  # RecordBatch.compression


def is_compressed(content: bytes) -> bool:
    """Return whether a record or dictionary batch declares compressed buffers;
    ValueError where the framing is broken."""
    position = 0
    while position + 8 <= len(content):
        mark, size = struct.unpack_from("<Ii", content, position)
        if mark != CONTINUATION:
            raise ValueError(f"no message starts at byte {position}")
        if size == 0:
            return False
        if size < 0 or position + 8 + size > len(content):
            raise ValueError(f"the message at byte {position} is cut off")
        metadata = content[position + 8 : position + 8 + size]
        try:
            body_length, has_compression = _message(metadata)
        except struct.error as error:
            raise ValueError(f"the message at byte {position} has no readable header") from error
        if has_compression:
            return True
        if body_length < 0:
            raise ValueError(f"the message at byte {position} has a negative length")
        position += 8 + size + body_length
    return False


def _message(metadata: bytes) -> tuple[int, bool]:
    message = struct.unpack_from("<I", metadata, 0)[0]
    length_at = _field(metadata, message, MESSAGE_BODY_LENGTH)
    body_length = struct.unpack_from("<q", metadata, length_at)[0] if length_at else 0
    type_at, header_at = _field(metadata, message, MESSAGE_HEADER_TYPE), _field(metadata, message, MESSAGE_HEADER)
    header_type = metadata[type_at] if type_at and type_at < len(metadata) else 0
    if not header_at or header_type not in (DICTIONARY_BATCH, RECORD_BATCH):
        return body_length, False
    batch = _follow(metadata, header_at)
    if header_type == DICTIONARY_BATCH:
        content_at = _field(metadata, batch, DICTIONARY_BATCH_CONTENT)
        if not content_at:
            return body_length, False
        batch = _follow(metadata, content_at)
    return body_length, bool(_field(metadata, batch, RECORD_BATCH_COMPRESSION))


def _follow(metadata: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", metadata, at)[0])


def _field(metadata: bytes, table: int, number: int) -> int:
    """Return where a table's field stands, 0 where it is absent."""
    vtable = table - int(struct.unpack_from("<i", metadata, table)[0])
    if vtable < 0:
        raise ValueError("the header points outside itself")
    vtable_size = struct.unpack_from("<H", metadata, vtable)[0]
    entry = 4 + 2 * number
    if entry + 2 > vtable_size:
        return 0
    offset = int(struct.unpack_from("<H", metadata, vtable + entry)[0])
    return table + offset if offset else 0
