"""A Chinese VAT invoice (增值税发票, paper or electronic) in, its fields with boxes out.

The QR code printed on every such invoice repeats code, number, amount, date and check code: where print and QR agree
the field is verified, where only the QR was read it is taken from there. Dates come out as YYYYMMDD, as the QR has
them, amounts as decimal numbers. What this does not know: whether the tax office knows the invoice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from vision.labels import Labelled, labelled_values
from vision.layout import Row, rows_of
from vision.records import Code, Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "invoice_code": ("发票代码",),
    "invoice_number": ("发票号码",),
    "date": ("开票日期",),
    "check_code": ("校验码",),
    "machine_number": ("机器编号",),
    "name": ("名称",),
    "tax_id": ("纳税人识别号", "统一社会信用代码/纳税人识别号", "统一社会信用代码"),
    "order_number": ("订单号", "订单编号"),
    "total": ("(小写)", "（小写）", "小写"),
    "drawer": ("开票人",),
    "payee": ("收款人",),
    "": (
        "地址、电话",
        "开户行及账号",
        "复核",
        "销售方",
        "购买方",
        "价税合计",
        "密码区",
        "备注",
    ),  # end a value, are none
}
PARTY_FIELDS = ("name", "tax_id")
"""Printed twice: the buyer's block first, the seller's below or to the right of it."""
QR_FIELDS = ("invoice_code", "invoice_number", "amount", "date", "check_code")
"""Positions 2 to 6 of `01,10,code,number,amount,date,check,...`; position 0 is a version, 1 the type of invoice."""

VERIFIED = 0.995
QR_ONLY = 0.97


def invoice_fields(page: Page) -> dict[str, PageField]:
    """Read an invoice's fields; what is not printed legibly is left out."""
    rows = rows_of(page.lines)
    fields: dict[str, PageField] = {}
    for found in labelled_values(rows, LABELS):
        name = _party(found, fields) if found.field in PARTY_FIELDS else found.field
        value = _CLEAN.get(found.field, _words)(found.value)
        if name and value and name not in fields:
            fields[name] = PageField(value, round(0.97 * found.confidence, 4), found.box)
    _add_sums(rows, fields)
    for code in page.codes:
        _verify(code, fields)
    return fields


def _party(found: Labelled, fields: Mapping[str, PageField]) -> str:
    buyer, seller = f"buyer_{found.field}", f"seller_{found.field}"
    if buyer in fields:
        return seller
    # An empty buyer block leaves only the seller's value, which then stands in the lower half, below the amounts.
    anchor = fields.get("buyer_name")
    is_far_below = anchor is not None and found.box[0][1] > anchor.box[3][1] + 6 * (anchor.box[3][1] - anchor.box[0][1])
    return seller if is_far_below else buyer


def _digits(value: str) -> str:
    match = re.match(r"[\d ]{6,40}", value)
    return match.group().replace(" ", "") if match else ""


def _date(value: str) -> str:
    match = re.match(r"(20\d\d)\W{0,3}年?\W{0,3}(\d{1,2})\W{0,3}月?\W{0,3}(\d{1,2})", value)
    return f"{match[1]}{int(match[2]):02}{int(match[3]):02}" if match else ""


def _amount(value: str) -> str:
    match = re.search(r"\d[\d,]{0,12}\.\d\d", value)
    return match.group().replace(",", "") if match else ""


def _tax_id(value: str) -> str:
    match = re.match(r"[0-9A-Z]{15,20}", value.replace(" ", "").upper())
    return match.group() if match else ""


def _order(value: str) -> str:
    match = re.match(r"[0-9A-Za-z-]{6,32}", value)
    return match.group() if match else ""


def _words(value: str) -> str:
    return value


_CLEAN: Mapping[str, Callable[[str], str]] = {
    "invoice_code": _digits,
    "invoice_number": _digits,
    "check_code": _digits,
    "machine_number": _digits,
    "date": _date,
    "total": _amount,
    "tax_id": _tax_id,
    "order_number": _order,
}


def _add_sums(rows: Sequence[Row], fields: dict[str, PageField]) -> None:
    """Take amount before tax and tax from the row of sums (合计): the one whose two amounts add up to the total."""
    total = fields.get("total")
    if total is None:
        return
    for row in rows:
        sums = [(line, _amount(line.text)) for line in row.lines if _amount(line.text)]
        if len(sums) < 2:
            continue
        (amount_line, amount), (tax_line, tax) = sums[-2], sums[-1]
        if abs(float(amount) + float(tax) - float(total.value)) < 0.005:
            # The last such row is the one of sums; a single item repeats it above.
            fields["amount"] = PageField(amount, round(0.99 * amount_line.confidence, 4), amount_line.box)
            fields["tax"] = PageField(tax, round(0.99 * tax_line.confidence, 4), tax_line.box)


def _verify(code: Code, fields: dict[str, PageField]) -> None:
    parts = code.text.split(",")
    if len(parts) < 7 or parts[0] != "01" or not parts[1].isdigit():
        return
    for name, value in zip(QR_FIELDS, parts[2:7], strict=True):
        printed = fields.get(name)
        if not value:
            continue
        if printed is not None and printed.value == value:
            fields[name] = PageField(value, VERIFIED, printed.box)
        else:
            fields[name] = PageField(value, QR_ONLY, code.box)
