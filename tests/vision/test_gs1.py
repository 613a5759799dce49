"""GS1 texts: the official table's identifiers round trip, broken texts give nothing, dates and names."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from training.gs1_round_trip import gs1_rows, sample_value
from vision.codes.gs1 import bracketed_elements, digital_link, element_strings, named_values


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("0109504000059101", {"01": "09504000059101"}),
        ("\x1d010950400005910110LOT7\x1d21SN-9/2", {"01": "09504000059101", "10": "LOT7", "21": "SN-9/2"}),
        ("10LOT7\x1d\x1d0109504000059101", {"10": "LOT7", "01": "09504000059101"}),
        ("3103001750", {"3103": "001750"}),
        ("17000000", {"17": "000000"}),
        ("0109504000059102", {}),
        ("10" + "A" * 25, {}),
        ("21SN1\x1d21SN2", {}),
        ("05123456", {}),
        ("你好", {}),
        ("", {}),
    ],
)
def test_element_string_is_taken_whole_or_not_at_all(text: str, elements: dict[str, str]) -> None:
    assert element_strings(text) == elements


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("(01)09504000059101(21)SN123", {"01": "09504000059101", "21": "SN123"}),
        ("（01）09504000059101（10）LOT(5)", {"01": "09504000059101", "10": "LOT(5)"}),
        ("[01] 09504000059101 [17] 271231", {"01": "09504000059101", "17": "271231"}),
        ("(01)09504000059102", {}),
        ("(09)1", {}),
        ("（一）使用说明", {}),
        ("see (10)5", {}),
        ("(" * 50_000, {}),
        ("(10)" * 25_000, {}),
    ],
)
def test_bracketed_form_is_taken_apart(text: str, elements: dict[str, str]) -> None:
    assert bracketed_elements(text) == elements


@pytest.mark.parametrize(
    ("address", "elements"),
    [
        ("https://id.gs1.org/01/09504000059101/10/AB%2FC/21/7?17=271231", {"10": "AB/C", "17": "271231"}),
        ("https://qr.example.cn/追溯/01/9504000059101/21/SN9", {"01": "09504000059101", "21": "SN9"}),
        ("https://example.com/01/09504000059102", {}),
        ("https://example.com/products/21/7", {}),
        ("http://[", {}),
    ],
)
def test_digital_link_is_taken_apart(address: str, elements: dict[str, str]) -> None:
    found = digital_link(address)
    assert elements.items() <= found.items()
    assert bool(found) == bool(elements)


def test_dates_are_written_out_and_names_given() -> None:
    elements = {"11": "260300", "17": "990131", "21": "SN1", "410": "9504000059101"}
    named = {"manufacture_date": "2026-03", "expiry_date": "1999-01-31", "serial_number": "SN1"}
    assert named_values(elements) == named


def test_official_identifiers_round_trip(shared_data: Path) -> None:
    rows = gs1_rows((shared_data / "vision" / "gs1" / "gs1-syntax-dictionary.txt").read_text("utf-8"))
    seeded = random.Random(7)
    samples = {row.identifier: sample_value(row, seeded) for row in rows}
    assert len(samples) > 500
    wrong = [
        identifier
        for identifier, value in samples.items()
        if element_strings(f"{identifier}{value}\x1d{_following(identifier)}") != _expected(identifier, value)
        or bracketed_elements(f"({identifier}){value}") != {identifier: value}
    ]
    assert wrong == []


def _following(identifier: str) -> str:
    return "21SN" if identifier == "10" else "10LOT"


def _expected(identifier: str, value: str) -> dict[str, str]:
    following = _following(identifier)
    return {identifier: value, following[:2]: following[2:]}


def test_sample_values_fit_their_components() -> None:
    (row,) = gs1_rows("253 ? N13,csum,gcppos1 [X..17] dlpkey # GDTI\n# a comment\n")
    value = sample_value(row, random.Random(1))
    assert re.fullmatch(r"\d{13}[!-z]{0,17}", value)
