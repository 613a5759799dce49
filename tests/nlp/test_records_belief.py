"""What records confirm, doubt and complete: neighbours, chains over kinds, written forms."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nlp import RecordTable, build_extractors, compose, extract, load_template, resolve
from nlp.extraction.record_forms import writing_of
from nlp.records import Part, Record, RecordSystem, RecordSystemDown, Resolution

TEMPLATE = load_template("appliance_repair")
CUSTOMER = Record("customers", "C-7", {"customer_id": "C-7", "phone": "138-0013-8000", "name": "李晓岚"})
ORDER = Record(
    "orders", "20231105-8871", {"order_number": "20231105-8871", "customer_id": "C-7", "serial_number": "SN20240001"}
)
DEVICE = Record("devices", "SN20240001", {"serial_number": "SN20240001", "device_model": "KFR-35GW/N8XHA1"})
OTHER = Record(
    "orders", "20240101-0042", {"order_number": "20240101-0042", "customer_id": "C-7", "device_model": "WF-80B5T"}
)
CHAIN = RecordTable([CUSTOMER, ORDER, DEVICE])
TWO = RecordTable([CUSTOMER, ORDER, DEVICE, OTHER])


def drafted(
    text: str, records: RecordSystem, *, customer: str | None = None, phone: str | None = None, locale: str = "zh-CN"
) -> Resolution:
    document = compose([Part(text, "m1", "text", "customer")], locale=locale)
    mentions = extract(document, build_extractors())
    return resolve(mentions, document, template=TEMPLATE, records=records, customer_id=customer, customer_phone=phone)


def filled(resolution: Resolution) -> dict[str, str]:
    wanted = ("order_number", "device_model", "serial_number", "phone_number")
    return {name: value.value for name in wanted if (value := resolution.fields[name]).value}


WHOLE = {
    "order_number": "20231105-8871",
    "device_model": "KFR-35GW/N8XHA1",
    "serial_number": "SN20240001",
    "phone_number": "+8613800138000",
}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("我的手机号13800138000，空调不制冷", {}),
        ("My phone is 138 0013 8000, it does not cool", {}),
        ("空调不制冷", {"phone": "13800138000"}),
        ("it does not cool", {"customer": "C-7"}),
        ("订单号202311058871，不制冷", {}),
        ("The serial number is SN20240001", {}),
    ],
    ids=["zh phone said", "en phone said", "ticket's phone", "ticket's customer", "zh order", "en serial number"],
)
def test_one_fact_leads_through_all_tables(text: str, given: dict[str, str]) -> None:
    resolution = drafted(text, CHAIN, **given)  # type: ignore[arg-type]
    assert filled(resolution) == WHOLE
    device = resolution.fields["device_model"].evidence[-1]
    assert (device.kind, device.source, device.quote) == ("record", "devices/SN20240001", "KFR-35GW/N8XHA1")
    assert resolution.fields["phone_number"].status != "conflict"


@pytest.mark.parametrize(
    ("said", "is_offered"),
    [
        ("20231105-8817", True), ("20231105-8870", True), ("20231105-887", True), ("20231105-88711", True),
        ("20231150-8871", True), ("20231105-8788", False), ("20241105-8870", False),
    ],
    ids=["two changed places", "one wrong", "one missing", "one too many", "swapped inside", "two wrong", "two apart"],
)  # fmt: skip
def test_the_customers_own_order_one_slip_away_is_offered(said: str, is_offered: bool) -> None:
    order = drafted(f"订单号{said}", CHAIN, customer="C-7").fields["order_number"]
    offered = {candidate.value for candidate in order.candidates if candidate.confidence > 0.3}
    assert ("20231105-8871" in offered, order.status == "auto") == (is_offered or order.value == "20231105-8871", False)


def test_a_serial_number_one_slip_away_is_offered_too() -> None:
    serial = drafted("序列号SN20240010", CHAIN, customer="C-7").fields["serial_number"]
    assert "SN20240001" in {candidate.value for candidate in serial.candidates}


@pytest.mark.parametrize(
    ("locale", "text", "detail"),
    [
        ("zh-CN", "序列号SN99990001", "记录中没有 SN99990001"),
        ("en-US", "serial number SN99990001", "no record has SN99990001"),
    ],
    ids=["zh", "en"],
)
def test_checks_speak_the_readers_language(locale: str, text: str, detail: str) -> None:
    serial = drafted(text, RecordTable([OTHER]), locale=locale).fields["serial_number"]
    assert [(check.name, check.detail) for check in serial.checks] == [("exists_in_records", detail)]


def test_of_several_orders_the_named_device_tells_which() -> None:
    assert drafted("洗衣机型号 WF-80B5T 漏水", TWO, customer="C-7").fields["order_number"].value == "20240101-0042"
    order = drafted("洗衣机漏水", TWO, customer="C-7").fields["order_number"]
    assert order.value is None
    assert {candidate.value for candidate in order.candidates} == {"20231105-8871", "20240101-0042"}


def test_two_owners_of_a_phone_are_nobody() -> None:
    shared = RecordTable([CUSTOMER, Record("customers", "C-8", {"customer_id": "C-8", "phone": "13800138000"}), ORDER])
    assert filled(drafted("不制冷", shared, phone="13800138000")) == {"phone_number": "+8613800138000"}


class Counting:
    """A record system that counts."""

    def __init__(self, records: RecordSystem, *, down_after: int = 99) -> None:
        self._records, self._down_after = records, down_after
        self.asked: list[tuple[str, str]] = []

    def find(self, field: str, value: str) -> Sequence[Record]:
        self.asked.append((field, value))
        if len(self.asked) > self._down_after:
            raise RecordSystemDown("gone", zh="断开")
        return self._records.find(field, value)

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        self.asked.append(("customer_id", customer_id))
        return self._records.of_customer(customer_id)


def test_nothing_is_asked_twice_and_little_in_all() -> None:
    records = Counting(TWO)
    drafted("订单号20231105-8871，再说一遍 20231105 8871，电话13800138000", records)
    assert len(records.asked) == len(set(records.asked))
    assert len(records.asked) <= 8


def test_records_that_go_away_halfway_keep_what_they_said() -> None:
    resolution = drafted("订单号20231105-8871", Counting(CHAIN, down_after=1))
    order = resolution.fields["order_number"]
    assert (order.value, len(resolution.warnings)) == ("20231105-8871", 1)
    assert "断开" in resolution.warnings[0]


@pytest.mark.parametrize(
    ("column", "said", "form"),
    [
        (["DD-20231105-8871"], "dd202405189360", "DD-20240518-9360"),
        (["2023 1105 8871"], "202405189360", "2024 0518 9360"),
        (["sn-0001"], "SN0042", "sn-0042"),
        (["+86 138 0013 8000"], "+8613900139000", "+86 139 0013 9000"),
        (["138-0013-8000"], "+8613900139000", "139-0013-9000"),
        (["13800138000"], "+8613900139000", "13900139000"),
        (["021-68804868"], "+862168804860", "021-68804860"),
        ([], "A-1", "A-1"),
    ],
)
def test_forms_are_written_as_the_column_writes(column: list[str], said: str, form: str) -> None:
    field = "phone_number" if said.startswith("+") else "order_number"
    assert form in writing_of(column).forms(field, said)


def test_forms_are_few() -> None:
    column = ["-".join(["1"] * 12)] + ["1" * n + "-" + "1" * (12 - n) for n in range(1, 12)]
    assert len(writing_of([*column, "a+b"]).forms("order_number", "1" * 12)) <= 32
