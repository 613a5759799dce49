"""A receipt's lines in, company, date, address and total out, each as printed and with its box.

Rules by anchors and place: the head of a receipt names the company and then its address, up to the first telephone, tax
or document number; the date is the likeliest date-like string; the total is left to vision.receipt_total. Conventions
are those of ICDAR 2019 SROIE: values keep the receipt's own spelling, address lines are joined by one space.

What this does not know: which of two companies on a franchise's receipt sold the goods; it takes the registered one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import fmean

from vision.layout import enclosing, part_of, rows_of
from vision.receipt_total import find_total
from vision.records import Line, PageField

HEAD_ROWS = 16
"""The company and its address stand in the first rows; in 300 receipts of SROIE none begins later."""

LEGAL_FORM = re.compile(
    r"\b(?:SDN\.? ?BHD|BHD|S/B|LTD|LIMITED|PTE|INC|LLC|GMBH|CORP|PLT|CO\.)(?!\w)|(?:有限公司|有限责任公司|股份公司)",
    re.I,
)
TRADE = re.compile(
    r"\b(?:ENTERPRISE|TRADING|RESTAURANT|RESTORAN|KEDAI|MART|SUPERMARKET|HYPERMARKET|STORE|SHOP|PHARMACY|"
    r"FARMASI|HARDWARE|"
    r"STATION|CAFE|KOPITIAM|BAKERY|BAKERIES|HOTEL|SYARIKAT|PERNIAGAAN|PASARAYA|BOOK|MOTOR|SERVICES?|SUPPLY|SUPPLIES|"
    r"SEAFOOD|HOUSE|CUISINE|CLINIC|KLINIK|GALLERY|CENTRE|ELECTRICAL|MARKETING|ADVERTISING|STATIONERY|"
    r"STATIONER|TRADERS?)\b"
    r"|(?:超市|商店|饭店|酒楼|餐厅|药房|便利店)",
    re.I,
)
STREET = re.compile(
    r"\b(?:NO|LOT|JALAN|JLN|TAMAN|TMN|LORONG|PERSIARAN|BATU|KAMPUNG|KG|BANDAR|SEKSYEN|SECTION|SEK|KAWASAN|"
    r"WISMA|LEVEL|FLOOR|"
    r"FLR|GROUND|UNIT|BLOCK|BLOK|PLAZA|MALL|ROAD|RD|STREET|AVENUE|AVE|BUILDING|BANGUNAN|TINGKAT|LEBUH|PUSAT|"
    r"MEDAN|OFF|"
    r"KUALA|LUMPUR|SELANGOR|DARUL|EHSAN|PAHANG|KEDAH|SARAWAK|SABAH|PERLIS|KELANTAN|TERENGGANU|NEGERI|SEMBILAN|"
    r"TOWER|CENTRE|OFFICE|"
    r"COMPLEX|KOMPLEKS|JOHOR|BAHRU|MALAYSIA|KLANG|PETALING|JAYA|SHAH|ALAM|PENANG|PERAK|MELAKA|CHERAS|PUCHONG|"
    r"MUKIM|SUBANG|DAMANSARA|SRI|SINGAPORE|KL|PJ)\b|\b\d{5}\b|路|街|号|区|市|省",
    re.I,
)
HEAD_END = re.compile(
    r"^\W*(?:TEL|T[ei]l?e?phone|PHONE|FAX|MOBILE|H/?P|HOTLINE|CARELINE|GST|SST|TAX|INVOICE|INV|RECEIPT|BILL|"
    r"CASH(?:IER)?|DATE|"
    r"E-?MAIL|WWW|HTTP|TABLE|ORDER|DOC|OWNED|SHOPPING|OPERATION|"
    r"BUSINESS|TIME|REG|SIMPLIFIED|COPY|电话|税号|日期|单号)\b"
    r"|\bTAX INVOICE\b|\bGST ?REG|\bGST (?:ID|REG|NO)|\b(?:REG|BR)\.? ?NO|\bNO ID|\bTE[LI] ?(?:NO|&)|@|"
    r"\bWWW\.|\bTEL ?[:.]|\bFAX ?[:.]",
    re.I,
)
REGISTRATION = re.compile(
    r"^\W*(?:\(?(?:CO(?:MPANY)?\.?[ -]?(?:REG|NO)|ROC|REG|BRN|SSM)\b.{0,30}|"
    r"[(\[]? ?(?:NO[.:] ?)?[A-Z]{0,3}\d{4,12} ?-? ?[A-Z]?[)\]]?)\W*$",
    re.I,
)
REGISTRATION_TAIL = re.compile(
    r" ?[(\[{] ?(?:(?:CO(?:MPANY)?\.?|REG\.?|NO[.:]?|"
    r"ROC) ?){0,3}[:.]? ?(?:[A-Z]{0,3}\d[\d ]{3,13} ?-? ?[A-Z]{0,2}) ?[)\]}]?.{0,24}$",
    re.I,
)
NOT_A_COMPANY = re.compile(
    r"\b(?:TAX INVOICE|INVOICE|RECEIPT|COPY|WELCOME|THANK|SHOPPING|CASH BILL|ORDER|OPERATED|QUEUE|NUMBER|"
    r"DUPLICATE|REPRINT|"
    r"TQ FOR|FKA)\b|^\W*\w{0,3}\W*$|^[\W\d_]+$",
    re.I,
)

NUMBERED = re.compile(r"\W{0,2}(?:NO|LOT|UNIT|LEVEL|PT|HQ|SUITE|BLOCK)\b|\W{0,2}[A-Z]{0,3}-?\d", re.I)
"""How the first line of an address begins: a house, lot or floor."""
MISREAD_L = re.compile(r"(?<=[A-Za-z])1(?=[a-z])")
"""The recogniser's commonest slip in addresses: "J1n" for "Jln"."""
OUTLET = re.compile(r"\d{3,5}[- ][A-Z]", re.I)
"""A chain's own number and name of a branch, e.g. "1174-PERMATA MAGNA", which SROIE counts as address."""

MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}"
DATE = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])(?P<sep>[/.-]) ?(?:0?[1-9]|1[0-2])(?P=sep) ?(?:20\d\d|[0-3]\d)"
    r"|(?:0?[1-9]|1[0-2])(?P<sep3>[/-])(?:1[3-9]|2\d|3[01])(?P=sep3)(?:20\d\d|[0-3]\d)"
    r"|20\d\d(?P<sep2>[/.-]) ?(?:1[0-2]|0?[1-9])(?P=sep2) ?(?:[12]\d|3[01]|0?[1-9])"
    rf"|(?:0?[1-9]|[12]\d|3[01])[ /.'-]{{0,2}}{MONTH}[ /.,'-]{{0,2}}(?:20\d\d|[0-3]\d)"
    rf"|{MONTH} (?:0?[1-9]|[12]\d|3[01])(?:ST|ND|RD|TH)?,? ?20\d\d"
    r"|20\d\d ?年 ?(?:0?[1-9]|1[0-2]) ?月 ?(?:[12]\d|3[01]|0?[1-9]) ?日"
    r"|20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r")(?=\d\d:\d\d|\D|$)(?![/.-]\d)",
    re.I,
)
DATE_ANCHOR = re.compile(r"DATE|日期|时间|DD ?:", re.I)
NOT_THE_DATE = re.compile(r"EXPIR|VALID|UNTIL|BIRTH|DUE|DELIVER|BEFORE|有效|到期", re.I)


def receipt_fields(lines: Sequence[Line]) -> dict[str, PageField]:
    """Find company, date, address and total; a field that is not found is left out."""
    rows = rows_of(lines)
    head = [line for row in rows[:HEAD_ROWS] for line in row.lines]
    company = _company(head)
    found = {
        "company": _value([_clean_company(line.text) for line in company], company, 0.9),
        "date": _date([line for row in rows for line in row.lines]),
        "address": _address(head, after=company),
        "total": find_total(rows),
    }
    return {name: field for name, field in found.items() if field is not None}


def _value(texts: Sequence[str], lines: Sequence[Line], certainty: float) -> PageField | None:
    if not lines:
        return None
    confidence = certainty * fmean(line.confidence for line in lines)
    return PageField(" ".join(texts), round(confidence, 4), enclosing(line.box for line in lines))


# --- Company


def _company(head: Sequence[Line]) -> list[Line]:
    """Pick the registered name, over one to three lines; else a trade name; else the first line with words."""
    stop = next((i for i, line in enumerate(head) if i > 0 and re.match(r"\W*(?:TEL|GST|DATE)\b", line.text, re.I)), 8)
    names = [
        index
        for index, line in enumerate(head[: max(stop, 4) + 4])
        if not NOT_A_COMPANY.search(line.text) and not REGISTRATION.match(line.text)
    ]
    for pattern in (LEGAL_FORM, TRADE):
        for index in names:
            if pattern.search(head[index].text) and not _is_street(head[index].text):
                return _with_neighbours(head, index, names)
    first = next((index for index in names if not _is_street(head[index].text)), None)
    return [] if first is None else [head[first]]


def _with_neighbours(head: Sequence[Line], index: int, names: Sequence[int]) -> list[Line]:
    """Add the lines above that the legal form ends, e.g. "AIK HUAT HARDWARE / ENTERPRISE (SETIA / ALAM) SDN BHD"."""
    first = index
    while first - 1 in names and _continues(head[first - 1].text, head[first].text):
        first -= 1
    last = index
    if last + 1 in names and re.match(r"\W*(?:SDN|BHD|LTD)\b", head[last + 1].text, re.I):
        last += 1
    return list(head[first : last + 1])


def _continues(above: str, below: str) -> bool:
    if _is_street(above) or LEGAL_FORM.search(above):
        return False
    is_open = above.count("(") > above.count(")")
    is_tail = bool(re.match(r"\W*(?:SDN|BHD|CO\.|LTD|ENTERPRISE\b|RESTAURANT SDN|\(M\))", below, re.I))
    return is_open or is_tail


def _clean_company(text: str) -> str:
    """Drop the registration number after a name.

    >>> _clean_company("99 SPEED MART S/B (519537-X)")
    '99 SPEED MART S/B'
    """
    return REGISTRATION_TAIL.sub("", text).strip(" -*,:;")


# --- Address


def _address(head: Sequence[Line], *, after: Sequence[Line]) -> PageField | None:
    start = next((i for i, line in enumerate(head) if after and line is after[-1]), -1) + 1
    picked: list[Line] = []
    for line in head[start:]:
        if _is_skipped(line.text, is_first=not picked):
            continue
        if HEAD_END.search(line.text) or DATE.search(line.text):
            if picked:
                break
            continue
        picked.append(line)
    picked = _trimmed(picked)
    if not any(_is_street(line.text) for line in picked):
        return None
    return _value([MISREAD_L.sub("l", line.text.strip(" *")) for line in picked], picked, 0.8)


def _trimmed(picked: list[Line]) -> list[Line]:
    """Cut off what is no address: a branch's name before the house number, a slogan after the last place."""
    last = max((i for i, line in enumerate(picked) if STREET.search(line.text) or OUTLET.match(line.text)), default=-1)
    picked = picked[: last + 1]
    first = next((i for i, line in enumerate(picked) if STREET.search(line.text) or NUMBERED.match(line.text)), 0)
    numbered = next((i for i, line in enumerate(picked[:3]) if NUMBERED.match(line.text)), first)
    if not any(character.isdigit() for line in picked[first:numbered] for character in line.text):
        first = numbered
    return picked[first:]


def _is_skipped(text: str, *, is_first: bool) -> bool:
    return bool(REGISTRATION.match(text)) or (is_first and bool(NOT_A_COMPANY.search(text)) and not STREET.search(text))


def _is_street(text: str) -> bool:
    """Say whether a line is surely part of an address: two street words, or one with a number."""
    hits = len(STREET.findall(text))
    if LEGAL_FORM.search(text):
        return False
    return hits >= 2 or (hits == 1 and any(character.isdigit() for character in text))


# --- Date


def _date(lines: Sequence[Line]) -> PageField | None:
    best: PageField | None = None
    best_score = 0.0
    for index, line in enumerate(lines):
        for match in DATE.finditer(line.text):
            before = line.text[: match.start()] + (lines[index - 1].text if index else "")
            score = 1.0 - 0.2 * index / len(lines)
            score += 0.5 * bool(DATE_ANCHOR.search(before)) - 0.8 * bool(NOT_THE_DATE.search(before))
            score -= 0.6 * match.group().isdigit()
            if score > best_score:
                box = part_of(line.box, match.start(), match.end(), len(line.text))
                certainty = 0.97 if score > 1 else 0.9
                best, best_score = PageField(match.group(), round(certainty * line.confidence, 4), box), score
    return best
