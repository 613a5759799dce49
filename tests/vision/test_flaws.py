"""Print that is cut off or under a reflection is named with its field; stickers, margins and borders are not."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest

from tests.vision.drawings import image, line, print_page
from vision import Flaw, Image, Line
from vision.flaws.concerned import field_of, fields_of
from vision.flaws.cut_off import cut_lines
from vision.flaws.glare import glare_spots
from vision.flaws.quality import flaws_of, judged

PRINT = ["Model KFR-35GW", "Serial CL3A2506180427", "220V ~ 50Hz", "Made 2025.05"]
TOP_PX, STEP_PX, LEFT_PX, HEIGHT_PX = 30, 64, 40, 40
WIDTHS_PX = (236, 350, 186, 220)
"""Of the lines of PRINT as Pillow's default font draws them."""


def lines_of(*, shift_px: int = 0, until_px: float = 900, hidden: range = range(0)) -> tuple[Line, ...]:
    """Return the boxes a detector draws on PRINT: 4 px larger, within the picture, to `until_px` where hidden."""
    lines = []
    for number, (text, width) in enumerate(zip(PRINT, WIDTHS_PX, strict=True)):
        left, top = max(0.0, LEFT_PX - shift_px - 4.0), TOP_PX + STEP_PX * number - 4.0
        right = min(LEFT_PX - shift_px + width + 4.0, until_px if number in hidden else 900.0)
        bottom = top + HEIGHT_PX + 4
        lines.append(Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 0.9))
    return tuple(lines)


def under_light(picture: Image, *, x: int, y: int, strength: float = 400, radius: float = 45) -> Image:
    height, width = picture.pixels.shape[:2]
    ys, xs = np.mgrid[:height, :width]
    light = strength * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * radius**2))
    return image(np.clip(picture.pixels + light[:, :, None], 0, 255))


def test_reflection_on_a_line_is_named_with_its_field() -> None:
    row = TOP_PX + STEP_PX + HEIGHT_PX // 2
    picture = under_light(print_page(PRINT, paper=200), x=330, y=row)
    (flaw,) = flaws_of(picture.pixels, lines_of(until_px=280, hidden=range(1, 2)))
    assert (flaw.word, flaw.field) == ("glare", "serial_number")
    assert flaw.box is not None
    assert flaw.box[0][0] < 330 < flaw.box[2][0]
    assert flaw.box[0][1] < row < flaw.box[2][1]


def test_reflection_through_which_print_shows_is_none() -> None:
    picture = under_light(print_page(PRINT, paper=200), x=330, y=TOP_PX + STEP_PX + HEIGHT_PX // 2, strength=90)
    assert glare_spots(picture.pixels, lines_of()) == ()
    assert judged(picture.pixels, lines_of()).lines == lines_of()


def test_white_card_with_print_on_it_is_no_reflection() -> None:
    """Its soft shadow and pale captions look like a glow that print grows paler towards."""
    paler = under_light(print_page(PRINT, paper=200), x=330, y=TOP_PX + STEP_PX + HEIGHT_PX // 2, radius=90)
    lines = lines_of(until_px=220, hidden=range(1, 2))
    assert glare_spots(paler.pixels, lines)
    patch = glare_spots(paler.pixels, lines)[0].box
    (left, top), _, (right, _), _ = patch
    caption = Line(
        "Total", ((left + 20, top + 8), (right - 20, top + 8), (right - 20, top + 24), (left + 20, top + 24)), 0.9
    )
    printed = paler.pixels.copy()
    printed[int(top) + 4 : int(top) + 28, int(left) + 16 : int(right) - 16] = 255
    printed[int(top) + 10 : int(top) + 22, int(left) + 24 : int(right) - 24 : 6] = 40
    assert glare_spots(printed, (*lines, caption)) == ()


def test_white_sticker_and_white_paper_are_no_reflection() -> None:
    sticker = print_page(PRINT, paper=200).pixels.copy()
    sticker[80:140, 290:420] = 255
    lines = lines_of(until_px=280, hidden=range(1, 2))
    assert glare_spots(sticker, lines) == ()
    assert glare_spots(print_page(PRINT).pixels, lines) == ()


def test_picture_smaller_than_a_cell_has_no_reflection() -> None:
    assert glare_spots(np.full((5, 5, 3), 255, dtype=np.uint8), ()) == ()


@pytest.mark.parametrize("ink", [0, 255])
def test_cut_line_is_named_with_its_field(ink: int) -> None:
    paper = 210 if ink == 0 else 90
    picture = print_page(PRINT, paper=paper, ink=ink).pixels[:, 50:]
    flaws = flaws_of(picture, lines_of(shift_px=50))
    assert Flaw("cut_off", lines_of(shift_px=50)[1].box, "serial_number") in flaws
    assert {flaw.word for flaw in flaws} == {"cut_off"}


@pytest.mark.parametrize("margin_px", [6, 20])
def test_margin_is_not_cut(margin_px: int) -> None:
    shift = LEFT_PX - margin_px
    assert cut_lines(print_page(PRINT, paper=210).pixels[:, shift:], lines_of(shift_px=shift)) == ()


def test_dark_border_of_a_scan_is_not_cut() -> None:
    picture = print_page(PRINT, paper=210).pixels[:, LEFT_PX - 6 :].copy()
    picture[:, :4] = 0
    assert cut_lines(picture, lines_of(shift_px=LEFT_PX - 2)) == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("序 列 号：CL3A2506", "serial_number"),
        ("Ｓ／Ｎ：CL3A2506", "serial_number"),
        ("产品型号 KFR-35GW", "device_model"),
        ("MODEL NO. KFR-35GW", "device_model"),
        ("订单编号 94859303935", "order_number"),
        ("Order No: 94859303935", "order_number"),
        ("合 计 ￥18.50", "total"),
        ("谢谢惠顾", ""),
        ("Thank you", ""),
    ],
)
def test_field_is_told_by_the_label(text: str, field: str) -> None:
    assert field_of(text) == field


def test_what_is_faint_is_too_dark_however_well_it_reads() -> None:
    sure = tuple(Line(line.text, line.box, 0.97) for line in lines_of())
    faint = print_page(PRINT, paper=30, ink=5).pixels
    assert [flaw.word for flaw in flaws_of(faint, ())] == ["too_dark"]
    assert [flaw.word for flaw in flaws_of(faint, sure)] == ["too_dark"]


def test_light_print_on_a_dark_screen_is_not_too_dark() -> None:
    sure = tuple(Line(line.text, line.box, 0.97) for line in lines_of())
    assert flaws_of(print_page(PRINT, paper=18, ink=160).pixels, sure) == ()


def test_what_reads_well_is_not_blurred() -> None:
    soft = np.asarray(PIL.Image.fromarray(print_page(PRINT, paper=200).pixels).filter(PIL.ImageFilter.GaussianBlur(6)))
    sure = tuple(Line(line.text, line.box, 0.97) for line in lines_of())
    assert [flaw.word for flaw in flaws_of(soft, ())] == ["blurred"]
    assert flaws_of(soft, sure) == ()


@pytest.mark.parametrize("radius", [30, 45, 80])
@pytest.mark.parametrize(("paper", "ink"), [(215, 0), (40, 200)])
def test_half_a_value_beside_a_reflection_is_doubted(radius: float, paper: int, ink: int) -> None:
    picture = under_light(print_page(PRINT, paper=paper, ink=ink), x=330, y=TOP_PX + STEP_PX + 20, radius=radius)
    until = 330.0 - radius * 1.2
    doubts = [line.confidence for line in judged(picture.pixels, lines_of(until_px=until, hidden=range(1, 2))).lines]
    assert doubts[1] == 0.4
    assert radius > 30 or doubts[3] == 0.9


def test_half_a_value_beside_a_sticker_is_doubted_but_no_retake_asked() -> None:
    picture = print_page(PRINT, paper=200).pixels.copy()
    picture[84:144, 285:400] = 255
    found = judged(picture, lines_of(until_px=284, hidden=range(1, 2)))
    assert [line.confidence for line in found.lines] == [0.9, 0.4, 0.9, 0.9]
    assert found.flaws == ()


def test_lines_that_reach_the_edge_that_cuts_another_are_doubted() -> None:
    """Only at that edge: half a letter there may lie outside a line's box."""
    width = 307
    picture = print_page(PRINT, paper=210).pixels[:, :width]
    lines = lines_of(until_px=width, hidden=range(1, 2))
    found = judged(picture, lines)
    assert [line.confidence for line in found.lines] == [0.4, 0.4, 0.9, 0.4]
    assert [(flaw.word, flaw.field) for flaw in found.flaws] == [("cut_off", "serial_number")]


def test_value_that_touches_the_edge_is_cut_between_two_letters() -> None:
    picture = print_page(PRINT, paper=210).pixels[:, :300]
    found = judged(picture, lines_of(until_px=300, hidden=range(1, 2)))
    assert [line.confidence for line in found.lines] == [0.9, 0.4, 0.9, 0.9]
    assert [(flaw.word, flaw.field) for flaw in found.flaws] == [("cut_off", "serial_number")]


@pytest.mark.parametrize(
    ("label", "value_at", "field"),
    [
        ("编号", "beside", "serial_number"),
        ("机号", "below", "serial_number"),
        ("S/N", "below", "serial_number"),
        ("Type", "beside", "device_model"),
        ("订单编号", "below", "order_number"),
        ("净重", "beside", ""),
        ("Net weight", "below", ""),
    ],
)
def test_a_line_tells_the_field_of_its_label(label: str, value_at: str, field: str) -> None:
    at = (400.0, 40.0) if value_at == "beside" else (40.0, 66.0)
    value = line("CL3A25061804", *at)
    assert fields_of((line(label, 40, 40), value)).get(value.box, "") == field
