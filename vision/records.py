"""Nouns and errors of vision: values only, no ids, no storage.

    VisionError
    ├── ImageRejected       too big, too slow, too many pixels or pages, empty, broken or of no allowed format
    ├── ReaderUnknown       no reader of that name
    └── ReaderUnavailable   a reader's library is not installed

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
CodeKind = Literal[
    "gs1", "gs1_digital_link", "iso15434", "data_identifiers", "invoice", "wifi", "url", "labelled", "text"
]
PageKind = Literal["receipt", "invoice", "nameplate", "screenshot", "error_screen", "other"]


class VisionError(Exception):
    """Something about an image went wrong; the message says what, where, and what to do."""


class ImageRejected(VisionError):
    """The image cannot be used. `reason` is a stable word for machines: empty, too_large, too_many_pixels,
    too_many_pages, too_slow, broken, encrypted, not_an_image."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ReaderUnknown(VisionError): ...


class ReaderUnavailable(VisionError):
    """The message names the extra that brings the library."""


@dataclass(frozen=True, slots=True)
class Rival:
    """What may stand instead of what was read, and the reader's own share for it, 0..1."""

    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Characters [start, end) of a line's text that the reader was not sure of, and what else they may be, likeliest
    first. An empty stretch is one where something may be missing; an empty rival says that nothing stands there."""

    start: int
    end: int
    share: float  # the reader's own for what it read, 0..1
    rivals: tuple[Rival, ...]


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    box: Box
    confidence: float  # 0..1
    doubts: tuple[Doubt, ...] = ()  # in order; none where the reader was sure or keeps none


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
    """A barcode or matrix code. `gs1` maps application identifiers to values, e.g. {"21": "SN123"}, where it is GS1;
    `values` maps names as tickets use them to what the text says, e.g. {"serial_number": "SN123"}."""

    symbology: str
    text: str
    box: Box
    gs1: dict[str, str] = field(default_factory=dict)
    kind: CodeKind = "text"
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageField:
    """A value that the page itself names, e.g. a receipt's total, with the box it was read from. `code_box` is the box
    of a code that says the same as the print: the field is verified."""

    value: str
    confidence: float
    box: Box
    code_box: Box | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a person should mend before sending a picture again: too_dark, blurred, too_small, glare or cut_off.
    `box` is where; `field` names what print there was to tell (serial_number, total), where a label says so."""

    word: str
    box: Box | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one image, in reading order. `rotation` is how many degrees the picture was turned clockwise
    to stand upright; `quality` holds stable words for what a person should mend, and `flaws` where it is."""

    name: str
    page: int
    width_px: int
    height_px: int
    rotation: int
    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    engine: str
    quality: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReport:
    """What a page is and what it names. A field that the page does not name is not in `fields`."""

    kind: PageKind
    fields: Mapping[str, PageField]
