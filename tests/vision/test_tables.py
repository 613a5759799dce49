"""Cells stand under their headers and values beside their labels, in zh and en, level or held askew."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from tests.vision.drawings import column, line
from vision import Line
from vision.lines.tables import pairs_of, tables_of


def sheet(*rows: str, lefts: tuple[float, ...] = (40, 300, 620, 900), top: float = 100.0) -> list[Line]:
    """Place cells parted by "|" under each other; an empty one is left out."""
    return [
        line(cell.strip(), left, top + 36 * number)
        for number, row in enumerate(rows)
        for cell, left in zip(row.split("|"), lefts, strict=False)
        if cell.strip()
    ]


SHEETS = {
    "zh": ("型号|序 列 号|生产日期", "KFR-35GW|CL3A2506180427|2025.05", "KFR-26GW|CL3A2506180428|2025.06"),
    "en": ("Model|Serial No.|Date", "HB-WM814|HBW8142601190|2026-01", "HB-WM815|HBW8142601191|2026-02"),
}


@pytest.mark.parametrize(
    ("language", "names", "expected"),
    [
        ("zh", ("序列号",), ["CL3A2506180427", "CL3A2506180428"]),
        ("en", ("S/N", "serial no."), ["HBW8142601190", "HBW8142601191"]),
    ],
)
@pytest.mark.parametrize("degrees", [0.0, 4.0, -6.0])
def test_column_under_a_header_is_found(
    language: str, names: tuple[str, ...], expected: list[str], degrees: float
) -> None:
    (table,) = tables_of(tilted(sheet(*SHEETS[language]), degrees))
    assert [cell.text if cell else None for cell in table.column(*names)] == expected


def tilted(lines: list[Line], degrees: float) -> list[Line]:
    turn_x, turn_y = cos(radians(degrees)), sin(radians(degrees))
    return [
        Line(each.text, tuple((x * turn_x - y * turn_y, x * turn_y + y * turn_x) for x, y in each.box), 1.0)  # type: ignore[arg-type]
        for each in lines
    ]


def test_header_read_in_pieces_is_one_cell() -> None:
    pieces = [line(character, 40 + 50 * place, 100) for place, character in enumerate("序列号")]
    lines = [*pieces, *sheet("|型号", "CL3A2506|KFR-35GW", "CL3A2507|KFR-26GW")]
    (table,) = tables_of(lines)
    assert [cell.text for cell in table.column("序列号") if cell] == ["CL3A2506", "CL3A2507"]


def test_empty_cell_is_none() -> None:
    (table,) = tables_of(sheet("Item|Model|Qty", "1|HB-WM814|2", "2|HB-WM815|"))
    assert [cell.text if cell else None for cell in table.column("Qty")] == ["2", None]


def test_table_ends_where_rows_stand_apart_or_run_across() -> None:
    rows = sheet(*SHEETS["en"])
    note = line("All devices were checked before they left the factory", 40, 220)
    later = sheet("HB-WM816|HBW8142601192|2026-03", top=600)
    (table,) = tables_of([*rows, note, *later])
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    "rows",
    [
        ("型号 | KFR-35GW", "序列号 | CL3A2506180427", "电压 | 220V"),
        ("Model | HB-WM814", "Serial | HBW81", "Power | 1350 W"),
    ],
    ids=["zh", "en"],
)
def test_form_is_no_table(rows: tuple[str, ...]) -> None:
    assert tables_of(column(*rows)) == ()


def test_unknown_header_has_no_column() -> None:
    (table,) = tables_of(sheet(*SHEETS["zh"]))
    assert table.column("重量") == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (column("型号：KFR-35GW", "序 列 号：CL3A2506"), [("型号", "KFR-35GW"), ("序列号", "CL3A2506")]),
        (column("Model: HB-WM814", "Time: 12:30"), [("Model", "HB-WM814"), ("Time", "12:30")]),
        (column("型号 | KFR-35GW", "Serial | HBW81"), [("型号", "KFR-35GW"), ("Serial", "HBW81")]),
        ((line("收货地址：", 40, 40), line("上海市黄浦区", 40, 70)), [("收货地址", "上海市黄浦区")]),
        ((line("Phone 2:", 40, 40), line("555 0199", 300, 40)), [("Phone 2", "555 0199")]),
        (sheet("品牌：|型号：", "澄岚|KFR-35GW"), [("品牌", "澄岚"), ("型号", "KFR-35GW")]),
        (column("12:30 | 14:45", "谢谢惠顾"), []),
    ],
    ids=["zh inside", "en inside", "beside", "below", "numbered label", "label beside label", "times"],
)  # fmt: skip
def test_values_are_found_beside_and_below_their_labels(lines: list[Line], expected: list[tuple[str, str]]) -> None:
    assert [(pair.label, pair.value) for pair in pairs_of(lines)] == expected


def test_value_inside_a_line_has_its_own_box() -> None:
    (pair,) = pairs_of([line("Model: HB-WM814", 0, 0)])
    assert pair.box[0][0] == pytest.approx(7 * 12.0)
    assert pair.label_box[1][0] == pytest.approx(6 * 12.0)


def test_nothing_has_neither_tables_nor_pairs() -> None:
    assert tables_of(()) == ()
    assert pairs_of(()) == ()
