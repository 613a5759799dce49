"""Tables and pairs of a page are told with the rest of it, in zh and en."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from api.cli.read import show_pages
from api.prefill.answer import pages_read
from tests.vision.drawings import column, line, page
from vision import Line

SHEETS = {
    "zh": ("型号|序 列 号|生产日期", "KFR-35GW|CL3A2506180427|2025.05", "KFR-26GW|CL3A2506180428|"),
    "en": ("Model|Serial No.|Date", "HB-WM814|HBW8142601190|2026-01", "HB-WM815|HBW8142601191|"),
}


def sheet(rows: tuple[str, ...]) -> list[Line]:
    return [
        line(cell, left, 100.0 + 36 * number)
        for number, row in enumerate(rows)
        for cell, left in zip(row.split("|"), (40.0, 300.0, 620.0), strict=True)
        if cell
    ]


@pytest.mark.parametrize(("language", "last"), [("zh", "CL3A2506180428"), ("en", "HBW8142601191")])
def test_table_of_a_label_sheet_is_told_cell_by_cell(language: str, last: str) -> None:
    (read,) = pages_read("sheet.png", [page(sheet(SHEETS[language]))], language="en").pages
    (table,) = read.tables
    assert [cell.text for cell in table.headers] == SHEETS[language][0].split("|")
    below = table.rows[1]
    assert (below[1].text if below[1] else "", below[2]) == (last, None)


@pytest.mark.parametrize(
    ("print_lines", "expected"),
    [
        (("颜 色： | 白色", "Phone 2: 1399-5521"), [("颜色", "白色"), ("Phone 2", "1399-5521")]),
        (("Colour: | white", "备注：轻放"), [("Colour", "white"), ("备注", "轻放")]),
    ],
)
def test_pairs_are_told_whatever_their_labels_mean(
    print_lines: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    (read,) = pages_read("form.png", [page(column(*print_lines))], language="zh").pages
    assert [(pair.label, pair.value) for pair in read.pairs] == expected


def test_table_is_shown_to_people() -> None:
    shown = StringIO()
    body = pages_read("sheet.png", [page(sheet(SHEETS["zh"]))], language="zh")
    show_pages(body, Console(file=shown, width=120))
    row = next(text for text in shown.getvalue().splitlines() if "CL3A2506180428" in text)
    assert "KFR-26GW" in row
