"""Check digits: right ones pass, a changed digit fails, and no odd string raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.check_digits import (
    gs1_check,
    imei_checks,
    is_lei,
    is_organisation_code,
    is_resident_id,
    is_uscc,
    is_vat_number,
    resident_id_checks,
    ups_check,
)


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("11010519491231002X", True),
        ("110105194912310021", False),
        ("99010519491231002X", False),
        ("110105194913310027", False),
        ("11010519491231002", False),
    ],
)
def test_resident_id_needs_place_date_and_digit(value: str, is_right: bool) -> None:
    assert is_resident_id(value) is is_right


def test_an_old_resident_id_has_no_check_digit() -> None:
    assert [check.passed for check in resident_id_checks("110105491231002")] == [True, True]


@pytest.mark.parametrize(
    ("kind", "value", "is_right"),
    [
        ("uscc", "91110000600037341L", True),
        ("uscc", "91110000600037341M", False),
        ("vat", "DE136695976", True),
        ("vat", "DE136695977", False),
        ("vat", "GB980780684", True),
        ("lei", "213800KUD8LAJWSQ9D15", True),
        ("lei", "213800KUD8LAJWSQ9D16", False),
        ("organisation", "D2143569X", True),
        ("organisation", "D21435690", False),
    ],
)
def test_company_numbers_carry_a_check_character(kind: str, value: str, is_right: bool) -> None:
    checks = {"uscc": is_uscc, "vat": is_vat_number, "lei": is_lei, "organisation": is_organisation_code}
    assert checks[kind](value) is is_right


@pytest.mark.parametrize("changed", range(15))
def test_a_changed_digit_of_an_imei_is_seen(changed: int) -> None:
    digits = "356938035643809"
    other = digits[:changed] + str((int(digits[changed]) + 1) % 10) + digits[changed + 1 :]
    assert all(check.passed for check in imei_checks(digits))
    assert not all(check.passed for check in imei_checks(other))


def test_parcel_numbers_say_what_was_expected() -> None:
    assert ups_check("1Z999AA10123456785").detail == "expected 4, printed 5"
    assert gs1_check("106141411234567897", name="sscc_check_digit").passed


@given(st.text(alphabet="0123456789ABXZ", max_size=24))
def test_no_string_raises(value: str) -> None:
    resident_id_checks(value)
    for check in (is_uscc, is_lei, is_vat_number, is_organisation_code, is_resident_id):
        assert check(value) in (True, False)
