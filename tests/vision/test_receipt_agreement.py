"""The total and the date of a receipt: how sure they are by what else the receipt prints, in Chinese and English."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vision.drawings import column
from vision.lines.layout import rows_of
from vision.receipts.receipt_date import find_date
from vision.receipts.receipt_total import find_total

AUTO = 0.98


@pytest.mark.parametrize(
    ("lines", "value", "is_sure"),
    [
        pytest.param(("TOTAL | 12.00", "CASH | 20.00", "CHANGE | 8.00", "TOTAL SALES | 12.00"), "12.00", True, id="en"),
        pytest.param(("合计 | 12.00", "应收 | 12.00", "实收 | 20.00", "找零 | 8.00"), "12.00", True, id="zh"),
        pytest.param(("TOTAL | 12.00", "CASH | 20.00", "CHANGE | 8.00"), "12.00", False, id="en, printed once"),
        pytest.param(("合计 | 12.00", "应收 | 12.00"), "12.00", False, id="zh, nothing handed over"),
        pytest.param(
            ("TOTAL | 12.02", "TOTAL | 12.00", "NET TOTAL | 12.00", "CASH | 20.00", "CHANGE | 8.00"), "12.00", False,
            id="en, rounded",
        ),
    ],
)  # fmt: skip
def test_total_is_sure_where_the_receipt_says_it_again(lines: tuple[str, ...], value: str, is_sure: bool) -> None:
    found = find_total(rows_of(column(*lines)))
    assert found is not None
    assert (found.value, found.confidence >= AUTO) == (value, is_sure)


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (("TOTAL | 293,70", "CASH | 293.70", "CHANGE | 0.00"), "293.70"),
        (("合计 | 293,70", "收款 | 300.00", "找零 | 6.30", "实付 | 293.70"), "293.70"),
        (("TOTAL | 293,70", "CASH | 293,70"), "293,70"),
    ],
)
def test_comma_read_for_a_point_is_mended_by_another_row(lines: tuple[str, ...], value: str) -> None:
    found = find_total(rows_of(column(*lines)))
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("lines", "is_sure"),
    [
        (("DATE 28/03/2018", "PRINTED 28-03-2018 12:30", "TOTAL | 12.00"), True),
        (("日期：2018-03-28", "打印时间 2018/03/28 12:30", "合计 | 12.00"), True),
        (("DATE 28/03/2018", "TOTAL | 12.00"), False),
        (("日期：2018-03-28", "合计 | 12.00"), False),
    ],
)
def test_faint_date_is_sure_where_it_is_printed_twice(lines: tuple[str, ...], is_sure: bool) -> None:
    faint = [replace(line, confidence=0.93) for line in column(*lines)]
    found = find_date(rows_of(faint))
    assert found is not None
    assert (found.confidence >= AUTO) is is_sure
