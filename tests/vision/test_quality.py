"""Words a person can act on: dark, blurred and small pictures, and none for a good one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFilter

from tests.vision.drawings import image, line, print_page
from vision import Image
from vision.flaws.quality import quality_words

PRINT = ["Model KFR-35GW", "Serial CL3A2506180427", "220V ~ 50Hz", "Made 2025.05"]


def blurred(picture: Image, radius: float) -> Image:
    return image(np.asarray(Pillow.fromarray(picture.pixels).filter(ImageFilter.GaussianBlur(radius))))


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        pytest.param(print_page(PRINT), (), id="good"),
        pytest.param(print_page(PRINT, paper=90, ink=20), (), id="dim but legible"),
        pytest.param(print_page(PRINT, paper=30, ink=5), ("too_dark",), id="dark"),
        pytest.param(blurred(print_page(PRINT), 6), ("blurred",), id="blurred"),
        pytest.param(blurred(print_page(PRINT), 0.7), (), id="a little soft"),
        pytest.param(image(np.full((400, 600, 3), 240)), (), id="empty page"),
        pytest.param(image(np.full((60, 600, 3), 240)), ("too_small",), id="strip"),
    ],
)
def test_words_fit_the_picture(picture: Image, words: tuple[str, ...]) -> None:
    assert quality_words(picture.pixels, ()) == words


@pytest.mark.parametrize(("height", "words"), [(7.0, ("too_small",)), (20.0, ())])
def test_small_print_is_named(height: float, words: tuple[str, ...]) -> None:
    lines = [line("Serial CL3A2506180427", 40, 40, height=height)]
    assert quality_words(print_page(PRINT).pixels, lines) == words
