"""Which way is up: only a suspicious reading is questioned, and an upright picture is never turned over."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.vision.drawings import image, line
from vision import Image, Line
from vision.readers.orientation import read_upright, turn


@dataclass
class MarkedReader:
    """Reads well where the dark mark stands at the top left, badly upside down, tall boxes on its side."""

    upright_confidence: float = 0.98
    reads: list[str] = field(default_factory=list)
    engine: str = "marked"

    def read(self, picture: Image) -> tuple[Line, ...]:
        top, left = (picture.pixels[0, 0, 0] < 99, picture.pixels[-1, 0, 0] < 99)
        if top:
            self.reads.append("upright")
            return (line("Order 94859303935", 10, 10, confidence=self.upright_confidence),)
        if picture.pixels[-1, -1, 0] < 99:
            self.reads.append("upside down")
            return (line("5E6EOE6S8b6", 10, 10, confidence=0.6),)
        self.reads.append("bottom left" if left else "top right")
        box = ((10.0, 10.0), (30.0, 10.0), (30.0, 200.0), (10.0, 200.0))
        return (Line("Order 948593", box, 0.7),)


def marked() -> Image:
    pixels = np.full((60, 90, 3), 255)
    pixels[:10, :10] = 0
    return image(pixels)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turned_picture_comes_back_upright(rotation: int) -> None:
    reading = read_upright(turn(marked(), rotation), reader=MarkedReader())
    assert reading.rotation == (360 - rotation) % 360
    assert reading.lines[0].text == "Order 94859303935"
    assert np.array_equal(reading.image.pixels, marked().pixels)


def test_good_reading_is_not_questioned() -> None:
    reader = MarkedReader()
    read_upright(marked(), reader=reader)
    assert reader.reads == ["upright"]


def test_poor_upright_picture_is_not_turned() -> None:
    reader = MarkedReader(upright_confidence=0.7)
    assert read_upright(marked(), reader=reader).rotation == 0
    assert reader.reads[:2] == ["upright", "upside down"]


def test_long_page_that_reads_poorly_is_not_read_sideways() -> None:
    @dataclass
    class Poor:
        count: int = 0
        engine: str = "poor"

        def read(self, picture: Image) -> tuple[Line, ...]:
            self.count += 1
            return tuple(line("型号 KFR-35GW 序列号", 10, 30.0 * number, confidence=0.3) for number in range(4))

    reader = Poor()
    assert read_upright(marked(), reader=reader).rotation == 0
    assert reader.count == 2


@dataclass
class PageReader:
    """Reads a page of 20 lines at one confidence where the mark stands at the top left, at another elsewhere."""

    upright_confidence: float
    reads: int = 0
    engine: str = "page"

    def read(self, picture: Image) -> tuple[Line, ...]:
        self.reads += 1
        confidence = self.upright_confidence if picture.pixels[0, 0, 0] < 99 else 0.2
        return tuple(line("TOTAL 合计 12.50", 10, 30.0 * number, confidence=confidence) for number in range(20))


@pytest.mark.parametrize("upright", [0.6, 0.7, 0.95])
def test_faint_page_on_its_head_is_righted(upright: float) -> None:
    assert read_upright(turn(marked(), 180), reader=PageReader(upright)).rotation == 180


@pytest.mark.parametrize(("upright", "reads"), [(0.6, 1), (0.3, 2)])
def test_faint_page_is_questioned_only_where_hardly_anything_is_read(upright: float, reads: int) -> None:
    reader = PageReader(upright)
    assert read_upright(marked(), reader=reader).rotation == 0
    assert reader.reads == reads


@pytest.mark.parametrize(
    ("lying", "turned"),
    [
        pytest.param(("2", 0.4), ("OT01", 0.7), id="letters in a texture"),
        pytest.param(("Emergency", 0.74), ("KouəbɹəwƎ", 0.74), id="as good"),
        pytest.param(("序列", 0.3), ("序", 0.99), id="too little to gain"),
        pytest.param(("E5", 0.98), ("S3", 0.99), id="short display"),
    ],
)
def test_picture_is_not_turned_by_chance(lying: tuple[str, float], turned: tuple[str, float]) -> None:
    @dataclass
    class Dreaming:
        engine: str = "dreaming"

        def read(self, picture: Image) -> tuple[Line, ...]:
            text, confidence = lying if picture.pixels[0, 0, 0] < 99 else turned
            return (line(text, 10, 10, confidence=confidence),)

    assert read_upright(marked(), reader=Dreaming()).rotation == 0


@pytest.mark.parametrize("degrees", [-12.0, 9.0])
def test_crooked_page_is_read_level_and_its_boxes_put_back(degrees: float) -> None:
    """The lines lean by `degrees` until the picture, which grows by that, is levelled."""

    @dataclass
    class Leaning:
        sizes: list[int] = field(default_factory=list)
        engine: str = "leaning"

        def read(self, picture: Image) -> tuple[Line, ...]:
            self.sizes.append(picture.width_px)
            if len(self.sizes) > 1:
                middle, centre = picture.height_px / 2, picture.width_px / 2
                return (line("Serial CL3A2506180427", centre - 126, middle - 10),)
            lean = np.tan(np.radians(degrees))
            box = ((0.0, 0.0), (200.0, 200 * lean), (200.0, 20 + 200 * lean), (0.0, 20.0))
            return (Line("Serial CL3A2506I80427", box, 0.9),)

    reader = Leaning()
    blank = image(np.full((300, 400, 3), 255))
    (read,) = read_upright(blank, reader=reader).lines
    assert reader.sizes[1] > 400
    assert read.text == "Serial CL3A2506180427"
    assert np.mean(read.box, axis=0) == pytest.approx([200, 150], abs=1)
    (x1, y1), (x2, y2) = read.box[:2]
    assert np.degrees(np.arctan2(y2 - y1, x2 - x1)) == pytest.approx(degrees, abs=0.1)


def test_picture_without_print_stays_as_it_lies() -> None:
    @dataclass
    class Blind:
        engine: str = "blind"

        def read(self, picture: Image) -> tuple[Line, ...]:
            return ()

    assert read_upright(marked(), reader=Blind()).rotation == 0


def test_turn_is_clockwise() -> None:
    assert turn(marked(), 90).pixels[0, -1, 0] == 0
