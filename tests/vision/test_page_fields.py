"""Kinds of pages and what each names: invoices, nameplates, order screenshots, in Chinese and English."""

from __future__ import annotations

import pytest

from tests.vision.drawings import column, page, values
from tests.vision.test_receipt import CHINESE, MALAYSIAN
from vision import Code, Line, page_fields

BOX = ((700.0, 600.0), (800.0, 600.0), (800.0, 700.0), (700.0, 700.0))
INVOICE = column(
    "天津增值税电子普通发票 | 发票代码:012001800311",
    "机器编号：661619942171 | 发票号码：33207675",
    "购买方 | 开票日期：2019 05 08",
    "名 称：个人 | 校验码:76939 05688 34666 77916",
    "纳税人识别号：",
    "货物或应税劳务、服务名称 | 金额",
    "(详见销货清单) | 46.62",
    "合 计 | ¥46.62 ¥6.08",
    "价税合计(大写) 伍拾贰圆柒角 | (小写)¥52.70",
    "名 称：天津瑞佳讯贸易有限公司 | 订单号:94859303935",
    "纳税人识别号:91120222079642398Y",
    "收款人：京东商城 | 开票人：京东商城",
)
QR = "01,10,012001800311,33207675,46.62,20190508,76939056883466677916,E1BD,"
NAMEPLATE_ZH = column(
    "澄岚 CHENGLAN", "型号 | KFR-35GW/CL3A", "出厂编号 | CL3A2506180427", "额定电压 | 220V~", "生产日期 | 2025.05"
)
NAMEPLATE_EN = column(
    "HARROWBROOK", "Model | HB-WM814", "Serial No. | HBW8142601190", "Rated power | 1350W", "Made | 2026-01"
)
ORDER_ZH = column(
    "订单详情",
    "澄岚官方旗舰店",
    "订单编号 | 20250618936",
    "下单时间 | 2025-06-18 09:12:33",
    "实付款 | ¥2899.00",
    "运单号：SF1390001122334",
)
ORDER_EN = column(
    "Order details",
    "Harrowbrook Store",
    "Order number | 20260302118",
    "Order placed | 2026-03-02 18:40",
    "Total paid | $649.00",
)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (MALAYSIAN, "receipt"),
        (CHINESE, "receipt"),
        (INVOICE, "invoice"),
        (NAMEPLATE_ZH, "nameplate"),
        (NAMEPLATE_EN, "nameplate"),
        (ORDER_ZH, "screenshot"),
        (ORDER_EN, "screenshot"),
        (column("我们需要你", "新媒体运营"), "other"),
        (column("KEEP CALM", "and read the manual"), "other"),
        ((), "other"),
    ],
)
def test_kind_is_told_by_anchors(lines: tuple[Line, ...], kind: str) -> None:
    assert page_fields(page(lines)).kind == kind


def test_invoice_is_read_without_its_qr_code() -> None:
    assert values(page_fields(page(INVOICE)).fields) == {
        "invoice_code": "012001800311",
        "machine_number": "661619942171",
        "invoice_number": "33207675",
        "date": "20190508",
        "buyer_name": "个人",
        "check_code": "76939056883466677916",
        "total": "52.70",
        "seller_name": "天津瑞佳讯贸易有限公司",
        "order_number": "94859303935",
        "seller_tax_id": "91120222079642398Y",
        "payee": "京东商城",
        "drawer": "京东商城",
    }


def test_qr_code_verifies_print_and_fills_gaps() -> None:
    fields = page_fields(page(INVOICE, [Code("QRCode", QR, BOX)])).fields
    assert fields["invoice_number"].confidence == 0.995
    assert fields["invoice_number"].box != BOX
    assert (fields["amount"].value, fields["amount"].box) == ("46.62", BOX)


def test_qr_code_wins_over_misread_print() -> None:
    misread = tuple(Line(line.text.replace("33207675", "33207B75"), line.box, 0.8) for line in INVOICE)
    fields = page_fields(page(misread, [Code("QRCode", QR, BOX)])).fields
    assert fields["invoice_number"].value == "33207675"


@pytest.mark.parametrize("text", ["hello", "01,10", "01,x,1,2,3,4,5", ",,,,,,,"])
def test_other_qr_codes_say_nothing_about_an_invoice(text: str) -> None:
    plain = page_fields(page(INVOICE)).fields
    assert page_fields(page(INVOICE, [Code("QRCode", text, BOX)])).fields == plain


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            NAMEPLATE_ZH,
            {
                "brand": "澄岚 CHENGLAN",
                "model": "KFR-35GW/CL3A",
                "serial_number": "CL3A2506180427",
                "voltage": "220V~",
                "manufacture_date": "2025.05",
            },
            id="zh",
        ),
        pytest.param(
            NAMEPLATE_EN,
            {
                "brand": "HARROWBROOK",
                "model": "HB-WM814",
                "serial_number": "HBW8142601190",
                "power": "1350W",
                "manufacture_date": "2026-01",
            },
            id="en",
        ),
    ],
)
def test_nameplates(lines: tuple[Line, ...], expected: dict[str, str]) -> None:
    assert values(page_fields(page(lines)).fields) == expected


@pytest.mark.parametrize(
    ("code", "serial", "confidence"),
    [
        pytest.param(Code("Code128", "CL3A2506180427", BOX), "CL3A2506180427", 0.995, id="agrees"),
        pytest.param(Code("DataMatrix", "x", BOX, {"21": "CL3A2506180427"}), "CL3A2506180427", 0.995, id="GS1 agrees"),
        pytest.param(Code("DataMatrix", "x", BOX, {"21": "CL3A2506180428"}), "CL3A2506180428", 0.97, id="GS1 wins"),
        pytest.param(Code("EAN13", "6901234567892", BOX), "CL3A2506180427", 0.9801, id="says nothing"),
    ],
)
def test_code_confirms_a_serial_number(code: Code, serial: str, confidence: float) -> None:
    dim = tuple(Line(line.text, line.box, 0.975) for line in NAMEPLATE_ZH)
    field = page_fields(page(dim, [code])).fields["serial_number"]
    assert (field.value, field.confidence) == (serial, confidence)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ORDER_ZH,
            {
                "order_number": "20250618936",
                "order_time": "2025-06-18 09:12:33",
                "amount": "2899.00",
                "tracking_number": "SF1390001122334",
                "shop": "澄岚官方旗舰店",
            },
            id="zh",
        ),
        pytest.param(
            ORDER_EN,
            {
                "order_number": "20260302118",
                "order_time": "2026-03-02 18:40",
                "amount": "649.00",
                "shop": "Harrowbrook Store",
            },
            id="en",
        ),
    ],
)
def test_order_screenshots(lines: tuple[Line, ...], expected: dict[str, str]) -> None:
    assert values(page_fields(page(lines)).fields) == expected
