"""Templates are JSON Schema; what is missing and what to ask follow from them."""

from __future__ import annotations

import pytest

from nlp import (
    build_extractors,
    compose,
    extract,
    load_template,
    missing_fields,
    next_question,
    resolve,
    template_names,
)
from nlp.records import Candidate, FieldValue, Part, TemplateInvalid, TemplateUnknown
from nlp.text import language_of

FILLED = FieldValue("order_number", "20240518936", "auto", 0.99)


@pytest.mark.parametrize("name", template_names())
def test_built_in_template_asks_in_both_languages(name: str) -> None:
    template = load_template(name)
    assert template.name == name
    assert any(field.is_required for field in template.fields)
    for field in template.fields:
        assert field.label.zh
        assert field.label.en
        assert language_of(field.question.zh) == "zh"
        assert language_of(field.question.en) == "en"
        assert field.field or field.choices


def test_built_in_templates_are_these() -> None:
    assert template_names() == (
        "appliance_repair",
        "device_support",
        "ecommerce_logistics",
        "ecommerce_missing_item",
        "ecommerce_return",
        "education",
        "general",
        "manufacturing_quality",
        "manufacturing_repair",
        "retail",
        "telecom",
    )


def test_own_template_takes_texts_from_its_field() -> None:
    template = load_template({"properties": {"order": {"x-extract": {"field": "order_number", "required": True}}}})
    (field,) = template.fields
    assert (field.name, field.field, field.is_required, field.label.zh) == ("order", "order_number", True, "订单号")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({}, "JSON Schema object"),
        ({"type": "array", "properties": {"a": {}}}, "JSON Schema object"),
        ({"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {}}}, "2020-12"),
        ({"properties": {"a": {"x-extract": {"field": "shoe_size"}}}}, "properties.a.*shoe_size"),
        ({"properties": {"a": {"x-extract": {"choices": "red"}}}}, "properties.a.x-extract.choices"),
        ({"properties": {"a": {"x-extract": {"label": {"zh": "一"}}}}}, "properties.a.x-extract.label"),
        ({"properties": {"a": 1}}, "properties.a must be"),
        ({"properties": {"a": {}}, "required": ["b"]}, "required"),
        ({"properties": {f"f{n}": {} for n in range(101)}}, "at most 100"),
    ],
)
def test_bad_template_says_where(schema: dict[str, object], message: str) -> None:
    with pytest.raises(TemplateInvalid, match=message):
        load_template(schema)


def test_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(TemplateUnknown, match="appliance_repair"):
        load_template("no_such")


def test_missing_fields_are_the_required_ones_without_value() -> None:
    template = load_template("appliance_repair")
    assert missing_fields({"order_number": FILLED}, template) == ("device_model", "serial_number", "phone_number")


@pytest.mark.parametrize(("locale", "start"), [("zh-CN", "请问您的订单号"), ("en-US", "What is your order number")])
def test_first_question_is_the_one_whose_answer_fills_most(locale: str, start: str) -> None:
    question = next_question({}, load_template("appliance_repair"), locale=locale)
    assert question is not None
    assert question.field == "order_number"
    assert question.text.startswith(start)


def test_closed_set_is_asked_with_its_choices() -> None:
    template = load_template("ecommerce_return")
    returned = FieldValue("request", "return", "suggest", 0.9, (Candidate("return", 0.9),))
    known = {"order_number": FILLED, "phone_number": FILLED, "request": returned}
    question = next_question(known, template, locale="en")
    assert question is not None
    assert (question.field, question.choices[:2]) == ("reason", ("damaged", "wrong_item"))


def test_nothing_is_asked_when_nothing_required_is_open() -> None:
    template = load_template("general")
    assert next_question({"phone_number": FILLED}, template, locale="zh") is None


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("general", "几点营业", None),
        ("general", "贩卖机坏了，快找人修一下", "phone_number"),
        ("general", "What are your opening hours", None),
        ("general", "The vending machine is out of order, please call me", "phone_number"),
        ("ecommerce_return", "双十一有活动吗", None),
        ("ecommerce_return", "我要退货", "order_number"),
        ("ecommerce_return", "Are there any offers this week", None),
        ("ecommerce_return", "I want my money back", "order_number"),
    ],
)
def test_nothing_is_asked_where_nothing_calls_for_it(name: str, text: str, field: str | None) -> None:
    template, document = load_template(name), compose([Part(text, "m1", "text", "customer")])
    values = resolve(extract(document, build_extractors()), document, template=template).fields
    asked = next_question(values, template, locale=language_of(text), document=document)
    assert (asked.field if asked else None) == field


@pytest.mark.parametrize("text", ["我要退空调和冰箱", "I want to return the kettle and the toaster"])
def test_two_things_to_return_are_no_conflict(text: str) -> None:
    template, document = load_template("ecommerce_return"), compose([Part(text, "m1", "text", "customer")])
    found = resolve(extract(document, build_extractors()), document, template=template).fields["product_name"]
    assert (found.status, len(found.candidates)) == ("suggest", 2)
