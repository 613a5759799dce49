"""What a file is, told by its first bytes and never by its name. Knows signatures, decodes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from api.errors import Problem, say

MediaKind = Literal["audio", "image"]
"""A PDF counts as an image: its pages are read."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it came."""

    name: str
    content: bytes


_SIGNATURES: Mapping[bytes, MediaKind] = {
    b"%PDF": "image",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"II+\x00": "image",  # BigTIFF
    b"MM\x00+": "image",
    b"ID3": "audio",
    b"OggS": "audio",
    b"fLaC": "audio",
    b"#!AMR": "audio",
    b"\x1aE\xdf\xa3": "audio",  # Matroska and WebM
    b".snd": "audio",
    b"caff": "audio",
    b"FORM": "audio",  # AIFF
    b"#!SILK": "audio",
    b"\x30\x26\xb2\x75": "audio",  # ASF, WMA
}
_RIFF: Mapping[bytes, MediaKind] = {b"WAVE": "audio", b"WEBP": "image"}
_IMAGE_BRANDS = frozenset(
    {
        *(b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"),
        *(b"mif1", b"mif2", b"msf1", b"miaf", b"avif", b"avis", b"avio"),
    }
)
"""ISO 23008-12 and AVIF brands, each of a picture; every other brand (M4A, mp42, isom, 3gp) is heard as audio."""
PDF_SEARCH_BYTES = 1024
"""PDF 1.7, appendix H: readers accept a header anywhere in the first 1024 bytes."""


def kind_of(file: Attachment) -> MediaKind:
    """Return what a file is.

    Raises:
        Problem: file_empty, file_type_unknown.

    >>> kind_of(Attachment("photo.wav", b"\\x89PNG\\r\\n"))
    'image'
    """
    content = file.content
    if not content:
        raise Problem("file_empty", say("detail.file_empty", name=file.name), where=file.name)
    if content[:4] in (b"RIFF", b"RF64") and content[8:12] in _RIFF:
        return _RIFF[content[8:12]]
    if content[4:8] == b"ftyp":
        return "image" if content[8:12] in _IMAGE_BRANDS else "audio"
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "audio"  # MPEG frame sync: eleven set bits
    if b"%PDF" in content[:PDF_SEARCH_BYTES]:
        return "image"
    raise Problem(
        "file_type_unknown",
        say("detail.file_type_unknown", name=file.name, start=content[:8].hex(" ")),
        where=file.name,
    )
