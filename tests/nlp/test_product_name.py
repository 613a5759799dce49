"""What is special about product names: maker and model beside the thing, labels, parts, other meanings."""

from __future__ import annotations

import pytest

from nlp.document import compose
from nlp.entities.product_words import product_words_in
from nlp.fields.product_name import FIELD
from nlp.records import Mention, Part


def found(text: str) -> list[Mention]:
    return list(FIELD.extract(compose([Part(text, "m1", "text", "customer")])))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "小天鹅TG100V88洗衣机漏水",
            {"brand": "小天鹅", "model": "TG100V88", "product": "洗衣机", "kind": "washing machine"},
        ),
        ("格力的空調壞了", {"brand": "格力", "product": "空调", "kind": "air conditioner"}),
        ("三号线的注塑机报警", {"brand": "", "product": "注塑机"}),
        ("My Samsung TV won't turn on", {"brand": "Samsung", "product": "TV", "kind": "television"}),
        (
            "the Bosch WAT28 dishwashers",
            {"brand": "Bosch", "model": "WAT28", "product": "dishwashers", "kind": "dishwasher"},
        ),
    ],
)  # fmt: skip
def test_product_names_its_parts(text: str, parts: dict[str, str]) -> None:
    resolution = found(text)[0].resolution
    assert resolution is not None
    assert {name: resolution[name] for name in parts} == parts


@pytest.mark.parametrize(
    ("text", "value"),
    [("商品名称：秋季女童套装 红色", "秋季女童套装 红色"), ("Product: oak bedside thing", "oak bedside thing")],
)
def test_behind_a_label_everything_is_the_product(text: str, value: str) -> None:
    (mention,) = found(text)
    assert (mention.value, mention.is_labelled) == (value, True)


@pytest.mark.parametrize(
    "text",
    [
        "手机号138",
        "我的手机13900139000",
        "请打开电脑端",
        "my phone number",
        "press the button",
        "in any case",
        "book a call",
    ],
)
def test_a_word_that_means_another_thing_is_no_product(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["空调坏了，就是那台格力空调", "The washer broke. It's a Bosch washer"])
def test_a_thing_said_twice_is_one_product(text: str) -> None:
    assert len({mention.value for mention in found(text)}) == 1


@pytest.mark.parametrize("text", ["电视的遥控器没反应", "the remote control of my TV is dead"])
def test_a_part_counts_for_less_than_the_thing(text: str) -> None:
    scores = {mention.resolution["kind"]: mention.score for mention in found(text) if mention.resolution}
    assert scores["remote control"] < scores["television"]


def test_every_listed_word_is_found_alone() -> None:
    assert [(word.group, word.kind) for word in product_words_in("冰箱")] == [("things", "refrigerator")]
    assert [(word.group, word.kind) for word in product_words_in("Washing Machines")] == [("things", "washing machine")]
    assert product_words_in("包邮") == ()
