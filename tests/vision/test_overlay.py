"""What was read is drawn where it was read, with its name beside it, on the picture's own size."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vision.drawings import line, page
from vision import Code, Flaw, PageField
from vision.overlay import CODE, FIELD, FLAW, LINE, draw_over

WHITE = np.full((400, 600, 3), 255, dtype=np.uint8)
BOX = ((100.0, 100.0), (220.0, 100.0), (220.0, 130.0), (100.0, 130.0))


@pytest.mark.parametrize(
    ("shown", "colour"),
    [
        (page([line("订单号 20240518936", 100, 100)]), LINE),
        (page([], [Code("QRCode", "x", BOX)]), CODE),
    ],
)
def test_lines_and_codes_have_their_colour(shown: object, colour: tuple[int, int, int]) -> None:
    drawn = np.asarray(draw_over(WHITE, shown, {}))  # type: ignore[arg-type]
    assert drawn.shape == WHITE.shape
    assert (drawn[100, 150] == colour).all()
    assert (drawn[300, 150] == 255).all()


def test_flaws_and_fields_are_named_beside_their_box() -> None:
    from dataclasses import replace

    shown = replace(page([]), flaws=(Flaw("cut_off", BOX), Flaw("blurred")))
    for field, colour in (({}, FLAW), ({"serial_number": PageField("x", 0.9, BOX)}, FIELD)):
        drawn = np.asarray(draw_over(WHITE, shown, field))
        beside = drawn[90:140, 225:330].reshape(-1, 3)
        assert (beside == colour).all(axis=1).sum() > 100


def test_a_sign_without_room_beside_stands_above() -> None:
    edge = ((400.0, 100.0), (595.0, 100.0), (595.0, 130.0), (400.0, 130.0))
    drawn = np.asarray(draw_over(WHITE, page([]), {"manufacture_date": PageField("2025", 0.9, edge)}))
    assert (drawn[70:98, 400:520].reshape(-1, 3) == FIELD).all(axis=1).sum() > 100
