"""Lines are cut along their boxes and read in batches of like width."""

from __future__ import annotations

import numpy as np
import pytest

from vision import Box
from vision.readers.strips import BATCH, HEIGHT_PX, MIN_WIDTH_PX, SPREAD, STEP_PX, Margin, batches_of, grown

PAPER = np.full((400, 900, 3), 255, dtype=np.uint8)


def level(left: float, top: float, width: float, height: float = 20.0) -> Box:
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def test_every_line_is_in_one_batch_of_like_width() -> None:
    boxes = [level(5, 20 * number, 60 + 37 * number) for number in range(18)]
    batches = list(batches_of(PAPER, boxes))
    assert sorted(number for batch in batches for number in batch.numbers) == list(range(18))
    for batch in batches:
        widths = [max(MIN_WIDTH_PX, HEIGHT_PX * (60 + 37 * number) / 20) for number in batch.numbers]
        assert len(batch.numbers) <= BATCH
        assert max(widths) <= SPREAD * min(widths) + STEP_PX
        assert batch.strips.shape[1:3] == (3, HEIGHT_PX)
        assert batch.strips.shape[3] % STEP_PX == 0


def test_no_lines_make_no_batches() -> None:
    assert list(batches_of(PAPER, [])) == []


@pytest.mark.parametrize("degrees", [0.0, 12.0, -20.0])
def test_slanted_line_is_cut_level(degrees: float) -> None:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    corners = [(450 + x * cosine - y * sine, 200 + x * sine + y * cosine) for x, y in level(-150, -10, 300)]
    picture = PAPER.copy()
    ys, xs = np.mgrid[:400, :900]
    across = -(xs - 450) * sine + (ys - 200) * cosine
    picture[(abs(across) < 10)] = 0  # a dark band along the line, of its height
    (batch,) = batches_of(picture, [(corners[0], corners[1], corners[2], corners[3])])
    strip = batch.strips[0, :, :, : int(HEIGHT_PX * 300 / 20)]
    assert (strip[:, 4:-4] < -0.8).mean() > 0.99


def test_tall_line_is_laid_down_anticlockwise() -> None:
    picture = PAPER.copy()
    picture[20:60, 30:50] = 0  # the upper end of a box that runs down the picture
    (batch,) = batches_of(picture, [level(30, 20, 20, 200)])
    strip = batch.strips[0, 0, :, : int(HEIGHT_PX * 10)]
    assert strip[:, :60].mean() < -0.8
    assert strip[:, 200:].mean() > 0.8


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (level(10, 10, 20, 10), level(8, 9, 24, 12)),
        (level(10, 10, 10, 20), level(9, 8, 12, 24)),
    ],
    ids=["lying", "standing"],
)
def test_margin_follows_the_line(box: Box, expected: Box) -> None:
    assert np.allclose(grown(box, Margin(along=0.2, across=0.1)), expected)


def test_line_beyond_the_picture_is_cut_from_what_there_is() -> None:
    (batch,) = batches_of(PAPER, [level(880, 390, 100)])
    assert np.isfinite(batch.strips).all()
    assert batch.strips[0, :, :, :200].min() > 0.9
