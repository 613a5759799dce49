"""What may be filled in unasked: a labelled value, never a bare number, a stranger's phone or a refuted one."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract, load_template, resolve
from nlp.records import FieldValue, Part, Resolution

TEMPLATE = load_template("appliance_repair")
INVOICE = (
    *("机器编号:661619942171", "发票代码:012001800311", "发票号码:33207675", "开票日期:2019年05月08日"),
    *("校验码:76939056883466677916", "(北京)有限公司", "地址、电话:北京市经济技术开发区科创十一街 57807000"),
    *("订单号:94859303935", "76939056883466677916"),
)


def line(text: str, symbology: str = "") -> Part:
    return Part(text, "page.png", "image", page=0, confidence=0.98, symbology=symbology)


def said(text: str, source: str = "m1") -> Part:
    return Part(text, source, "text", "customer")


def read(*parts: Part, region: str = "CN") -> Resolution:
    document = compose(parts, region=region)
    return resolve(extract(document, build_extractors()), document, template=TEMPLATE)


def field(name: str, *parts: Part, region: str = "CN") -> FieldValue:
    return read(*parts, region=region).fields[name]


def test_an_invoice_gives_its_order_number_and_suggests_its_date() -> None:
    found = read(*(line(text) for text in INVOICE), line("01,10,012001800311,33207675,90.56,20190508", "QRCode")).fields
    assert found["order_number"].value == "94859303935"
    assert found["order_number"].confidence > 0.9
    others = {name: (value.value, value.status) for name, value in found.items() if value.value}
    del others["order_number"]
    assert others == {"purchase_date": ("2019-05-08", "suggest")}
    assert found["phone_number"].candidates == ()


def test_unlabelled_digits_never_contradict_a_labelled_value() -> None:
    value = field("order_number", said("订单号 94859303935，编号那栏还有 012001800311 和 76939056883466677916"))
    assert (value.value, value.status) == ("94859303935", "auto")


@pytest.mark.parametrize("text", ["94859303935", "76939056883466677916", "my purchase 94859303935"])
def test_a_bare_number_is_a_suggestion_at_most(text: str) -> None:
    value = field("order_number", said(text), line(text))
    assert value.status in ("suggest", "missing")


def test_two_guesses_are_no_conflict() -> None:
    assert field("order_number", said("94859303935 还有 76939056883466677916")).status != "conflict"


@pytest.mark.parametrize("text", ["57807000", "电话 57807000", "33207675", "call 28 10886 09"])
def test_a_number_that_nobody_gives_out_is_no_phone(text: str) -> None:
    assert field("phone_number", said(text)).candidates == ()


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("TEL: 03-8765 0199", "MY"),
        ("Tel 016-5550 199", "MY"),
        ("服务热线 400-820-8820", "CN"),
        ("联系电话 13800138000", "CN"),
    ],
)
def test_a_phone_on_a_page_is_a_suggestion_at_most(text: str, region: str) -> None:
    assert field("phone_number", line(text), region=region).status in ("suggest", "missing")


def test_an_address_on_a_page_is_a_suggestion_at_most() -> None:
    assert field("email", line("info@shop.example.com")).status in ("suggest", "missing")


def test_what_the_customer_writes_is_filled_beside_a_page() -> None:
    value = field("phone_number", said("电话13800138000"), line("客服热线 021-68804868"))
    assert (value.value, value.status) == ("+8613800138000", "auto")


def test_a_gs1_element_is_what_its_identifier_says() -> None:
    parts = (line("04012345678901", "DataMatrix:01"), line("HBW8142601190", "DataMatrix:21"))
    found = read(*parts, said("order")).fields
    assert found["order_number"].candidates == ()
    assert found["serial_number"].value == "HBW8142601190"


@pytest.mark.parametrize("text", ["TEL-03 8768", "FAX-037", "NO-1234"])
def test_a_word_with_a_number_is_no_model(text: str) -> None:
    assert field("device_model", line(text)).value is None
