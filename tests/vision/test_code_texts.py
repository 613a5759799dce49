"""What codes' texts say: labels of goods and parts, invoices, Wi-Fi cards, addresses, and hostile texts."""

from __future__ import annotations

import time

import pytest

from vision.codes.code_texts import code_content

GS, RS, EOT = "\x1d", "\x1e", "\x04"


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        pytest.param(
            f"[)>{RS}06{GS}1PKFR-35GW{GS}SCL3A2506180427{GS}16D20250618{GS}Q1{RS}{EOT}",
            "iso15434",
            {
                "part_number": "KFR-35GW",
                "serial_number": "CL3A2506180427",
                "manufacture_date": "2025-06-18",
                "quantity": "1",
            },
            id="format 06",
        ),
        pytest.param(
            f"[)>{RS}05{GS}0109504000059101{GS}21SN9{RS}{EOT}",
            "iso15434",
            {"gtin": "09504000059101", "serial_number": "SN9"},
            id="format 05",
        ),
        pytest.param(
            f"[)>{RS}12{GS}SER AB1234{GS}PNR 77-1{RS}{EOT}",
            "iso15434",
            {"serial_number": "AB1234", "part_number": "77-1"},
            id="format 12",
        ),
        pytest.param("[)>{RS}06{GS}SAB1234{RS}{EOT}", "iso15434", {"serial_number": "AB1234"}, id="spelled controls"),
        pytest.param(f"[)>{RS}99{GS}x{RS}", "iso15434", {}, id="unknown format"),
        pytest.param(
            f"1PHB-WM814{GS}SHBW8142601190",
            "data_identifiers",
            {"part_number": "HB-WM814", "serial_number": "HBW8142601190"},
            id="data identifiers",
        ),
        pytest.param("SHBW8142601190", "text", {}, id="one code is no identifier"),
        pytest.param(f"hello{GS}world", "text", {}, id="no identifiers"),
        pytest.param(
            "01,10,012001800311,33207675,46.62,20190508,76939056883466677916,E1BD,",
            "invoice",
            {
                "invoice_code": "012001800311",
                "invoice_number": "33207675",
                "amount": "46.62",
                "date": "20190508",
                "check_code": "76939056883466677916",
            },
            id="invoice",
        ),
        pytest.param(
            "01,32,,24312000000012345678,113.00,20240518,,9C1F,",
            "invoice",
            {"invoice_number": "24312000000012345678", "total": "113.00", "date": "20240518"},
            id="fully digital invoice",
        ),
        pytest.param("01,99,1,2,3,4,5", "text", {}, id="numbers with commas"),
        pytest.param(
            r"WIFI:T:WPA;S:家里\;5G;P:secret1;;",
            "wifi",
            {"wifi_name": "家里;5G", "wifi_security": "WPA"},
            id="wifi",
        ),
        pytest.param(
            "https://www.example.cn/s?sn=CL3A2506180427&model=KFR-35GW",
            "url",
            {
                "url": "https://www.example.cn/s?sn=CL3A2506180427&model=KFR-35GW",
                "serial_number": "CL3A2506180427",
                "model": "KFR-35GW",
            },
            id="address",
        ),
        pytest.param(
            "https://example.com/01/09504000059101/21/SN9",
            "gs1_digital_link",
            {"gtin": "09504000059101", "serial_number": "SN9"},
            id="digital link",
        ),
        pytest.param("http://[", "text", {}, id="no address"),
        pytest.param(
            "型号：KFR-35GW/CL3A\r\n序列号：CL3A2506180427",
            "labelled",
            {"model": "KFR-35GW/CL3A", "serial_number": "CL3A2506180427"},
            id="labelled zh",
        ),
        pytest.param(
            '{"SN": "HBW8142601190", "model": "HB-WM814", "port": 80}',
            "labelled",
            {"serial_number": "HBW8142601190", "model": "HB-WM814"},
            id="JSON",
        ),
        pytest.param("]d2010950400005910121SN9", "gs1", {"gtin": "09504000059101", "serial_number": "SN9"}, id="typed"),
        pytest.param("(01)09504000059101", "gs1", {"gtin": "09504000059101"}, id="bracketed"),
        pytest.param("010950400005910121SN9", "text", {}, id="unmarked digits"),
        pytest.param("你好，工单 7", "text", {}, id="text"),
        pytest.param("", "text", {}, id="nothing"),
    ],
)
def test_text_is_understood(text: str, kind: str, values: dict[str, str]) -> None:
    content = code_content(text)
    assert (content.kind, content.values) == (kind, values)


@pytest.mark.parametrize("identifier", ["]C1", "]d2", "]d8", "]Q3", "]e0"])
def test_symbology_identifier_marks_gs1(identifier: str) -> None:
    assert code_content("010950400005910121SN9", identifier=identifier).gs1 == {"01": "09504000059101", "21": "SN9"}
    assert code_content("hello", identifier=identifier).gs1 == {}


@pytest.mark.parametrize(
    "text",
    [
        *("WIFI:" + "T:\\" * 40_000, "{" * 100_000, "sn: " * 30_000, "[)>\x1e" + "06\x1dS" * 30_000),
        *("a:" + " " * 100_000, "https://a.b/?" + "sn=&" * 30_000, "01," * 40_000, "(01)" * 30_000, "型号：" * 40_000),
    ],
)
def test_hostile_text_is_taken_in_linear_time(text: str) -> None:
    start = time.process_time()
    code_content(text)
    assert time.process_time() - start < 0.5
