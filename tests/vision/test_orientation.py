"""Which way is up: only a suspicious reading is questioned, and an upright picture is never turned over."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.vision.drawings import image, line
from vision import Image, Line
from vision.orientation import read_upright, turn


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
    assert reader.reads == ["upright", "upside down"]


def test_picture_without_print_stays_as_it_lies() -> None:
    @dataclass
    class Blind:
        engine: str = "blind"

        def read(self, picture: Image) -> tuple[Line, ...]:
            return ()

    assert read_upright(marked(), reader=Blind()).rotation == 0


def test_turn_is_clockwise() -> None:
    assert turn(marked(), 90).pixels[0, -1, 0] == 0
