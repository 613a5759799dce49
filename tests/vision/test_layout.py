"""Reading order: rows of a level, skewed or mixed page."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.drawings import column, line
from vision import Line
from vision.lines.layout import part_of, rows_of, skew_of
from vision.lines.reading_order import in_reading_order

RECEIPT = column("LUCKY PEARL TRADING SDN BHD", "DOC NO. | CS00031415", "合计 | 482.10", "TOTAL QTY: | 39.00")


def skewed(lines: tuple[Line, ...], degrees: float) -> tuple[Line, ...]:
    turn_x, turn_y = cos(radians(degrees)), sin(radians(degrees))
    return tuple(
        Line(each.text, tuple((x * turn_x - y * turn_y, x * turn_y + y * turn_x) for x, y in each.box), 1.0)  # type: ignore[arg-type]
        for each in lines
    )


def test_no_lines_make_no_rows() -> None:
    assert rows_of(()) == ()


def test_rows_join_what_stands_beside_each_other() -> None:
    assert [row.text for row in rows_of(RECEIPT)] == [
        "LUCKY PEARL TRADING SDN BHD",
        "DOC NO. CS00031415",
        "合计 482.10",
        "TOTAL QTY: 39.00",
    ]


@pytest.mark.parametrize("degrees", [-8.0, -3.0, 2.0, 8.0])
def test_skew_is_measured_and_taken_out(degrees: float) -> None:
    lines = skewed(RECEIPT, degrees)
    assert skew_of(lines) == pytest.approx(radians(degrees), abs=0.01)
    assert [row.text for row in rows_of(lines)] == [row.text for row in rows_of(RECEIPT)]


@given(st.permutations(RECEIPT))
def test_order_does_not_depend_on_the_readers(lines: list[Line]) -> None:
    assert in_reading_order(lines) == in_reading_order(RECEIPT)


def test_taller_value_stays_on_its_row() -> None:
    lines = (
        line("NET TOTAL", 40, 100),
        line("7.40", 600, 90, height=40),
        line("CASH", 40, 132),
        line("7.40", 600, 132),
    )
    assert [row.text for row in rows_of(lines)] == ["NET TOTAL 7.40", "CASH 7.40"]


def test_tight_rows_stay_apart() -> None:
    lines = (line("GST ID", 40, 100), line("TAX INVOICE", 40, 114), line("DATE", 40, 128))
    assert len(rows_of(lines)) == 3


def test_part_of_a_box_follows_its_slant() -> None:
    box = ((0.0, 0.0), (100.0, 10.0), (98.0, 30.0), (-2.0, 20.0))
    assert part_of(box, 5, 10, 10) == ((50.0, 5.0), (100.0, 10.0), (98.0, 30.0), (48.0, 25.0))
