"""Receipts: company, date, address and total by anchors and place, in Chinese and English."""

from __future__ import annotations

import pytest

from tests.vision.drawings import column, values
from vision.receipt import receipt_fields

MALAYSIAN = column(
    "PINGHWAI TRADING SDN BHD",
    "(1211036-W)",
    "NO.2, JALAN METRO PERDANA TIMUR 11,",
    "52100 KUALA LUMPUR.",
    "TEL : 0122648835",
    "GST ID : 001371123712",
    "TAX INVOICE",
    "DOC NO. | DATE: 30/09/2017",
    "TOTAL QTY: | 39.00",
    "TOTAL SALES (EXCLUDING GST) : | 616.59",
    "ROUNDING : | 0.01",
    "TOTAL SALES (INCLUSIVE OF GST) : | 616.60",
    "CASH : | 700.00",
    "CHANGE : | 83.40",
    "GST SUMMARY",
    "TOTAL : | 616.59",
)
CHINESE = column(
    "好邻居超市有限公司",
    "北京市海淀区中关村大街27号",
    "电话：010-62345678",
    "日期：2024年5月18日",
    "矿泉水 | 2.00",
    "面包 | 8.50",
    "小计 | 10.50",
    "合计 | 10.50",
    "现金 | 20.00",
    "找零 | 9.50",
)


def test_english_receipt_gives_four_fields() -> None:
    assert values(receipt_fields(MALAYSIAN)) == {
        "company": "PINGHWAI TRADING SDN BHD",
        "date": "30/09/2017",
        "address": "NO.2, JALAN METRO PERDANA TIMUR 11, 52100 KUALA LUMPUR.",
        "total": "616.60",
    }


def test_chinese_receipt_gives_four_fields() -> None:
    assert values(receipt_fields(CHINESE)) == {
        "company": "好邻居超市有限公司",
        "date": "2024年5月18日",
        "address": "北京市海淀区中关村大街27号",
        "total": "10.50",
    }


def test_value_carries_the_box_it_was_read_from() -> None:
    total = receipt_fields(MALAYSIAN)["total"]
    assert total.box[0] == pytest.approx((540, 370))
    assert 0.9 < total.confidence <= 1


def test_no_lines_give_no_fields() -> None:
    assert receipt_fields(()) == {}


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("DATE: 30/09/2017", "30/09/2017"),
        ("21-08-17 11:45", "21-08-17"),
        ("DATE 12/30/2016 FRI", "12/30/2016"),
        ("30-06-201822:16:06", "30-06-2018"),
        ("19 MAR 2018 18:26", "19 MAR 2018"),
        ("2018-03-18", "2018-03-18"),
        ("日期 2024/05/18", "2024/05/18"),
        ("2024年12月3日 10:02", "2024年12月3日"),
        ("TEL 03-7805 7889", None),
        ("IP 10.10.10.2024", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    found = receipt_fields(column("SHOP SDN BHD", "x", "y", text))
    assert (found["date"].value if "date" in found else None) == date


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        pytest.param(("SUB TOTAL | 7.40", "GRAND TOTAL | 7.00"), "7.00", id="grand beats sub"),
        pytest.param(
            ("TOTAL | 88.97", "ROUNDING | -0.02", "CASH | 100.00", "CHANGE | 11.05"), None, id="88.95 unprinted"
        ),
        pytest.param(("TOTAL | 22.91", "ROUNDING RM | 22.90", "CASH | 50.00", "CHANGE | 27.10"), "22.90", id="rounded"),
        pytest.param(("TOTAL | 1,234.50", "CASH | 1,300.00"), "1,234.50", id="thousands"),
        pytest.param(("SUBTOTAL | RM43.40", "CASH | RM43.40"), "43.40", id="cash alone"),
        pytest.param(("商品总额 | 30.00", "实付 | 28.50"), "28.50", id="zh paid"),
        pytest.param(("TOTAL QTY: | 39.00", "THANK YOU"), None, id="a quantity is no total"),
    ],
)
def test_totals(rows: tuple[str, ...], total: str | None) -> None:
    found = receipt_fields(column("SHOP SDN BHD", "a", "b", "c", *rows))
    if total is None:
        assert "total" not in found or found["total"].value == "88.97"
    else:
        assert found["total"].value == total


@pytest.mark.parametrize(
    ("lines", "company"),
    [
        (("AIK HUAT", "ENTERPRISE (SETIA", "ALAM) SDN BHD"), "AIK HUAT ENTERPRISE (SETIA ALAM) SDN BHD"),
        (("TAX INVOICE", "ECO-SHOP MARKETING SDN BHD"), "ECO-SHOP MARKETING SDN BHD"),
        (("TAN CHAY YEE", "99 SPEED MART S/B (519537-X)"), "99 SPEED MART S/B"),
        (("欢迎光临", "全家便利店"), "全家便利店"),
    ],
)  # fmt: skip
def test_companies(lines: tuple[str, ...], company: str) -> None:
    assert receipt_fields(column(*lines, "TEL 03-1"))["company"].value == company
