"""Check digits of the numbers that people quote: identity, company, telephone, card and parcel numbers.

In: a compact number, capitals, no spaces. Out: Checks with what was expected, or a truth. python-stdnum does the
arithmetic where it knows the number; what it raises on odd input stays here.
A check digit is evidence, not proof: Luhn's passes one random number in ten, a modulus of 11 or 31 one in as many.
It does not ask any register whether the number was ever issued.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from stdnum import lei, luhn
from stdnum.cn import ric, uscc
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat

from nlp.records import Check

OLDEST_BIRTH_YEAR = 1900
_RESIDENT_18 = re.compile(r"[1-9]\d{16}[0-9X]")
_RESIDENT_15 = re.compile(r"[1-9]\d{14}")
# First two digits of the place of registration, GB/T 2260: provinces, municipalities, regions; 8x since 2015.
_PROVINCES = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83, 91}
)
# Reporting bodies of type allocation codes, GSMA TS.06: who handed out the first two digits of an IMEI.
_REPORTING_BODIES = frozenset(
    ("01", "10", "30", "33", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "97", "98", "99")
)
_UPU_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)  # UPU standard S10
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


def passes_luhn(digits: str) -> bool:
    """Say whether the last digit is Luhn's of the others.

    >>> passes_luhn("490154203237518"), passes_luhn("490154203237519"), passes_luhn("")
    (True, False, False)
    """
    return luhn.is_valid(digits)


# --- people and companies


def resident_id_checks(value: str) -> tuple[Check, ...]:
    """Check place, birth date and check digit of a Chinese resident identity number, 18 or (until 1999) 15 digits.

    `cn.ric` is asked for the digit alone: its table of places raises KeyError on codes that are not in it.

    >>> [check.passed for check in resident_id_checks("11010519491231002X")]
    [True, True, True]
    >>> [check.passed for check in resident_id_checks("990105194913310021")]
    [False, False, False]
    """
    if _RESIDENT_15.fullmatch(value):
        return (_place(value), _birth("19" + value[6:12]))
    if not _RESIDENT_18.fullmatch(value):
        return (Check("resident_id_form", False, "a resident identity number has 18 characters", "身份证号应为 18 位"),)
    expected = ric.calc_check_digit(value)
    digit = _digit("resident_id_check_digit", expected, value[-1])
    return (_place(value), _birth(value[6:14]), digit)


def is_resident_id(value: str) -> bool:
    """Say whether all three checks of an 18-digit number pass."""
    return bool(_RESIDENT_18.fullmatch(value)) and all(check.passed for check in resident_id_checks(value))


def _place(value: str) -> Check:
    is_known = int(value[:2]) in _PROVINCES
    if is_known:
        return Check("resident_id_place", True)
    return Check("resident_id_place", False, f"no province has the code {value[:2]}", f"没有代码为 {value[:2]} 的省份")


def _birth(digits: str) -> Check:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return Check("resident_id_birth_date", False, f"{digits} is no date", f"{digits} 不是日期")
    return Check("resident_id_birth_date", born.year >= OLDEST_BIRTH_YEAR, born.isoformat())


def is_uscc(value: str) -> bool:
    """Say whether this is a unified social credit code with the right check character (GB 32100).

    >>> is_uscc("91110000600037341L"), is_uscc("91110000600037341A"), is_uscc("9111000060003734IL")
    (True, False, False)
    """
    return uscc.is_valid(value)


def is_lei(value: str) -> bool:
    """Say whether this is a legal entity identifier (ISO 17442)."""
    return lei.is_valid(value)


def is_vat_number(value: str) -> bool:
    """Say whether this is a value added tax number of an EU member state or the United Kingdom.

    >>> is_vat_number("DE136695976"), is_vat_number("DE136695978"), is_vat_number("GB980780684"), is_vat_number("ZZ1")
    (True, False, True, False)
    """
    try:
        return gb_vat.is_valid(value) if value.startswith("GB") else vat.is_valid(value)
    except (ValidationError, ValueError, KeyError, IndexError):  # country modules index into what they are given
        return False


def is_organisation_code(value: str) -> bool:
    """Say whether nine characters are an organisation code of before 2015 (GB 11714).

    >>> is_organisation_code("D2143569X"), is_organisation_code("D21435691")
    (True, False)
    """
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", value):
        return False
    rest = 11 - sum(int(sign, 36) * weight for sign, weight in zip(value, _ORGANISATION_WEIGHTS, strict=False)) % 11
    return value[8] == {10: "X", 11: "0"}.get(rest, str(rest))


# --- devices


def imei_checks(value: str) -> tuple[Check, ...]:
    """Check who allocated the type and, where it has one (15 digits), the check digit of an IMEI.

    >>> [check.passed for check in imei_checks("356938035643809")], [c.passed for c in imei_checks("126938035643809")]
    ([True, True], [False, False])
    """
    is_known = value[:2] in _REPORTING_BODIES
    told = (
        ("", "") if is_known else (f"nobody allocates types from {value[:2]}", f"没有机构分配 {value[:2]} 开头的型号")
    )
    body = Check("imei_type_allocation", is_known, *told)
    if len(value) != 15:
        return (body,)
    is_right = passes_luhn(value)
    return (body, Check("imei_check_digit", is_right, *(() if is_right else ("Luhn's digit differs", "校验位不符"))))


# --- parcels


def upu_check(value: str) -> Check:
    """Check the digit of an international postal item, as RR473124829CN."""
    rest = 11 - _weighted(value[2:10], _UPU_WEIGHTS) % 11
    return _digit("upu_check_digit", {10: 0, 11: 5}.get(rest, rest), value[10])


def ups_check(value: str) -> Check:
    """Check the digit of 1Z and sixteen more; letters count (A = 2, B = 3, ... modulo 10), every other one twice.

    >>> ups_check("1Z999AA10123456784").passed, ups_check("1Z999AA10123456785").passed
    (True, False)
    """
    signs = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in value[2:17]]
    total = sum(sign * (2 if at % 2 else 1) for at, sign in enumerate(signs))
    return _digit("ups_check_digit", -total % 10, value[17])


def gs1_check(value: str, *, name: str) -> Check:
    """Check a modulo 10 digit with weights 3 and 1 from the right: SSCC, USPS and FedEx Ground.

    >>> gs1_check("9205590164917312751089", name="usps_check_digit").passed
    True
    """
    total = sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(value[:-1])))
    return _digit(name, -total % 10, value[-1])


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _digit(name: str, expected: int | str, printed: str) -> Check:
    """Compare a check digit, and say both."""
    told = f"expected {expected}, printed {printed}", f"应为 {expected}，实为 {printed}"
    return Check(name, str(expected) == printed, *told)
