"""The number under which a company is registered: unified social credit code, VAT number, legal entity identifier.

It knows the forms and their check characters. UK company numbers and other registers' numbers carry none: they are
found behind their label only. It does not ask a register whether the company exists.
"""

from __future__ import annotations

import re

from nlp.check_digits import is_lei, is_organisation_code, is_uscc, is_vat_number
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Check, Document

MIN_DIGITS = 5
_MEMBERS = "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
_VAT = re.compile(rf"(?:{_MEMBERS})[0-9A-Z]{{8,12}}")
_USCC_SIGNS = "0-9A-HJ-NPQRTUWXY"


def normalise(matched: str, document: Document) -> str | None:
    """Drop separators and write capitals; a register's number has some digits."""
    value = re.sub(r"[\s.-]+", "", matched).upper()
    return value if sum(character.isdigit() for character in value) >= MIN_DIGITS else None


def validate(value: str) -> tuple[Check, ...]:
    """Check the character that the kind of number carries; a number of no known kind carries none."""
    if len(value) == 18:
        return (_check("uscc_check_character", is_uscc(value)),)
    if len(value) == 20:
        return (_check("lei_check_digits", is_lei(value)),)
    if _VAT.fullmatch(value):
        return (_check("vat_number", is_vat_number(value)),)
    if len(value) == 9:
        return (_check("organisation_check_character", is_organisation_code(value)),)
    return ()


def _check(name: str, passed: bool) -> Check:
    return Check(name, True) if passed else Check(name, False, "the check character differs", "校验位不符")


FIELD = FieldSpec(
    name="organisation_code",
    texts=FieldTexts(
        label=Localised("统一社会信用代码", "Company registration number"),
        question=Localised(
            "请提供贵公司的统一社会信用代码（营业执照上的 18 位代码，也是税号）。",
            "What is your company's registration or VAT number?",
        ),
    ),
    labels=(
        r"(?:统一)?(?:社会)?信用\s{0,2}(?:代码|编码|号码|号)",
        r"(?:企业|公司|单位|开票)?(?:税务登记|纳税人识别|纳税识别|组织机构)\s{0,2}(?:证)?(?:代码|号码|号)",
        r"(?:企业|公司|单位|开票)?税\s?号",
        r"营业执照\s{0,2}(?:注册)?(?:代码|编号|号码|号)",
        r"(?<![a-z])(?:unified\s{1,2})?social\s{1,2}credit\s{1,2}(?:code|identifier|number)(?![a-z])",
        r"(?<![a-z])(?:USCC|LEI|VAT|VATIN)(?:\s{1,2}(?:registration|reg|id))?\.?\s{0,2}(?:number|no|code)?(?![a-z])",
        r"(?<![a-z])(?:company|business|tax|taxpayer)\s{1,2}(?:registration|register|reg|identification|id)\.?"
        r"(?:\s{1,2}(?:number|no|code))?(?![a-z])",
        r"(?<![a-z])(?:company|taxpayer)\s{1,2}(?:number|no)(?![a-z])",
    ),
    labelled_shape=(
        rf"(?:[0-9A-Y]{{2}}[ ]?\d{{6}}[ ]?[{_USCC_SIGNS}]{{8}}[ -]?[{_USCC_SIGNS}][ ]?[{_USCC_SIGNS}]"
        rf"|(?:{_MEMBERS})[ ]?[0-9A-Z](?:[ .-]?[0-9A-Z]){{7,11}}"
        r"|[0-9A-Z]{8}-?[0-9X]|[0-9A-Z]{4}00[0-9A-Z]{12}\d\d|(?:[A-Z]{2})?\d{5,15})(?![0-9A-Z]|-\d)"
    ),
    patterns=(
        Pattern(
            "uscc",
            rf"(?<![0-9A-Z-])(?=\d{{8,17}}[A-Z])[1-9][1-9]\d{{6}}[{_USCC_SIGNS}]{{10}}(?![0-9A-Z-])",
            0.85,
        ),
        Pattern("uscc digits", r"(?<![0-9A-Z.-])[159][1239]\d{16}(?![0-9A-Z-]|\.\d)", 0.58),
        Pattern("vat", rf"(?<![0-9A-Z-])(?:{_MEMBERS})\d[0-9A-Z]{{7,11}}(?![0-9A-Z-])", 0.58),
    ),
    context=(
        *("信用代码", "税号", "纳税人", "营业执照", "开票", "发票", "抬头", "公司"),
        *("vat", "tax", "company", "invoice", "registration", "billing"),
    ),
    counter_context=("订单", "运单", "快递", "身份证", "order", "tracking", "parcel", "serial"),
    normalise=normalise,
    validate=validate,
    examples=(
        Example("统一社会信用代码：91110000600037341L", "91110000600037341L"),
        Example("开票税号 91110000 600037341L，抬头稍后发", "91110000600037341L"),
        Example("税号九幺幺幺零零零零六零零零三七三四幺L", "91110000600037341L"),
        Example("Please invoice us, VAT DE 136 695 976", "DE136695976"),
        Example("Our company registration number is 07496944", "07496944"),
    ),
    counter_examples=("订单号：20240518936", "the company has 25000 people", "我们公司的税很高"),
    effort=2.0,
)
