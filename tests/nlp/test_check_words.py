"""What a check says of a value, it says in Chinese on a Chinese page: every check has both details or neither."""

from __future__ import annotations

import re

import pytest

from nlp import Catalogue, Product, build_extractors, compose, extract
from nlp.extraction.choices import choice_mentions
from nlp.extraction.field import check_in
from nlp.extraction.registry import ticket_fields
from nlp.extraction.templates import load_template
from nlp.records import Check, Mention, Part

HAN = re.compile(r"[\u4e00-\u9fff]")
FIELDS = ticket_fields()
TEXTS = (
    *(example.text for field in FIELDS.values() for example in field.examples),
    *(text for field in FIELDS.values() for text in field.counter_examples),
)
REFUSED = (
    "身份证 110105194912310021",
    "身份证 000105194912310021",
    "身份证号：990105199913310021",
    "IMEI 490154203237510",
    "IMEI：000154203237518",
    "统一社会信用代码 91350100M000100Y44",
    "手机：99999999999",
    "快递单号：RR123456784CN",
    "GTIN 6901234567893",
    "地址：浙江省南京市西湖区文一西路969号",
    "不是浙江省杭州市余杭区文一西路969号3幢501室",
    "不是张三先生",
    "不是美的空调",
    "不是 KFR-35GW/CL3B",
    "the phone is 1-000-000-0000",
    "it is not the Bosch WAT28 dishwasher",
    "型号是KFR 35GW CL38",
)
"""Texts whose values fail a check of each kind."""
CATALOGUE = Catalogue([Product("KFR-35GW/CL3B", ("云舒空调",), "云舒")])
EXTRACTORS = build_extractors(catalogue=CATALOGUE)


def checks_of(mention: Mention) -> tuple[Check, ...]:
    return (*mention.checks, *(checks_of(mention.base) if mention.base is not None else ()))


def checks_in(text: str) -> list[Check]:
    mentions = extract(compose([Part(text, "m1", "text", "customer")]), EXTRACTORS)
    return [check for mention in mentions for check in checks_of(mention)]


@pytest.mark.parametrize("text", [*TEXTS, *REFUSED])
def test_a_check_with_a_detail_has_it_in_chinese(text: str) -> None:
    told = [check for check in checks_in(text) if check.detail and not check.detail.replace("-", "").isdigit()]
    assert [check for check in told if not HAN.search(check.detail_zh)] == []
    assert all(HAN.search(check_in(check, "zh-CN").detail) for check in told)
    assert not any(HAN.search(check_in(check, "en-US").detail.replace("KFR", "")) for check in told)


def test_the_texts_make_checks_of_many_kinds() -> None:
    told = {check.name for text in (*TEXTS, *REFUSED) for check in checks_in(text) if check.detail}
    assert {"not_negated", "valid_phone_number", "divisions_agree", "imei_check_digit"} <= told


@pytest.mark.parametrize("text", ["我不是要退货", "I do not want a refund, not broken"])
def test_a_denied_choice_says_so_in_both_languages(text: str) -> None:
    fields = [field for field in load_template("ecommerce_return").fields if field.choices]
    document = compose([Part(text, "m1", "text", "customer")])
    checks = [check for field in fields for mention in choice_mentions(document, field) for check in mention.checks]
    assert checks
    assert all(HAN.search(check.detail_zh) and not HAN.search(check.detail) for check in checks)
