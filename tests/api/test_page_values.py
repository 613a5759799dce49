"""What a page names by geometry reaches the ticket's fields, with the characters it stands on; and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import nlp
from api.prefill.page_values import PageValues, joined, page_extractors
from api.prefill.parts import page_parts
from api.prefill.retakes import or_retake
from nlp.records import Document, Mention, Question
from vision import Box, Code, Flaw, Line, Page


def box_at(left: float, top: float, width: float = 300.0) -> Box:
    return ((left, top), (left + width, top), (left + width, top + 24.0), (left, top + 24.0))


def page_of(*texts: str, codes: Sequence[Code] = (), flaws: Sequence[Flaw] = ()) -> Page:
    """Lay texts below each other; "a | b" puts b to the right."""
    lines = [
        Line(text, box_at(20.0 + 400 * column, 20.0 + 40 * row), 0.98)
        for row, whole in enumerate(texts)
        for column, text in enumerate(whole.split(" | "))
    ]
    return Page("p.png", 0, 900, 900, 0, tuple(lines), tuple(codes), "scripted", flaws=tuple(flaws))


def document_of(page: Page) -> Document:
    return nlp.compose(page_parts(page), locale="zh-CN", region="CN")


def mention_of(page: Page, name: str) -> Mention | None:
    extractors = page_extractors([page], [name], catalogue=None)
    found = extractors[name].extract(document_of(page)) if name in extractors else ()
    return next(iter(found), None)


PLATE = ("型号 | KFR-35GW/CL3A", "出厂编号 | CL3A2506180427", "额定电压 | 220V~", "生产日期 | 2025-06-18")
ORDER = (
    "订单详情",
    "订单编号：2024051893612345",
    "下单时间：2026-05-18 10:00:00",
    "实付款 | ￥3299.00",
    "运单号：SF1234567890123",
)
RECEIPT = ("ACME TRADING SDN BHD", "TAX INVOICE RECEIPT", "Date: 28/11/2017", "CASH | 490.00", "TOTAL | 482.10")


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [
        (PLATE, "device_model", "KFR-35GW/CL3A"),
        (PLATE, "serial_number", "CL3A2506180427"),
        (ORDER, "order_number", "2024051893612345"),
        (ORDER, "purchase_date", "2026-05-18"),
        (ORDER, "tracking_number", "SF1234567890123"),
        (RECEIPT, "purchase_date", "2017-11-28"),
    ],
)
def test_a_field_that_a_page_names_reaches_the_ticket(page: tuple[str, ...], name: str, value: str) -> None:
    read = page_of(*page)
    mention = mention_of(read, name)
    assert mention is not None
    quote = document_of(read).text[mention.start : mention.end]
    assert (mention.value, mention.is_labelled, bool(quote)) == (value, True, True)


@pytest.mark.parametrize(("page", "begins"), [(ORDER, "3299"), (RECEIPT, "482.1")])
def test_a_total_is_the_amount(page: tuple[str, ...], begins: str) -> None:
    mention = mention_of(page_of(*page), "amount")
    assert mention is not None
    assert mention.value.startswith(begins)


@pytest.mark.parametrize(
    ("page", "name"), [(RECEIPT, "address"), (PLATE, "purchase_date"), (("谢谢",), "order_number")]
)
def test_what_is_the_shops_or_the_makers_does_not(page: tuple[str, ...], name: str) -> None:
    assert mention_of(page_of(*page), name) is None


def test_a_code_that_agrees_with_the_print_is_said_and_makes_it_surer() -> None:
    code = Code("Code128", "CL3A2506180427", box_at(20.0, 600.0))
    plain, verified = (
        mention_of(page_of(*PLATE), "serial_number"),
        mention_of(page_of(*PLATE, codes=[code]), "serial_number"),
    )
    assert plain is not None
    assert verified is not None
    assert "agrees_with_code" in {check.name for check in verified.checks}
    assert plain.score <= 0.92 < verified.score


def test_a_model_is_one_of_the_catalogue_or_none() -> None:
    catalogue = nlp.Catalogue.from_rows([{"code": "KFR-35GW/CL3A-N", "names": "KFR-35GW/CL3A"}])
    extractor = page_extractors([page_of(*PLATE)], ["device_model"], catalogue=catalogue)["device_model"]
    assert [mention.value for mention in extractor.extract(document_of(page_of(*PLATE)))] == ["KFR-35GW/CL3A-N"]
    other = nlp.Catalogue.from_rows([{"code": "WF-80B5T", "names": "washer"}])
    none = page_extractors([page_of(*PLATE)], ["device_model"], catalogue=other)["device_model"]
    assert none.extract(document_of(page_of(*PLATE))) == []


def test_an_own_tagger_is_kept_beside_the_pages() -> None:
    own, pages = PageValues("serial_number", ()), PageValues("serial_number", ())
    assert joined({"serial_number": own, "imei": own}, {"serial_number": pages}).keys() == {"serial_number", "imei"}


ASKED = Question("sn", "SN?")
TEMPLATE = nlp.load_template(
    {"title": "t", "type": "object", "properties": {"sn": {"type": "string", "x-extract": {"field": "serial_number"}}}}
)


@pytest.mark.parametrize(
    ("flaws", "language", "text"),
    [
        (
            [Flaw("cut_off", None, "serial_number")],
            "zh",
            "SN?您发来的照片里序列号被切掉了，重拍一张也可以。",
        ),
        (
            [Flaw("glare", None, "serial_number")],
            "en",
            "SN? In the photo you sent, a reflection covers the serial number: a new one will do, too.",
        ),
        ([Flaw("too_dark")], "zh", "SN?也可以重拍一张发来：照片太暗。"),
        ([Flaw("blurred")], "en", "SN? You can also send a new photo: the picture is blurred."),
        ([Flaw("cut_off", None, "total"), Flaw("glare"), Flaw("cut_off")], "zh", "SN?"),
    ],
)
def test_a_retake_is_offered_where_the_photo_hides_what_is_asked_for(
    flaws: list[Flaw], language: str, text: str
) -> None:
    asked = or_retake(ASKED, template=TEMPLATE, pages=[page_of("x", flaws=flaws)], language=language)  # type: ignore[arg-type]
    assert asked is not None
    assert asked.text == text
