"""Receipts: company, date, address and total by anchors and place, in Chinese and English."""

from __future__ import annotations

import time

import pytest

from tests.vision.drawings import column, line, values
from vision.receipts.receipt import receipt_fields

MALAYSIAN = column(
    "LUCKY PEARL TRADING SDN BHD",
    "(1034512-K)",
    "NO.7, JALAN KENANGA INDAH 4,",
    "58315 KUALA LUMPUR.",
    "TEL : 0125550147",
    "GST ID : 001200340056",
    "TAX INVOICE",
    "DOC NO. | DATE: 28/11/2017",
    "TOTAL QTY: | 39.00",
    "TOTAL SALES (EXCLUDING GST) : | 482.09",
    "ROUNDING : | 0.01",
    "TOTAL SALES (INCLUSIVE OF GST) : | 482.10",
    "CASH : | 500.00",
    "CHANGE : | 17.90",
    "GST SUMMARY",
    "TOTAL : | 482.09",
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
        "company": "LUCKY PEARL TRADING SDN BHD",
        "date": "28/11/2017",
        "address": "NO.7, JALAN KENANGA INDAH 4, 58315 KUALA LUMPUR.",
        "total": "482.10",
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
    assert 0.85 < total.confidence <= 0.95  # printed once, beside 482.11 before rounding


def test_no_lines_give_no_fields() -> None:
    assert receipt_fields(()) == {}


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (("NO 5, JALAN BESAR,", "80999 JOHOR BAHRU, TEL NO.: 07-555 0199"), "NO 5, JALAN BESAR, 80999 JOHOR BAHRU,"),
        (("GST NO: 001200340057", "C-3, JALAN SS19/7B,", "47500 SUBANG JAYA"), "C-3, JALAN SS19/7B, 47500 SUBANG JAYA"),
        (("12 HIGH STREET,", "LEEDS LS1 4AB", "VAT NO 1"), "12 HIGH STREET, LEEDS LS1 4AB"),
        (("ADDRESS: 5 LONG LANE,", "LONDON E1 6AN", "CASH 5.00"), "5 LONG LANE, LONDON E1 6AN"),
        (("小票号：1", "店址：中山路27号", "幸福大厦", "电话：1"), "中山路27号幸福大厦"),
        (("日期：2024-05-18", "水 | 2.00", "地址：杭州市西湖区文化路1号"), "杭州市西湖区文化路1号"),
    ],
)
def test_addresses(lines: tuple[str, ...], address: str) -> None:
    found = receipt_fields(column("SUNNY FOODS LTD", *lines, "TOTAL | 5.00"))["address"]
    assert found.value.strip(" ,") == address.strip(" ,")


def test_what_the_reader_doubts_is_mended_and_what_it_is_sure_of_is_not() -> None:
    for confidence, value in ((0.8, "NO 2, JALAN 1, 47500 SUBANG JAYA"), (0.99, "NO 2, JA:AN 1, 47500 SUBANG JAGA")):
        lines = (
            line("SUNNY FOODS SDN BHD", 40, 40),
            line("NO 2, JA:AN 1,", 40, 70, confidence=confidence),
            line("47500 SUBANG JAGA", 40, 100, confidence=confidence),
        )
        assert receipt_fields(lines)["address"].value == value


def test_confidence_says_on_what_a_value_stands() -> None:
    sure = receipt_fields(MALAYSIAN)
    vague = receipt_fields(column("SOMETHING", "ELSE", "EXPIRY DATE 01/02/2030", "10/10/2029", "TOTAL | 1.00"))
    assert sure["company"].confidence > vague["company"].confidence
    assert sure["date"].confidence >= 0.98 > vague["date"].confidence


@pytest.mark.parametrize("text", ["A" * 100_000, "1" * 100_000, "( " * 50_000, "JALAN " * 16_000, "路1号" * 30_000])
def test_hostile_lines_take_no_long_time(text: str) -> None:
    start = time.process_time()
    receipt_fields(column("SHOP SDN BHD", text[:20_000]))
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("DATE: 28/11/2017", "28/11/2017"),
        ("21-08-17 11:45", "21-08-17"),
        ("DATE 12/30/2016 FRI", "12/30/2016"),
        ("29-07-202121:43:05", "29-07-2021"),
        ("17 MAR 2021 17:38", "17 MAR 2021"),
        ("2018-03-18", "2018-03-18"),
        ("日期 2024/05/18", "2024/05/18"),
        ("2024年12月3日 10:02", "2024年12月3日"),
        ("24-05--202114:07:31", "24-05-2021"),
        ("March 27, 2018", "March 27, 2018"),
        ("TEL 03-5550 0199", None),
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
        pytest.param(("Grand Total | 87.08", "Rounding | 0.02", "Net Total | 87.10 M"), "87.10", id="after rounding"),
        pytest.param(("合计：35元", "微信支付"), "35", id="zh without fen"),
        pytest.param(("应收 | 28.50", "实收 | 50.00", "找零 | 21.50"), "28.50", id="zh due, not handed over"),
        pytest.param(("合计 | 30.00", "优惠 | -1.50", "实付 | 28.50"), "28.50", id="zh after a discount"),
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
        (("JADE LOTUS", "ENTERPRISE (BUKIT", "INDAH) SDN BHD"), "JADE LOTUS ENTERPRISE (BUKIT INDAH) SDN BHD"),
        (("TAX INVOICE", "NEO-MAPLE MARKETING SDN BHD"), "NEO-MAPLE MARKETING SDN BHD"),
        (("LIM BOON KEAT", "77 MAPLE MART S/B (204816-P)"), "77 MAPLE MART S/B"),
        (("GREEN FIELDS HARDWARE", "& ELECTRICAL", "12 HIGH STREET"), "GREEN FIELDS HARDWARE & ELECTRICAL"),
        (("PERNIAGAAN ANG", "TEL 03-1", "INVOICE", "BUYER ENGINEERING SDN BHD"), "PERNIAGAAN ANG"),
        (("U.H. TRADING", "FORMERLY KNOWN AS", "OTHER PTE LTD"), "U.H. TRADING"),
        (("BRIGHT CAFE", "TAN SENG FOODS", "ROC NO. : (37105-X)"), "TAN SENG FOODS"),
        (("欢迎光临", "全家便利店"), "全家便利店"),
        (("销售小票", "商户名称：江南面馆", "单号：123"), "江南面馆"),
        (("友邻酸菜鱼", "滨江门店", "电话：010-62345678"), "友邻酸菜鱼"),
    ],
)  # fmt: skip
def test_companies(lines: tuple[str, ...], company: str) -> None:
    assert receipt_fields(column(*lines, "TEL 03-1"))["company"].value == company
