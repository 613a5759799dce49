"""Rows of a page seen from the side lean apart; the plane through their slopes makes them level."""

from __future__ import annotations

import pytest

from vision import Line
from vision.lines.leaning import leaning_of, straight_extents


def leaning_page(*, level: float, across: float, down: float, rows: int = 12) -> list[Line]:
    """Three lines a row, 40 px apart at the left, each row following the slopes level + across * x + down * y."""
    lines = []
    for row in range(rows):
        x, y, origin = 50.0, 60.0 + 40 * row, 60.0 + 40 * row
        for _ in range(3):
            slope = level + across * x + down * origin
            ends = (x + 220.0, y + 220 * slope)
            box = ((x, y), ends, (ends[0], ends[1] + 18), (x, y + 18))
            lines.append(Line("HB-WM814 2026", box, 1.0))
            x, y = ends[0] + 40, ends[1] + 40 * slope
    return lines


@pytest.mark.parametrize(
    ("level", "across", "down"),
    [(0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (-0.05, 0.0, 2e-4), (0.02, 5e-5, -1e-4)],
    ids=["level", "turned", "fanned out", "from the side"],
)
def test_slope_is_found_anywhere_on_the_page(level: float, across: float, down: float) -> None:
    leaning = leaning_of(leaning_page(level=level, across=across, down=down))
    for x, y in ((100, 100), (700, 100), (400, 500)):
        assert leaning.at((x, y)) == pytest.approx(level + across * x + down * y, abs=0.012)


@pytest.mark.parametrize(("level", "down"), [(0.1, 0.0), (-0.06, 2e-4), (0.06, -2e-4)])
def test_lines_of_a_row_come_level(level: float, down: float) -> None:
    extents = straight_extents(leaning_page(level=level, across=0.0, down=down))
    for row in range(12):
        middles = [extent.middle for extent in extents[3 * row : 3 * row + 3]]
        assert max(middles) - min(middles) < 9  # half a line's height


def test_logo_on_the_slant_moves_nothing() -> None:
    page = leaning_page(level=0.03, across=0.0, down=0.0)
    logo = Line("SALE", ((600, 20), (760, 75), (750, 100), (590, 45)), 1.0)
    assert leaning_of([*page, logo]).at((400, 300)) == pytest.approx(0.03, abs=0.003)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_lines_give_one_slope(count: int) -> None:
    lines = leaning_page(level=0.05, across=0.0, down=2e-4)[:count]
    leaning = leaning_of(lines)
    assert (leaning.across, leaning.down) == (0.0, 0.0)
    assert len(straight_extents(lines)) == count
