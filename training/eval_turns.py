"""Measure how pictures that lie wrong are read: turned by 90, 180 and 270 degrees, in the eight EXIF turns, crooked.

In: the folder of the vision data and a reader. Out: rows of the table that `python -m training.eval_vision` prints,
each with what it loses against the same pictures read upright. The turns, EXIF blocks and slants are made here; the
pictures are real. It does not know fields.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from training.receipt_scores import Reading, Result, count_lines
from vision import Image, Line, Reader, read_images, read_page
from vision.gate.raster import EXIF_ORIENTATION
from vision.readers.orientation import turn

TURNS = (90, 180, 270)
SLANTS_DEGREES = (-15.0, -8.0, -3.0, 3.0, 8.0, 15.0)
PAPER = (200, 200, 200)
FEW = 12
LAYING = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_90,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_270,
}
"""How a camera held that way stores an upright picture."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A way to lay a picture wrong: its name, what makes it, the turn that rights it, and boxes put back."""

    name: str
    lay: Callable[[Image], Image]
    rotation: int = 0
    put_back: Callable[[Line, Image], Line] = lambda line, image: line


def turned(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Turn receipts and see whether they come back."""
    ways = [Wrong(f"turned {rotation}", _turning(rotation), (360 - rotation) % 360) for rotation in TURNS]
    yield from _losses(data, reader, ways, limit=limit or FEW)


def laid_by_camera(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Store receipts in the eight EXIF turns, as JPEG of quality 95, and read them through the gate."""
    ways = [Wrong(f"EXIF {orientation}", _storing(orientation)) for orientation in range(1, 9)]
    yield from _losses(data, reader, ways, limit=limit or FEW)


def crooked(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Slant receipts by a few degrees."""
    ways = [Wrong(f"slanted {angle:+g}", _slanting(angle), 0, _upright(angle)) for angle in SLANTS_DEGREES]
    yield from _losses(data, reader, ways, limit=limit or FEW)


def sparse(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Turn photos and screenshots, some with hardly any print, and count which are righted and which turned over."""
    files = [
        path
        for pattern in ("zh/**/*.*", "scene/*/*.jp*g")
        for path in sorted(data.glob(pattern))
        if path.suffix in (".jpg", ".jpeg", ".png")
    ]
    upright, righted, with_print = 0, 0, 0
    missed: list[str] = []
    for path in files[: limit or None]:
        image = read_images(path.read_bytes(), name=path.name)[0]
        page = read_page(image, reader=reader)
        upright += page.rotation == 0
        if sum(len(line.text) for line in page.lines) < 2:
            continue
        with_print += 1
        for rotation in TURNS:
            is_righted = read_page(turn(image, rotation), reader=reader).rotation == (360 - rotation) % 360
            righted += is_righted
            if not is_righted:
                missed.append(f"{path.stem} {rotation}")
    count = len(files[: limit or None])
    yield Result("photos, screenshots", "left upright", f"{upright} of {count}")
    yield Result("photos, screenshots", "turned, righted", f"{righted} of {3 * with_print}", ", ".join(missed))


def _losses(data: Path, reader: Reader, ways: list[Wrong], *, limit: int) -> Iterator[Result]:
    receipts = [*_receipts(data, limit)]
    upright, cpu_s = Reading(), time.process_time()
    for receipt, image in receipts:
        count_lines(receipt, read_page(image, reader=reader).lines, upright)
    cpu_s = (time.process_time() - cpu_s) / len(receipts)
    base_cer = upright.edits / max(upright.characters, 1)
    name = f"SROIE, {len(receipts)} receipts"
    yield Result(
        name, "upright", f"CER {base_cer:.4f}", f"lines found {upright.found / upright.lines:.4f}, {cpu_s:.2f} s"
    )
    for way in ways:
        reading, righted, way_s = Reading(), 0, time.process_time()
        for receipt, image in receipts:
            page = read_page(way.lay(image), reader=reader)
            righted += page.rotation == way.rotation
            count_lines(receipt, [way.put_back(line, image) for line in page.lines], reading)
        way_s = (time.process_time() - way_s) / len(receipts)
        cer = reading.edits / max(reading.characters, 1)
        remark = f"CER {cer:.4f}, lines found {reading.found / reading.lines:.4f}, {way_s:.2f} s"
        yield Result(name, f"{way.name}: righted", f"{righted} of {len(receipts)}")
        yield Result(name, f"{way.name}: CER lost", f"{cer - base_cer:+.4f}", remark)


def _receipts(data: Path, limit: int) -> Iterator[tuple[dict[str, Any], Image]]:
    with (data / "sroie" / "receipts.jsonl").open(encoding="utf-8") as rows:
        for _, row in zip(range(limit), rows, strict=False):
            receipt = json.loads(row)
            path = data / "sroie" / receipt["image"]
            yield receipt, read_images(path.read_bytes(), name=path.name)[0]


def _turning(rotation: int) -> Callable[[Image], Image]:
    return lambda image: turn(image, rotation)


def _storing(orientation: int) -> Callable[[Image], Image]:
    def lay(image: Image) -> Image:
        picture = PIL.Image.fromarray(image.pixels)
        exif, content = PIL.Image.Exif(), io.BytesIO()
        exif[EXIF_ORIENTATION] = orientation
        laid = picture.transpose(LAYING[orientation]) if orientation in LAYING else picture
        laid.save(content, "JPEG", exif=exif, quality=95)
        return read_images(content.getvalue(), name=image.name)[0]

    return lay


def _slanting(angle: float) -> Callable[[Image], Image]:
    return lambda image: replace(image, pixels=np.asarray(_slanted(image, angle)))


def _slanted(image: Image, angle: float) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(image.pixels)
    return picture.rotate(-angle, resample=PIL.Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)


def _upright(angle: float) -> Callable[[Line, Image], Line]:
    def put_back(line: Line, image: Image) -> Line:
        cosine, sine = cos(radians(-angle)), sin(radians(-angle))
        slanted = _slanted_size(image, angle)
        points = [(x - slanted[0] / 2, y - slanted[1] / 2) for x, y in line.box]
        first, second, third, fourth = (
            (x * cosine - y * sine + image.width_px / 2, x * sine + y * cosine + image.height_px / 2) for x, y in points
        )
        return replace(line, box=(first, second, third, fourth))

    return put_back


def _slanted_size(image: Image, angle: float) -> tuple[int, int]:
    blank = PIL.Image.new("1", (image.width_px, image.height_px))
    return blank.rotate(-angle, expand=True).size
