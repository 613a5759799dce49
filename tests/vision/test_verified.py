"""Print and codes of one page: what agrees is verified, what contradicts is not hidden, what is unclear is left."""

from __future__ import annotations

import pytest

from vision import Code, PageField
from vision.codes.verified import with_codes

PRINT_BOX = ((0.0, 0.0), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))
CODE_BOX = ((0.0, 50.0), (90.0, 50.0), (90.0, 90.0), (0.0, 90.0))


def printed(value: str) -> PageField:
    return PageField(value, 0.9, PRINT_BOX)


def code(text: str) -> Code:
    return Code("QRCode", text, CODE_BOX)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("serial_number", "CL3A2506180427", "CL3A2506180427"),
        ("serial_number", "CL3A 2506-180427", "cl3a2506180427"),
        ("serial_number", "CL3A2506180427", "SN:CL3A2506180427;MODEL:KFR-35GW"),
        ("serial_number", "CL3A2506180427", "SCL3A2506180427"),
        ("model", "KFR-35GW/CL3A", "型号：KFR-35GW/CL3A"),
        ("model", "HB-WM814", "1PHB-WM814"),
        ("manufacture_date", "2025年6月18日", "生产日期：2025-06-18;SN:CL3A2506180427"),
        ("manufacture_date", "2025.06", "(01)09504000059101(11)250600"),
    ],
)
def test_agreeing_code_verifies_print(name: str, value: str, text: str) -> None:
    field = with_codes({name: printed(value)}, [code(text)], kind="nameplate")[name]
    assert field == PageField(value, 0.995, PRINT_BOX, CODE_BOX)


def test_code_mends_what_a_reader_confuses() -> None:
    fields = with_codes({"serial_number": printed("CL3A25O618O427")}, [code("SN:CL3A2506180427")], kind="nameplate")
    assert fields["serial_number"] == PageField("CL3A2506180427", 0.995, PRINT_BOX, CODE_BOX)


def test_code_that_names_another_value_is_taken_and_less_sure() -> None:
    fields = with_codes({"serial_number": printed("XY99887766")}, [code("SN:CL3A2506180427")], kind="nameplate")
    assert fields["serial_number"] == PageField("CL3A2506180427", 0.97, CODE_BOX, CODE_BOX)


def test_code_names_what_was_not_printed() -> None:
    fields = with_codes({}, [code("MODEL:KFR-35GW;SN:CL3A2506180427")], kind="other")
    assert {name: field.value for name, field in fields.items()} == {
        "model": "KFR-35GW",
        "serial_number": "CL3A2506180427",
    }


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param([code("6901234567892")], id="another thing"),
        pytest.param([code("SN:AAA111222"), code("SN:BBB111222")], id="two serials"),
        pytest.param([], id="none"),
    ],
)
def test_print_stays_where_no_code_speaks_clearly(codes: list[Code]) -> None:
    fields = {"serial_number": printed("CL3A2506180427")}
    assert with_codes(fields, codes, kind="nameplate") == fields


def test_receipts_take_nothing_from_codes_alone() -> None:
    assert with_codes({}, [code("订单号：94859303935")], kind="receipt") == {}
