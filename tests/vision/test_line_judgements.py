"""Print of a rendered page is found again where its photograph shows it, so that a line read there can be judged."""

from __future__ import annotations

import io
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.line_judgements import verdicts
from training.page_fonts import Printed
from training.picture_wear import Worn, photographed, saved
from training.rendered_pages import RenderedPage
from vision import Line

PLACES = {"合计：12.50": (40.0, 60.0, 240.0, 100.0), "TOTAL 8.00": (40.0, 300.0, 260.0, 340.0)}


def drawn() -> Image.Image:
    flat = Image.new("RGB", (600, 400), "white")
    for place in PLACES.values():
        ImageDraw.Draw(flat).rectangle(place, fill="black")
    return flat


def worn(name: str) -> Worn:
    if name == "saved":
        return saved(drawn(), Random(1), scale=0.64, wear=("jpeg",))
    return photographed(drawn(), Random(1), side_px=900, wear=("perspective", "slant"))


def seen_at(
    picture: Worn, place: tuple[float, float, float, float]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    left, top, right, bottom = place
    corners = np.array([(left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)]) @ picture.seen.T
    return np.asarray(corners[:, :2] / corners[:, 2:], np.float64)


@pytest.mark.parametrize("name", ["saved", "photographed"])
def test_wear_says_where_print_went(name: str) -> None:
    picture = worn(name)
    levels = np.asarray(Image.open(io.BytesIO(picture.content)).convert("L"))
    for place in PLACES.values():
        corners = seen_at(picture, place)
        middle = corners.mean(axis=0)
        for corner in corners:
            x, y = (middle + 0.85 * (corner - middle)).astype(int)
            assert levels[y, x] < 90
            x, y = (middle + 1.3 * (corner - middle)).astype(int)
            assert levels[y, x] > 120


@pytest.mark.parametrize(
    ("text", "place", "verdict"),
    [
        ("合计：12.50", "合计：12.50", [True]),
        ("合计:12.50", "合计：12.50", [True]),  # width of a sign
        ("合计：12.60", "合计：12.50", [False]),
        ("合计：12.50", "TOTAL 8.00", [False]),
        ("total8.00", "TOTAL 8.00", [True]),
        ("8.00", "TOTAL 8.00", [True]),
        ("B.00", "TOTAL 8.00", [False]),
    ],
)
def test_line_is_judged_by_what_is_printed_in_its_place(text: str, place: str, verdict: list[bool]) -> None:
    picture = worn("photographed")
    page = RenderedPage(
        name="x.jpg", kind="receipt", language="zh", layout="", face="", wear=picture.wear, turn=0, fields={},
        content=picture.content, printed=tuple(Printed(*each) for each in PLACES.items()), seen=picture.seen,
    )  # fmt: skip
    first, second, third, fourth = ((x, y) for x, y in seen_at(picture, PLACES[place]).tolist())
    assert list(verdicts(page, Line(text, (first, second, third, fourth), 1.0))) == verdict


def test_line_where_nothing_is_printed_is_not_judged() -> None:
    page = RenderedPage(
        name="x.png", kind="receipt", language="zh", layout="", face="", wear=(), turn=0, fields={}, content=b"",
        printed=(Printed("合计", (0, 0, 50, 20)),), seen=np.eye(3),
    )  # fmt: skip
    assert list(verdicts(page, Line("合计", ((300, 300), (350, 300), (350, 320), (300, 320)), 1.0))) == []
