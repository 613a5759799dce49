"""Identifiers side by side: whose a stretch is, what a failed check does, and how they are said."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract
from nlp.records import Part

NAMES = (
    "order_number", "tracking_number", "serial_number", "error_code", "imei", "organisation_code", "resident_id",
    "phone_number",
)  # fmt: skip


def found(text: str) -> list[tuple[str, str]]:
    document = compose([Part(text, "m1", "text", "customer")])
    return [(mention.field, mention.value) for mention in extract(document, build_extractors(NAMES))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "京东订单号281234567890，快递JDX012345678901",
            [("order_number", "281234567890"), ("tracking_number", "JDX012345678901")],
        ),
        (
            "运单号SF1234567890123，手机13800138000",
            [("tracking_number", "SF1234567890123"), ("phone_number", "+8613800138000")],
        ),
        ("身份证110105194912310021", [("resident_id", "110105194912310021")]),
        ("356938035643809 打不开", [("imei", "356938035643809")]),
        ("订单356938035643809 打不开", [("order_number", "356938035643809")]),
        (
            "税号91110000600037341L，订单20240518936",
            [("organisation_code", "91110000600037341L"), ("order_number", "20240518936")],
        ),
        ("空调显示E14，不是E4", [("error_code", "E14"), ("error_code", "E4")]),
        ("故障码P0420，序列号8KX20931772", [("error_code", "P0420"), ("serial_number", "8KX20931772")]),
        ("错误代码：0x80070005", [("error_code", "0x80070005")]),
        (
            "my order 112-1234567-7654321 came by UPS 1Z999AA10123456784",
            [("order_number", "112-1234567-7654321"), ("tracking_number", "1Z999AA10123456784")],
        ),
        ("Error 403 on order #1042", [("error_code", "403"), ("order_number", "1042")]),
        (
            "the IMEI is 356938035643809 and the S/N is 8KX20931772",
            [("imei", "356938035643809"), ("serial_number", "8KX20931772")],
        ),
        ("the machine reported error 12 times", []),
    ],
)  # fmt: skip
def test_a_stretch_is_one_identifier(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("IMEI 356938035643809", "IMEI 356938035643808", "imei"),
        ("身份证11010519491231002X", "身份证110105194912310021", "resident_id"),
        ("税号91110000600037341L", "税号91110000600037341M", "organisation_code"),
        ("UPS 1Z999AA10123456784", "UPS 1Z999AA10123456785", "tracking_number"),
    ],
)
def test_a_failed_check_lowers_a_score_and_is_kept(right: str, wrong: str, field: str) -> None:
    (good,), (bad,) = (
        extract(compose([Part(text, "m", "text")]), build_extractors([field])) for text in (right, wrong)
    )
    assert good.score > bad.score
    assert all(check.passed for check in good.checks)
    assert any(not check.passed for check in bad.checks)


@pytest.mark.parametrize(
    ("spoken", "field", "value"),
    [
        ("单号是二零二三一一零五杠八八七一", "order_number", "20231105-8871"),
        ("面板显示E幺四", "error_code", "E14"),
        ("显示E十四", "error_code", "E14"),
        ("the display shows E fourteen", "error_code", "E14"),
        ("串号三五六九三八零三五六四三八零九", "imei", "356938035643809"),
        ("身份证幺幺零幺零五幺九四九幺二三幺零零二叉", "resident_id", "11010519491231002X"),
    ],
)
def test_identifiers_are_read_as_they_are_said(spoken: str, field: str, value: str) -> None:
    assert (field, value) in found(spoken)
