"""E-invoices: both kinds, the parties by where they stand, sums that add up, tax ids whose check character fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vision.drawings import line, page, values
from vision import Code, Line, page_fields
from vision.fields.invoice import invoice_fields, is_whole_id

AUTO = 0.98
BOX = ((40.0, 40.0), (140.0, 40.0), (140.0, 140.0), (40.0, 140.0))
SELLER, BUYER = "91120222079642398Y", "91440300708461136T"
DIGITAL = (
    line("电子发票（普通发票）", 450, 40),
    line("发票号码：24312000000012345678", 800, 40),
    line("开票日期：2024年05月18日", 800, 70),
    line("名称：上海友邻连锁有限公司", 120, 200),
    line("名称：天津瑞佳讯贸易有限公司", 720, 200),
    line("统一社会信用代码/纳税人识别号：", 120, 260),
    line(BUYER, 450, 260),
    line("统一社会信用代码/纳税人识别号：", 720, 260),
    line(SELLER, 1050, 260),
    line("项目名称", 120, 320),
    line("金额", 720, 320),
    line("税额", 1050, 320),
    line("*家用电器*空调", 120, 350),
    line("100.00", 720, 350),
    line("13.00", 1050, 350),
    line("合计", 120, 500),
    line("¥100.00", 720, 500),
    line("¥13.00", 1050, 500),
    line("价税合计（大写）", 120, 540),
    line("壹佰壹拾叁圆整", 400, 540),
    line("（小写）¥113.00", 800, 540),
    line("开票人：王芳", 120, 620),
)
NAMED = {
    "invoice_number": "24312000000012345678",
    "date": "20240518",
    "buyer_name": "上海友邻连锁有限公司",
    "buyer_tax_id": BUYER,
    "seller_name": "天津瑞佳讯贸易有限公司",
    "seller_tax_id": SELLER,
    "amount": "100.00",
    "tax": "13.00",
    "total": "113.00",
    "drawer": "王芳",
}
BESIDE = (Line("购买方信息", ((60.0, 190.0), (84.0, 190.0), (84.0, 300.0), (60.0, 300.0)), 0.99),)


@pytest.mark.parametrize("more", [(), BESIDE], ids=["plain", "names of blocks set downwards"])
def test_fully_digital_invoice_names_its_parties_side_by_side(more: tuple[Line, ...]) -> None:
    report = page_fields(page((*DIGITAL, *more)))
    assert (report.kind, values(report.fields)) == ("invoice", NAMED)


def test_sums_that_add_up_and_whole_tax_ids_are_sure_however_faint_the_print() -> None:
    faint = [replace(line, confidence=0.8) for line in DIGITAL]
    sure = {name for name, field in invoice_fields(page(faint)).items() if field.confidence >= AUTO}
    assert sure == {"amount", "tax", "total", "buyer_tax_id", "seller_tax_id"}


def test_total_is_taken_from_its_row_where_its_label_is_cut() -> None:
    cut = [replace(line, text=line.text.replace("（小写）", "(小 ")) for line in DIGITAL]
    assert values(invoice_fields(page(cut))) == NAMED


def test_qr_code_of_a_fully_digital_invoice_verifies_number_date_and_total() -> None:
    code = Code("QRCode", "01,32,,24312000000012345678,113.00,20240518,,E1BD,", BOX)
    fields = page_fields(page(DIGITAL, [code])).fields
    verified = {name for name, field in fields.items() if field.code_box is not None}
    assert verified == {"invoice_number", "date", "total"}
    assert all(fields[name].confidence >= AUTO for name in verified)


@pytest.mark.parametrize("is_buyer_named", [True, False])
def test_block_below_the_sums_is_the_sellers(is_buyer_named: bool) -> None:
    """A person as buyer has no tax id: the first one printed is the seller's."""
    lines = (
        line("发票代码:012001800311", 800, 40),
        line("称：个人" if is_buyer_named else "个人", 260, 200),
        line("价税合计(大写)", 120, 400),
        line("(小写)¥52.70", 800, 400),
        line("称：", 260, 460),
        line("天津瑞佳讯贸易有限公司", 320, 460),
        line("纳税人识别号:" + SELLER, 120, 490),
    )
    found = values(invoice_fields(page(lines)))
    buyer = {"buyer_name": "个人"} if is_buyer_named else {}
    assert {name: value for name, value in found.items() if "name" in name or "tax_id" in name} == {
        **buyer,
        "seller_name": "天津瑞佳讯贸易有限公司",
        "seller_tax_id": SELLER,
    }


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("9I120222079642398Y", SELLER),
        ("9112O2220796423 98Y", SELLER),
        ("9112O2220796423O8Y", "9112O2220796423O8Y"),
        ("SI0102198001011234", "SI0102198001011234"),
    ],
)
def test_letters_that_no_tax_id_has_are_mended_where_its_check_then_fits(printed: str, value: str) -> None:
    lines = (line("发票代码:012001800311", 800, 40), line("纳税人识别号:" + printed, 120, 200))
    assert invoice_fields(page(lines))["buyer_tax_id"].value == value


@pytest.mark.parametrize(
    ("value", "is_whole"),
    [
        (SELLER, True),
        (BUYER, True),
        ("91120222079642398V", False),
        ("91120222079642389Y", False),
        ("120222079642398", False),
        ("", False),
    ],
)
def test_check_character_of_a_tax_id(value: str, is_whole: bool) -> None:
    assert is_whole_id(value) is is_whole
