"""Values that people would call the same, spelt otherwise; and values that only look alike."""

from __future__ import annotations

import pytest

from api.report.sameness import Sameness
from nlp import Template, TemplateField, load_template, read_catalogue

SCHEMA = {
    "$id": "sameness",
    "type": "object",
    "properties": {
        "order_number": {"x-extract": {"field": "order_number"}},
        "phone_number": {"x-extract": {"field": "phone_number"}},
        "fault_time": {"x-extract": {"field": "fault_time"}},
        "device_model": {"x-extract": {"field": "device_model"}},
        "kind": {
            "x-extract": {
                "choices": [
                    {"value": "repair", "zh": ["维修", "报修"], "en": ["repair", "fix"]},
                    {"value": "return", "zh": ["退货"], "en": ["return", "refund"]},
                ]
            }
        },
    },
}
CATALOGUE = "code,names\nKFR-35GW,悦享三代|Comfort 3\nXQG-100,滚筒\n".encode()


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template(SCHEMA)


def field_of(template: Template, name: str) -> TemplateField:
    field = template.field(name)
    assert field is not None
    return field


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("order_number", "JD2024-0518", "jd 2024 0518", True),
        ("order_number", "２０２４０５１８", "20240518", True),
        ("order_number", "20240518", "20240519", False),
        ("order_number", "20240518", "", False),
        ("phone_number", "+8613800138000", "138 0013 8000", True),
        ("phone_number", "+8613800138000", "86-138-0013-8000", True),
        ("phone_number", "13800138000", "13800138001", False),
        ("phone_number", "not a number", "nor this", False),
        ("fault_time", "2026-06-06T15:10:00", "2026年6月6日15点10分", True),
        ("fault_time", "2026-06-06", "2026/6/6 15:10", True),
        ("fault_time", "2026-06-06T15:10:00", "2026-06-06 16:10", False),
        ("fault_time", "2026-06-06", "last week", False),
        ("kind", "repair", "报修", True),
        ("kind", "Refund", "退货", True),
        ("kind", "repair", "退货", False),
        ("kind", "repair", "whatever", False),
    ],
)
def test_values_are_compared_as_people_do(template: Template, name: str, one: str, other: str, same: bool) -> None:
    field = field_of(template, name)
    assert Sameness("CN").is_same(field, one, other) is same
    assert Sameness("CN").is_same(field, other, one) is same


@pytest.mark.parametrize(("region", "same"), [("US", True), ("CN", False)])
def test_a_national_number_is_read_in_the_region(template: Template, region: str, same: bool) -> None:
    phone = field_of(template, "phone_number")
    assert Sameness(region).is_same(phone, "+14155550132", "(415) 555-0132") is same


def test_a_products_names_are_its_code_only_with_a_catalogue(template: Template) -> None:
    model = field_of(template, "device_model")
    catalogue = read_catalogue(CATALOGUE, suffix=".csv")
    assert not Sameness().is_same(model, "KFR-35GW", "悦享三代")
    for name in ("悦享三代", "Comfort 3"):
        assert Sameness(catalogue=catalogue).is_same(model, "KFR-35GW", name)
    assert not Sameness(catalogue=catalogue).is_same(model, "KFR-35GW", "滚筒")
    assert not Sameness(catalogue=catalogue).is_same(model, "nothing", "of ours")
