"""Nouns and errors of vision: values only, no ids, no storage.

    VisionError
    ├── ImageRejected       the file is too big, has too many pixels or pages, is empty, broken or not an allowed format
    └── ReaderUnknown       no reader of that name

Boxes are four corners in pixels of the upright page, clockwise from the text's top left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]
PageKind = Literal["receipt", "invoice", "nameplate", "screenshot", "other"]


class VisionError(Exception):
    """Something about an image went wrong; the message says what, where, and what to do."""


class ImageRejected(VisionError):
    """The image cannot be used. `reason` is a stable word for machines: empty, too_large, too_many_pixels,
    too_many_pages, broken, encrypted, not_an_image."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ReaderUnknown(VisionError): ...


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    box: Box
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Image:
    """One decoded page, EXIF turn applied, metadata gone. A PDF page with a text layer carries it as `text_lines`."""

    name: str
    page: int
    pixels: Pixels  # (height, width, 3) uint8 RGB
    text_lines: tuple[Line, ...] = ()

    @property
    def width_px(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode or matrix code. `gs1` maps application identifiers to values, e.g. {"21": "SN123"}, where it is GS1."""

    symbology: str
    text: str
    box: Box
    gs1: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageField:
    """A value that the page itself names, e.g. a receipt's total, with the box it was read from."""

    value: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one image, in reading order. `rotation` is how many degrees the picture was turned clockwise
    to stand upright; `quality` holds stable words for what a person should mend: too_dark, blurred, too_small."""

    name: str
    page: int
    width_px: int
    height_px: int
    rotation: int
    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    engine: str
    quality: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReport:
    """What a page is and what it names. A field that the page does not name is not in `fields`."""

    kind: PageKind
    fields: Mapping[str, PageField]
