"""What is special about addresses: their parts, whose they are, and what stays other fields'."""

from __future__ import annotations

import pytest

from nlp.document import compose
from nlp.extraction.extract import extract
from nlp.extraction.registry import build_extractors
from nlp.fields.address import FIELD
from nlp.records import Document, Mention, Part


def message(text: str) -> Document:
    return compose([Part(text, "m1", "text", "customer")])


def only(text: str) -> Mention:
    (found,) = FIELD.extract(message(text))
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "收货地址：浙江省杭州市余杭区五常街道文一西路969号3幢2单元501室，谢谢",
            {
                "province": "浙江省", "city": "杭州市", "district": "余杭区", "town": "五常街道", "road": "文一西路",
                "number": "969号", "building": "3幢", "unit": "2单元", "room": "501室", "division_code": "330110",
            },
        ),
        ("我家在上海南京西路1376号", {"city": "上海市", "road": "南京西路", "number": "1376号"}),
        ("寄到杭州西湖区阳光小区12-3-1001", {"province": "浙江省", "city": "杭州市", "unit": "3", "room": "1001"}),
        ("地址：台州市临海市锦绣江南１１幢302", {"place": "锦绣江南", "building": "11幢", "room": "302"}),
        (
            "Address: Flat 3, 12 High Street, Leeds LS1 4AB",
            {"room": "Flat 3", "number": "12", "city": "Leeds", "postcode": "LS1 4AB"},
        ),
        (
            "please ship to 350 Fifth Avenue, Suite 300, New York, NY 10118",
            {"road": "Fifth Avenue", "room": "Suite 300", "city": "New York", "province": "NY", "postcode": "10118"},
        ),
        ("PO Box 123, Springfield, Illinois 62704", {"road": "PO Box 123", "province": "Illinois"}),
    ],
)  # fmt: skip
def test_address_names_its_parts(text: str, parts: dict[str, str]) -> None:
    resolution = only(text).resolution
    assert resolution is not None
    assert {name: resolution.get(name) for name in parts} == parts


@pytest.mark.parametrize("text", ["請寄到杭州市　文一西路９６９號", "Send to 12 High Street, Leeds LS1 4AB"])
def test_quote_is_the_source(text: str) -> None:
    found = only(text)
    assert text[found.start : found.end] == text.split("到")[-1].split("to ")[-1]


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("寄到杭州市文一西路969号", "退货地址：杭州市文一西路969号"),
        ("Send to 12 High Street, Leeds LS1 4AB", "your store at 12 High Street, Leeds LS1 4AB"),
    ],
)
def test_the_shops_address_counts_half(own: str, others: str) -> None:
    assert only(others).score <= only(own).score / 2 + 0.01


@pytest.mark.parametrize("text", ["地址:杭州市文一西路969号", "Address: 12 High Street, Leeds LS1 4AB"])
def test_a_printed_address_counts_half(text: str) -> None:
    (printed,) = FIELD.extract(compose([Part(text, "receipt.jpg", "image", page=0)]))
    assert printed.score == pytest.approx(only(text).score / 2)


@pytest.mark.parametrize("text", ["不是文一西路969号3幢", "It is not 12 High Street, Leeds LS1 4AB"])
def test_a_denied_address_says_so(text: str) -> None:
    assert [check.name for check in only(text).checks] == ["not_negated"]


def test_a_district_of_another_city_fails_the_check() -> None:
    assert [check.name for check in only("广东省杭州市文一西路969号").checks] == ["divisions_agree"]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("订单号20240518936，寄到杭州市文一西路969号，13800138000", "order_number", "20240518936"),
        ("杭州市文一西路969号 李娜 13800138000", "phone_number", "+8613800138000"),
        ("order number 20240518936 to 12 High Street, Leeds LS1 4AB", "order_number", "20240518936"),
    ],
)
def test_other_fields_keep_what_is_theirs(text: str, field: str, value: str) -> None:
    mentions = extract(message(text), build_extractors())
    assert value in [mention.value for mention in mentions if mention.field == field]
    assert [mention.value for mention in mentions if mention.field == "address" and value in mention.value] == []


@pytest.mark.parametrize(
    "text",
    [
        "我在杭州",
        "四川的客服在8号回了我消息",
        "杭州客服29号说",
        "北京时间8点",
        "三楼的空调坏了",
        "中路对线",
        "the main road is closed",
        "on the way to 5 people",
    ],
)
def test_a_place_alone_is_no_address(text: str) -> None:
    assert FIELD.extract(message(text)) == ()
