"""A Chinese VAT invoice (增值税发票, paper or electronic) in, its fields with boxes out.

The QR code printed on every such invoice repeats code, number, amount, date and check code; see verified. Dates come
out as YYYYMMDD, as the QR has them, amounts as decimal numbers. What this does not know: whether the tax office knows
the invoice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from vision.lines.labels import labelled_values
from vision.lines.layout import Row, enclosing, rows_of
from vision.records import Line, Page, PageField

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


LABELLED = 0.97
"""How sure a value behind its label is, before how sure its line was read."""
ADDED_UP = 0.99
"""Amount, tax and total were read apart and add up; what is left is a row of goods that does so too."""
CHECKED = 0.985
"""A code of 18 whose check character fits: one slip in 31 is missed, and the party may be the other one."""
ID_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, table 1: I, O, S, V and Z are left out; a character's place is its value."""
NOT_IN_IDS = str.maketrans("OIZS", "0125")
"""What the letters are that no code of 18 has, where its check character then fits."""
VERTICAL = 1.5
"""Times as tall as wide: names of blocks ("购买方"), set downwards over several rows."""
HALF_A_LABEL = re.compile(r"^称\s{0,4}(?=[:：])")


def invoice_fields(page: Page) -> dict[str, PageField]:
    """Read an invoice's fields; what is not printed legibly is left out."""
    rows = rows_of([_whole_label(line) for line in page.lines if not _is_vertical(line)])
    sums_row = next((at for at, row in enumerate(rows) if re.search(r"价税合计|小写", row.text)), None)
    xs = [x for line in page.lines for x, _ in line.box]
    fields: dict[str, PageField] = {}
    for found in labelled_values(rows, LABELS):
        name = found.field
        if name in PARTY_FIELDS:
            is_left = found.box[0][0] < (min(xs) + max(xs)) / 2
            name = f"{_party(found.row, sums_row=sums_row, is_left=is_left)}_{name}"
        value = _CLEAN.get(found.field, _words)(found.value)
        if name and value and name not in fields:
            sureness = LABELLED * found.confidence
            if found.field == "tax_id" and is_whole_id(value):
                sureness = max(sureness, CHECKED)
            fields[name] = PageField(value, round(sureness, 4), found.box)
    if sums_row is not None and "total" not in fields:
        _add_total(rows[sums_row], fields)
    _add_sums(rows, fields)
    return fields


def _add_total(row: Row, fields: dict[str, PageField]) -> None:
    """Take the row's amount where (小写) before it is not legible."""
    shown = [(line, _amount(line.text)) for line in row.lines if _amount(line.text)]
    if shown:
        line, total = shown[-1]
        fields["total"] = PageField(total, round(LABELLED * line.confidence, 4), line.box)


def _party(row: int, *, sums_row: int | None, is_left: bool) -> str:
    """Say whose block a row is in: the seller's is below the sums, or to the right of the buyer's."""
    return "seller" if (sums_row is not None and row > sums_row) or not is_left else "buyer"


def _is_vertical(line: Line) -> bool:
    (left, top), _, (right, bottom), _ = enclosing([line.box])
    return len(line.text) > 1 and bottom - top > VERTICAL * (right - left)


def _whole_label(line: Line) -> Line:
    """Mend 名称 whose first character stands too far off to be read with the second."""
    return replace(line, text=HALF_A_LABEL.sub("名称", line.text))


def is_whole_id(value: str) -> bool:
    """Say whether a unified social credit code's check character fits the rest (GB 32100-2015).

    >>> is_whole_id("91120222079642398Y"), is_whole_id("91120222079642393Y"), is_whole_id("120222079642398")
    (True, False, False)
    """
    if len(value) != 18 or any(character not in ID_CHARACTERS for character in value):
        return False
    return ID_CHARACTERS[check_place(value[:17])] == value[17]


def check_place(first: str) -> int:
    """Return the place of the check character of 17 others."""
    total = sum(ID_CHARACTERS.index(character) * pow(3, at, 31) for at, character in enumerate(first))
    return -total % 31


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
    if match is None:
        return ""
    mended = match.group().translate(NOT_IN_IDS)
    return mended if is_whole_id(mended) else match.group()


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
            fields["amount"] = PageField(amount, ADDED_UP, amount_line.box)
            fields["tax"] = PageField(tax, ADDED_UP, tax_line.box)
            fields["total"] = PageField(total.value, max(ADDED_UP, total.confidence), total.box)
