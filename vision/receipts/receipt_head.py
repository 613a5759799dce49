"""Who sold, and where: a receipt's head in, the lines of the company and of its address out, by rules.

The head names the company and then its address, up to the first telephone, tax or document number. A registered name
goes before a trade name, the seller's part of the head before what follows it (a customer's name). Chinese receipts
often label both, and may do so at the foot. What this does not know: which of two companies on a franchise's receipt
sold the goods; it takes the registered one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vision.lines.layout import Row
from vision.receipts.receipt_date import DATE
from vision.receipts.receipt_spelling import TRADES
from vision.receipts.receipt_words import (
    ADDRESS_LABEL,
    HAN,
    HEAD_END,
    LEGAL_FORM,
    NAME_LABEL,
    NOT_A_COMPANY,
    NOT_THE_SELLER,
    NUMBERED,
    OUTLET,
    POSTCODE,
    REGISTRATION,
    REGISTRATION_TAIL,
    STREET,
    TELEPHONE,
    TRADE,
    is_street,
)
from vision.records import Line

HEAD_ROWS = 16
"""The company and its address stand in the first rows; in 300 receipts of SROIE none begins later."""
SELLER_LINES = 8
"""Where no telephone, tax number or date ends the seller's part of the head."""
MAX_ADDRESS_LINES = 7
SHORTEST_PLACE = 4
PRICE = re.compile(r"\d[.,]\d\d(?: [A-Z]{1,3})?\s*$", re.I)
"""What ends a row of goods, and no line of an address."""
BARE_NUMBER = re.compile(r"[\W\d]*$")
SELLER_END = re.compile(r"\W*(?:TEL|GST|DATE|INVOICE|BILL|电话|日期|单号)\b", re.I)
BEGINS_A_TAIL = re.compile(r"\W*(?:SDN|BHD|C[OP]\.|LTD|ENTERPRISE\b|RESTAURANT SDN|\(M\))", re.I)
LAST_WORDS = TRADES | {"SDN", "BHD", "LTD", "CO", "PTE", "INC", "LLC", "PLT", "M", "S", "B", "MALAYSIA", "AND"}
"""A line of nothing but these ends the name on the line above."""


def company_lines(head: Sequence[Line]) -> list[Line]:
    """Pick the labelled name; else the registered one, over one to three lines; else a trade name; else the first."""
    labelled = next((line for line in head if _behind(NAME_LABEL, line.text)), None)
    if labelled is not None:
        return [labelled]
    stop = next((i for i, line in enumerate(head) if i > 0 and SELLER_END.match(line.text)), SELLER_LINES)
    names = [
        index
        for index, line in enumerate(head[: max(stop, 4) + 4])
        if _may_name(line.text) and not (index and NOT_THE_SELLER.search(head[index - 1].text))
    ]
    own, later = [index for index in names if index < stop], [index for index in names if index >= stop]
    for among in (own, later):
        for is_named in (_is_registered, _has_number, _is_trade):
            for index in among:
                if is_named(head, index) and not is_street(head[index].text):
                    return _with_neighbours(head, index, names)
    first = next((index for index in names if not is_street(head[index].text)), None)
    return [] if first is None else _with_neighbours(head, first, names)


def _is_registered(head: Sequence[Line], index: int) -> bool:
    return bool(LEGAL_FORM.search(head[index].text))


def _has_number(head: Sequence[Line], index: int) -> bool:
    """Say whether a registration number stands behind or below a name."""
    if STREET.search(head[index].text):
        return False
    if REGISTRATION_TAIL.search(head[index].text):
        return True
    return index + 1 < len(head) and bool(REGISTRATION.match(head[index + 1].text))


def _is_trade(head: Sequence[Line], index: int) -> bool:
    return bool(TRADE.search(head[index].text))


def _behind(label: re.Pattern[str], text: str) -> str:
    """Return what a label introduces; empty where there is no label."""
    match = label.match(text)
    return text[match.end() :].strip() if match else ""


def _with_neighbours(head: Sequence[Line], index: int, names: Sequence[int]) -> list[Line]:
    """Add the lines above that the legal form ends, e.g. "JADE LOTUS HARDWARE / ENTERPRISE (BUKIT / INDAH) SDN BHD"."""
    first = last = index
    while first - 1 in names and _continues(head[first - 1].text, head[first].text):
        first -= 1
    while last + 1 < len(head) and last < index + 2 and _continues(head[last].text, head[last + 1].text):
        last += 1
    return list(head[first : last + 1])


def _continues(above: str, below: str) -> bool:
    if is_street(above) or re.search(r"\b(?:BHD|S/B|LTD)\b\W*$", above, re.I):
        return False
    if REGISTRATION.match(below):
        return False
    is_open = above.count("(") > above.count(")")
    is_open |= bool(re.search(r"[&-]\s*$", above)) and not is_street(below)
    tail = clean_company(below).upper()
    words = re.findall(r"[^\W\d_]+", tail)
    is_tail = 0 < len(words) <= 5 and LAST_WORDS.issuperset(words) and not re.search(r"\d{3}", tail)
    return is_open or is_tail or bool(BEGINS_A_TAIL.match(below))


def clean_company(text: str) -> str:
    """Drop what stands around a name: its label, a till's number, the registration number.

    >>> clean_company("77 MAPLE MART S/B (204816-P)"), clean_company("商户名称：好邻居超市")
    ('77 MAPLE MART S/B', '好邻居超市')
    """
    text = re.sub(r"^#\d{1,8}\s+", "", NAME_LABEL.sub("", text))
    text = re.sub(r"^\W*欢迎光临\W*(?=\w)", "", text)
    return REGISTRATION_TAIL.sub("", text).strip(" -*,:;=")


def company_certainty(company: Sequence[Line], head: Sequence[Line]) -> float:
    """Say how often at least a name taken on such evidence is right, of receipts composed here, Chinese and English.

    Of 600 (`python -m training.eval_receipts`, 2026-11-23) a labelled name, or a registered or trade name on the first
    line that names anything, 412 of 417; all others 147 of 183. Kept below that: on 300 real receipts the first 240 of
    246, a registered name further down 27 of 36, the rest 13 of 18, trade names further down about half.
    """
    text = " ".join(line.text for line in company)
    is_first = next((line for line in head if _may_name(line.text)), None) in company[:1]
    if NAME_LABEL.match(text):
        return 0.97
    if LEGAL_FORM.search(text):
        return 0.97 if is_first else 0.77
    if TRADE.search(text):
        return 0.97 if is_first else 0.55
    return 0.75


def _may_name(text: str) -> bool:
    if HAN.search(text) and HEAD_END.search(text) and not LEGAL_FORM.search(text) and not TRADE.search(text):
        return False
    return not NOT_A_COMPANY.search(clean_company(text)) and not REGISTRATION.match(text)


# --- Address


def address_lines(head: Sequence[Line], *, after: Sequence[Line]) -> list[Line]:
    """Pick the address: the labelled one; else what follows the company up to a telephone, tax number or date."""
    start = next((i for i, line in enumerate(head) if after and line is after[-1]), -1) + 1
    picked: list[Line] = []
    for line in head[start:]:
        text = address_text(line.text)
        if _is_skipped(text, is_first=not picked):
            continue
        if not text or HEAD_END.search(text) or DATE.search(text) or PRICE.search(text):
            if _has_street(picked):
                break
            picked = []
            continue
        picked.append(line)
        if text != line.text.strip(" *") and TELEPHONE.search(line.text):
            break
    picked = _trimmed(picked)
    return picked if _has_street(picked) else []


def labelled_address(rows: Sequence[Row]) -> list[Line]:
    """Find the line that a label calls an address, with those below that go on in the same column."""
    lines = [line for row in rows for line in row.lines]
    for index, line in enumerate(lines):
        value = _behind(ADDRESS_LABEL, line.text)
        if value and STREET.search(value):
            stop = index + 1
            while stop < min(len(lines), index + MAX_ADDRESS_LINES) and _goes_on(
                lines[stop - 1].text, lines[stop].text
            ):
                stop += 1
            return lines[index:stop]
    return []


def _goes_on(above: str, below: str) -> bool:
    """Say whether an address goes on below: with a street or a postcode, or after a comma."""
    if HEAD_END.search(below) or DATE.search(below) or PRICE.search(below) or len(below) < SHORTEST_PLACE:
        return False
    if BARE_NUMBER.match(below):
        return False
    if STREET.search(below) and not below.isascii():
        return True
    return is_street(below) or bool(POSTCODE.search(below)) or above.rstrip().endswith(",")


def address_text(text: str) -> str:
    """Drop what stands around a line of an address: its label, a telephone number behind it.

    >>> address_text("80999 JOHOR BAHRU, TEL NO.: 07-555 0199"), address_text("地址：中山路27号")
    ('80999 JOHOR BAHRU', '中山路27号')
    """
    return TELEPHONE.sub("", ADDRESS_LABEL.sub("", text)).strip(" *")


def address_certainty(address: Sequence[Line]) -> float:
    """Say how often at least such an address is right to the letter, of receipts composed here, Chinese and English.

    Of 600 (`python -m training.eval_receipts`, 2026-11-23) one that begins with a number or ends a label 557 of 576,
    any other 15 of 24. Kept below that: on 300 real receipts 264 of 285 and 5 of 12.
    """
    first = address[0].text if address else ""
    is_sure = NUMBERED.match(first) or ADDRESS_LABEL.match(first) or (STREET.search(first) and not first.isascii())
    return 0.92 if is_sure else 0.4


def _has_street(picked: Sequence[Line]) -> bool:
    return any(is_street(line.text) for line in picked)


def _trimmed(picked: list[Line]) -> list[Line]:
    """Cut off what is no address: a branch's name before the house number, a slogan after the last place."""
    last = max((i for i, line in enumerate(picked) if STREET.search(line.text) or OUTLET.match(line.text)), default=-1)
    while 0 <= last < len(picked) - 1 and _goes_on(picked[last].text, picked[last + 1].text):
        last += 1
    picked = picked[: last + 1]
    first = next((i for i, line in enumerate(picked) if STREET.search(line.text) or NUMBERED.match(line.text)), 0)
    numbered = next((i for i, line in enumerate(picked[:3]) if NUMBERED.match(line.text)), first)
    if any(line.text.rstrip().endswith(",") for line in picked[first:numbered]):
        numbered = first
    if not any(character.isdigit() for line in picked[first:numbered] for character in line.text):
        first = numbered
    return picked[first:]


def _is_skipped(text: str, *, is_first: bool) -> bool:
    if REGISTRATION.match(text) and not re.fullmatch(r"\d{5,6}", text.strip(" .,")):
        return True
    if re.match(r"\W*\d.*,\s*$", text):
        return False  # a house number alone
    return is_first and bool(NOT_A_COMPANY.search(text) or LEGAL_FORM.search(text)) and not STREET.search(text)
