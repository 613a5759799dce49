"""Tall pictures: tiles cover everything, and every line is told once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.vision.drawings import image, line
from vision import build_reader, read_page
from vision.readers.tiles import MAX_TILES, cut, longest, placed, tiles_of


@given(st.integers(1, 20_000), st.integers(1, 3_000))
def test_tiles_cover_the_picture_and_share_out_its_rows(height: int, width: int) -> None:
    tiles = tiles_of(height, width)
    assert tiles[0].top == 0
    assert tiles[-1].bottom == height
    assert tiles[0].first == 0
    assert tiles[-1].last == height
    for above, below in pairwise(tiles):
        assert below.top < above.bottom
        assert above.last == below.first
        assert below.top < below.first < above.bottom


@given(st.integers(8, 3_000))
def test_tiles_are_bounded(width: int) -> None:
    assert len(tiles_of(longest(width), width)) <= MAX_TILES


def test_line_in_the_overlap_is_told_once() -> None:
    tiles = tiles_of(4000, 750)
    told = [
        each
        for tile in tiles
        for each in placed([line("A", 10, 1290 - tile.top)] if tile.top <= 1280 < tile.bottom else [], tile)
    ]
    assert [each.box[0] for each in told] == [(10, 1290)]


def test_narrow_strip_is_widened_with_paper() -> None:
    pixels = np.zeros((1000, 20, 3), dtype=np.uint8)
    piece = cut(pixels, tiles_of(1000, 20)[0])
    assert piece.shape == (640, 160, 3)
    assert piece[0, 150, 0] == 255


@pytest.mark.model
def test_long_screenshot_is_read_to_its_end() -> None:
    texts = [f"Order {number:03} KFR-35GW" for number in range(60)]
    picture = Pillow.new("RGB", (420, 60 * 70), (255, 255, 255))
    for number, text in enumerate(texts):
        ImageDraw.Draw(picture).text((20, 20 + 70 * number), text, font=ImageFont.load_default(24), fill=(0, 0, 0))
    page = read_page(image(np.asarray(picture)), reader=build_reader("ppocr"))
    assert [each.text for each in page.lines] == texts
