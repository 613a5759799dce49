"""The one decode gate: bytes in, upright RGB pages out, or ImageRejected.

Takes JPEG, PNG, WebP, AVIF, HEIC, GIF (first frame), TIFF, BMP and PDF, told apart by their first bytes, never by their
name. Formats whose decoders have been broken most, and JPEGs built to be slow, are decoded in a process of their own
with limits on time and memory. Only pixels come out: the EXIF turn is applied, GPS and the rest stay behind.

What this does not know: what the picture shows.
"""

from __future__ import annotations

from vision.gate.decoder_child import decode_in_child
from vision.gate.image_limits import ImageLimits
from vision.gate.raster import decode_raster
from vision.records import Image, ImageRejected

ALLOWED = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "PDF")

WORST = ("PDF", "TIFF", "HEIF", "AVIF")
"""Containers with many codecs and offsets inside, behind most memory errors of picture decoders: of the 28 fuzzers'
files that Pillow keeps, 14 are TIFF; HEIC is video."""
SLOW_SCANS = 32
"""Scans of a progressive JPEG, each a pass over the whole picture: encoders write 10, mozjpeg up to 12; a thousand
empty ones fit into 10 kB and keep libjpeg busy for minutes (its authors' LJT-01-005)."""
START_OF_SCAN = b"\xff\xda"


def read_images(content: bytes, *, name: str, limits: ImageLimits | None = None) -> tuple[Image, ...]:
    """Decode every page of a file.

    Raises:
        ImageRejected: the file is empty, too big, broken, too slow or not of an allowed format.
    """
    limits = limits or ImageLimits()
    if not content:
        raise ImageRejected("empty", f"{name} is empty (0 bytes). Send the picture again.")
    if len(content) > limits.file_bytes:
        raise ImageRejected(
            "too_large",
            f"{name} has {len(content):,} bytes, more than the {limits.file_bytes:,} allowed. Send a smaller copy.",
        )
    form = sniff(content)
    if form == "":
        raise ImageRejected("not_an_image", f"{name} is none of {', '.join(ALLOWED)}. Send a photo, screenshot or PDF.")
    if form in WORST or (form == "JPEG" and content.count(START_OF_SCAN) > SLOW_SCANS):
        return decode_in_child(content, form=form, name=name, limits=limits)
    pages = decode_raster(content, form=form, name=name, limits=limits)
    return tuple(Image(name=name, page=number, pixels=pixels) for number, pixels in enumerate(pages))


def sniff(content: bytes) -> str:
    """Name the format by its first bytes; "" where it is none of ALLOWED.

    >>> sniff(b"%PDF-1.7"), sniff(b"GIF89a...."), sniff(b"hello")
    ('PDF', 'GIF', '')
    """
    head = content[:32]
    if head[4:8] == b"ftyp":
        return "AVIF" if head[8:12] in (b"avif", b"avis") else "HEIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    for signature, form in _SIGNATURES.items():
        if head.startswith(signature):
            return form
    # ISO 32000 lets a PDF's header stand anywhere in the first 1,024 bytes.
    return "PDF" if b"%PDF-" in content[:1024] else ""


_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
    b"BM": "BMP",
}
