"""What is special about tracking numbers; the rest is in the conformance tests."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract
from nlp.fields.tracking_number import FIELD
from nlp.records import Part


@pytest.mark.parametrize(("value", "passed"), [("RR473124829CN", True), ("RR473124828CN", False)])
def test_postal_items_carry_a_check_digit(value: str, passed: bool) -> None:
    (mention,) = FIELD.extract(compose([Part(f"快递 {value}", "m1", "text")]))
    assert [check.passed for check in mention.checks] == [passed]


def test_a_tracking_number_is_not_also_an_order_number() -> None:
    document = compose([Part("订单的快递单号SF1234567890123", "m1", "text")])
    assert [mention.field for mention in extract(document, build_extractors())] == ["tracking_number"]
