"""Values out of mentions: agreement, conflict, correction, denial, records."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import (
    Catalogue,
    RecordTable,
    build_extractors,
    compose,
    extract,
    load_template,
    next_question,
    resolve,
)
from nlp.records import Document, FieldValue, Part, Record, RecordSystem, RecordSystemDown, Resolution

TEMPLATE = load_template("appliance_repair")
CATALOGUE = Catalogue.from_rows([{"code": "KFR-35GW/N8XHA1", "names": "风锐空调"}, {"code": "WF-80B5T", "names": ""}])
ORDER = Record(
    "orders",
    "20240518936",
    {
        "order_number": "20240518936",
        "customer_id": "C-7",
        "phone": "+8613800138000",
        "device_model": "KFR-35GW/N8XHA1",
        "serial_number": "SN2024A00917",
    },
)
OTHER_ORDER = Record("orders", "20240518111", {"order_number": "20240518111", "customer_id": "C-8"})
RECORDS = RecordTable([ORDER, OTHER_ORDER])


class SilentRecords:
    """Records that never answer; counts how often they were asked."""

    def __init__(self) -> None:
        self.asked = 0

    def find(self, field: str, value: str) -> Sequence[Record]:
        self.asked += 1
        raise RecordSystemDown("no answer within 2 s")

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        self.asked += 1
        raise RecordSystemDown("no answer within 2 s")


def said(text: str, source: str = "m1", role: str = "customer") -> Part:
    return Part(text, source, "text", role)  # type: ignore[arg-type]


def shown(text: str, confidence: float = 1.0) -> Part:
    box = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))
    return Part(text, "label.jpg", "image", page=0, box=box, confidence=confidence)


def resolved(
    *parts: Part,
    records: RecordSystem | None = None,
    customer_id: str | None = None,
    phone: str | None = None,
) -> Resolution:
    document = compose(parts, locale="zh-CN")
    mentions = extract(document, build_extractors(catalogue=CATALOGUE))
    return resolve(
        mentions, document, template=TEMPLATE, records=records, customer_id=customer_id, customer_phone=phone
    )


def order_of(*parts: Part, records: RecordSystem | None = None, customer_id: str | None = None) -> FieldValue:
    return resolved(*parts, records=records, customer_id=customer_id).fields["order_number"]


def test_agreement_across_sources_raises_confidence() -> None:
    alone = order_of(said("订单 20240518936"))
    both = order_of(said("订单 20240518936"), shown("订单编号 20240518936"))
    assert both.value == alone.value == "20240518936"
    assert both.belief > alone.belief
    assert both.confidence >= alone.confidence  # beliefs that come true equally often share one confidence
    assert {evidence.source for evidence in both.evidence} == {"m1", "label.jpg"}


def test_disagreement_is_a_conflict_with_both_sides() -> None:
    value = order_of(said("订单号 20240518936"), shown("订单号 20240518938"))
    assert value.status == "conflict"
    assert {candidate.value for candidate in value.candidates} == {"20240518936", "20240518938"}
    assert {evidence.source for evidence in value.evidence} == {"m1", "label.jpg"}


def test_the_record_settles_a_disagreement() -> None:
    value = order_of(said("订单号 20240518936"), shown("订单号 20240518938"), records=RECORDS, customer_id="C-7")
    assert value.value == "20240518936"
    assert value.candidates[0].confidence > value.candidates[1].confidence


@pytest.mark.parametrize(
    "parts",
    [
        (said("订单号 20240518111"), said("说错了，应该是订单号 20240518936", "m2")),
        (said("My order number is 20240518111"), said("sorry, order number 20240518936", "m2")),
        (said("不是订单号 20240518111，订单号是 20240518936"),),
        (said("not order 20240518111 but order number 20240518936"),),
    ],
    ids=["zh correction", "en correction", "zh denial", "en denial"],
)
def test_the_later_word_wins(parts: tuple[Part, ...]) -> None:
    value = order_of(*parts)
    assert value.value == "20240518936"
    assert value.status != "conflict"


def test_what_the_agent_says_counts_less() -> None:
    customer = order_of(said("订单号 20240518936"))
    agent = order_of(said("订单号 20240518936", role="agent"))
    assert customer.confidence > agent.confidence
    assert agent.status != "auto"


def test_one_fact_fills_four_fields() -> None:
    fields = resolved(said("订单号 20240518936"), records=RECORDS, customer_id="C-7").fields
    found = {name: value.value for name, value in fields.items() if value.value}
    assert found == {
        "order_number": "20240518936",
        "device_model": "KFR-35GW/N8XHA1",
        "serial_number": "SN2024A00917",
        "phone_number": "+8613800138000",
    }
    assert [check.name for check in fields["order_number"].checks] == ["exists_in_orders", "belongs_to_customer"]
    (evidence,) = fields["serial_number"].evidence
    assert (evidence.kind, evidence.source, evidence.quote) == ("record", "orders/20240518936", "SN2024A00917")


def test_the_phone_alone_suggests_the_order() -> None:
    fields = resolved(said("空调不制冷"), records=RECORDS, phone="13800138000").fields
    assert fields["phone_number"].value == "+8613800138000"
    assert (fields["order_number"].value, fields["order_number"].status) == ("20240518936", "suggest")


def test_an_unknown_order_one_slip_away_offers_the_customers_own() -> None:
    value = order_of(said("订单号 20240518986"), records=RECORDS, customer_id="C-7")
    assert value.status == "conflict"
    assert {candidate.value for candidate in value.candidates} == {"20240518936", "20240518986"}


@pytest.mark.parametrize("text", ["订单号 20249999111", "order number 20249999111"])
def test_an_unknown_order_is_shown_with_its_failed_check(text: str) -> None:
    value = order_of(said(text), records=RECORDS)
    assert (value.value, value.status) == ("20249999111", "suggest")
    assert value.confidence < 0.5
    assert [(check.name, check.passed) for check in value.checks] == [("exists_in_orders", False)]


def test_another_customers_order_is_not_filled_in() -> None:
    value = order_of(said("订单号 20240518111"), records=RECORDS, customer_id="C-7")
    assert value.status == "conflict"
    assert {candidate.value for candidate in value.candidates} == {"20240518111", "20240518936"}


def test_silent_records_warn_once_and_are_asked_once() -> None:
    records = SilentRecords()
    resolution = resolved(said("订单号 20240518936"), records=records, customer_id="C-7")
    assert resolution.fields["order_number"].value == "20240518936"
    assert len(resolution.warnings) == 1
    assert records.asked == 1


def test_the_model_is_always_of_the_catalogue() -> None:
    fields = resolved(shown("型号 KFR-3SGW/N8XHAI"), said("另一台型号 ABC-99X")).fields
    assert fields["device_model"].value == "KFR-35GW/N8XHA1"
    assert all(candidate.value in CATALOGUE for candidate in fields["device_model"].candidates)


def test_nothing_said_is_missing() -> None:
    assert {value.status for value in resolved(said("你好")).fields.values()} == {"missing"}


def test_a_closed_set_stays_closed() -> None:
    template = load_template("ecommerce_return")
    document = compose([said("收到就碎了，而且不是发错，是少发")])
    value = resolve((), document, template=template).fields["reason"]
    reason = template.field("reason")
    assert reason is not None
    assert {candidate.value for candidate in value.candidates} == {"damaged", "missing_item"}
    assert {candidate.value for candidate in value.candidates} <= {choice.value for choice in reason.choices}


@given(
    st.lists(
        st.sampled_from(
            [
                "订单号",
                "order no. ",
                "型号",
                "S/N: ",
                "KFR-35GW/N8XHA1",
                "20240518936",
                "1380013800",
                "E4 ",
                "不是",
                "\n",
            ]
        )
        | st.text(max_size=6),
        max_size=12,
    )
)
def test_every_filled_field_carries_evidence_that_quotes_its_source(pieces: list[str]) -> None:
    text = "".join(pieces)
    document: Document = compose([said(text)])
    mentions = extract(document, build_extractors(catalogue=CATALOGUE))
    for value in resolve(mentions, document, template=TEMPLATE).fields.values():
        assert (value.value is None) == (value.status == "missing" and not value.evidence)
        for evidence in value.evidence:
            assert evidence.start is not None
            assert evidence.quote == text[evidence.start : evidence.end]


def test_question_for_a_conflict_offers_both_sides() -> None:
    fields = resolved(said("订单号 20240518936"), shown("订单号 20240518938")).fields
    question = next_question(fields, TEMPLATE, locale="zh-CN")
    assert question is not None
    assert question.field == "order_number"
    assert set(question.choices) == {"20240518936", "20240518938"}
