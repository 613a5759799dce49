"""Seven-segment displays drawn here: what they show is read, at a slant and in the dark too; other drawings are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.vision.drawings import line, print_page
from training.segment_drawing import SegmentStyle, draw_segments
from vision import Code, Line
from vision.readers.displays import with_displays
from vision.readers.seven_segment import display_lines
from vision.records import Pixels

LED = SegmentStyle((16, 8, 8), (255, 60, 40), ghost=0.05, thickness=0.15, gap=0.01, slant=0.08, is_pointed=True)
LCD = SegmentStyle((158, 170, 146), (30, 36, 30), ghost=0.0, thickness=0.13, gap=0.03, slant=0.0, is_pointed=False)


def panel(text: str, style: SegmentStyle, *, turned: float = 0.0) -> Pixels:
    """Set a display into a grey front."""
    shown = draw_segments(text, style)
    front = Pillow.new("RGB", (900, 800), (70, 72, 76))
    front.paste(shown, ((900 - shown.width) // 2, 180))
    return np.asarray(front.rotate(turned, resample=Pillow.Resampling.BICUBIC, fillcolor=(70, 72, 76)))


@pytest.mark.parametrize("text", ["E4", "F05", "H12", "Er8", "E-3", "LE7", "dE1", "U6"])
@pytest.mark.parametrize("style", [LED, LCD], ids=["lamps", "lcd"])
def test_displays_are_read(text: str, style: SegmentStyle) -> None:
    assert [each.text for each in display_lines(panel(text, style))] == [text]


@pytest.mark.parametrize("turned", [-8.0, 8.0])
def test_a_turned_display_is_read(turned: float) -> None:
    assert [each.text for each in display_lines(panel("E28", LED, turned=turned))] == ["E28"]


def test_a_displays_box_is_where_it_stands() -> None:
    (shown,) = display_lines(panel("E4", LCD))
    (left, top), _, (right, bottom), _ = shown.box
    assert (left == pytest.approx(285, abs=15), top == pytest.approx(250, abs=15)) == (True, True)
    assert (right == pytest.approx(615, abs=15), bottom == pytest.approx(510, abs=15)) == (True, True)


def test_agreeing_print_makes_a_display_sure() -> None:
    pixels = panel("E4", LCD)
    read = line("E4", 290, 260, height=240)
    alone, agreed = with_displays(pixels, (), ()), with_displays(pixels, (read,), ())
    assert [each.text for each in agreed] == ["E4"]
    assert alone[0].confidence < 0.98 <= agreed[0].confidence


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        pytest.param(
            tuple(line("a line of print on this page", 40, 30.0 * row) for row in range(4)), (), id="much print"
        ),
        pytest.param((), (Code("QRCode", "x", line("x", 0, 0).box),), id="a bar code"),
    ],
)
def test_pages_with_print_or_codes_are_not_searched(lines: tuple[Line, ...], codes: tuple[Code, ...]) -> None:
    assert with_displays(panel("E4", LCD), lines, codes) == lines


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(print_page(["Hello", "WORLD 88"]).pixels, id="print"),
        pytest.param(np.full((400, 400, 3), 127, np.uint8), id="grey"),
        pytest.param(np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8), id="noise"),
        pytest.param(np.zeros((2, 2, 3), np.uint8), id="tiny"),
    ],
)
def test_other_pictures_show_nothing(pixels: Pixels) -> None:
    assert with_displays(pixels, (), ()) == ()
