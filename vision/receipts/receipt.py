"""A receipt's lines in, company, date, address and total out, each as printed and with its box.

Each field has rules of its own: the head names the company and then its address (receipt_head), the date and the total
are the likeliest of all that look like one (receipt_date, receipt_total). Conventions are those of ICDAR 2019 SROIE:
values keep the receipt's own spelling, address lines are joined by one space.

What this does not know: whose the receipt is, and whether what it says is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from vision.lines.layout import Row, enclosing, rows_of
from vision.receipts.receipt_date import find_date
from vision.receipts.receipt_head import (
    HEAD_ROWS,
    address_certainty,
    address_lines,
    address_text,
    clean_company,
    company_certainty,
    company_lines,
    labelled_address,
)
from vision.receipts.receipt_seller import HeadSeen, SellerLines, seen, tagged_seller
from vision.receipts.receipt_spelling import TRADES, WORDS, mended
from vision.receipts.receipt_tagger import ReceiptTagger
from vision.receipts.receipt_total import find_total
from vision.records import Line, PageField

FIRST_HAN = 0x4E00


def receipt_fields(lines: Sequence[Line], *, tagger: ReceiptTagger | None = None) -> dict[str, PageField]:
    """Find company, date, address and total; a field that is not found is left out.

    A business's own `tagger` goes before the rules for company and address; what it does not find they look for.
    """
    shown = [replace(line, text=mended(line, WORDS)) for line in lines]
    as_read = {id(new): line for new, line in zip(shown, lines, strict=True)}
    rows = rows_of(shown)
    head = [line for row in rows[:HEAD_ROWS] for line in row.lines]
    seller = _seller(rows, head)
    if tagger is not None:
        seller = tagged_seller(rows, shown, seller, tagger)
    names = [clean_company(mended(as_read[id(line)], TRADES)) for line in seller.company]
    places = [address_text(line.text) for line in seller.address]
    found = {
        "company": _value(names, seller.company, company_certainty(seller.company, head)),
        "date": find_date(rows),
        "address": _value(places, seller.address, address_certainty(seller.address)),
        "total": find_total(rows),
    }
    return {name: field for name, field in found.items() if field is not None and field.value}


def _seller(rows: Sequence[Row], head: Sequence[Line]) -> SellerLines:
    company = company_lines(head)
    above = head[: next((i for i, line in enumerate(head) if company and line is company[0]), 0)]
    address = labelled_address(rows) or address_lines(head, after=company)
    if address_certainty(address) < 0.5:
        address = address_lines(above, after=()) or address
    return SellerLines(tuple(company), tuple(address))


def head_as_seen(lines: Sequence[Line]) -> HeadSeen:
    """Return the lines that a tagger tags, as read and with their features: what it is fitted on and run on."""
    shown = [replace(line, text=mended(line, WORDS)) for line in lines]
    rows = rows_of(shown)
    seller = _seller(rows, [line for row in rows[:HEAD_ROWS] for line in row.lines])
    return seen(rows, shown, seller)


def _value(texts: Sequence[str], lines: Sequence[Line], certainty: float) -> PageField | None:
    if not lines:
        return None
    confidence = certainty * fmean(line.confidence for line in lines)
    return PageField(_joined(texts), round(confidence, 4), enclosing(line.box for line in lines))


def _joined(texts: Sequence[str]) -> str:
    """Join lines by a space, Chinese ones by nothing.

    >>> _joined(("NO 2, JALAN 1,", "50999 KL")), _joined(("北京市海淀区", "中关村大街27号"))
    ('NO 2, JALAN 1, 50999 KL', '北京市海淀区中关村大街27号')
    """
    joined = texts[0]
    for text in texts[1:]:
        is_chinese = bool(text and joined) and min(ord(joined[-1]), ord(text[0])) >= FIRST_HAN
        joined += text if is_chinese else f" {text}"
    return joined
