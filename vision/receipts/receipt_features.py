"""What a line of a receipt's head looks like to a tagger: rows in, for each line a set of named features out.

Features say what shape the text has, which kinds of words it holds, where it stands and what stands around it, never
which word it is: so a tagger learns how receipts are laid out, and no names. What this does not know: any label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from vision.lines.layout import Extent, Row, extents_of
from vision.receipts.receipt_date import DATE
from vision.receipts.receipt_total import AMOUNT
from vision.receipts.receipt_words import (
    ADDRESS_LABEL,
    HEAD_END,
    LEGAL_FORM,
    NAME_LABEL,
    NOT_A_COMPANY,
    NUMBERED,
    REGISTRATION,
    REGISTRATION_TAIL,
    STREET,
    TRADE,
)
from vision.records import Line

TAGGED_ROWS, TAGGED_LINES = 20, 30
"""Names and addresses stand in the head; a labelled address at the foot is found by its label."""
NEIGHBOURS = (-2, -1, 1, 2)
FAR = 4
"""Distances in lines beyond this are all alike."""

KINDS: Mapping[str, re.Pattern[str]] = {
    "legal": LEGAL_FORM,
    "trade": TRADE,
    "end": HEAD_END,
    "registration": REGISTRATION,
    "registration_tail": REGISTRATION_TAIL,
    "no_company": NOT_A_COMPANY,
    "date": DATE,
    "amount": AMOUNT,
    "name_label": NAME_LABEL,
    "address_label": ADDRESS_LABEL,
    "telephone": re.compile(r"TEL|PHONE|FAX|电话|\b0\d{1,2}-? ?\d{6,8}", re.I),
    "tax": re.compile(r"GST|SST|TAX|VAT|税", re.I),
    "document": re.compile(r"INVOICE|RECEIPT|BILL|SLIP|ORDER|小票|单", re.I),
    "postcode": re.compile(r"(?<!\d)\d{5,6}(?!\d)"),
    "web": re.compile(r"@|WWW|HTTP|\.COM", re.I),
    "till": re.compile(r"CASHIER|TABLE|QTY|ITEM|DESC|TIME|AMOUNT|PRICE|TOTAL|收银|数量|单价|品名", re.I),
    "customer": re.compile(r"CUSTOMER|BILL TO|\bTO\b|ATTN|MEMBER|SALESPERSON|SERVED|OPERAT|OWNE?D? BY|会员|顾客", re.I),
    "chinese": re.compile(r"[\u4e00-\u9fff]"),
}
ANCHORS = ("telephone", "tax", "document", "date", "legal", "trade")


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line of the head; `place` is how many stand before it on its row of `beside` lines."""

    line: Line
    place: int
    beside: int


def head_lines(rows: Sequence[Row]) -> list[HeadLine]:
    """Return the lines that are tagged, in reading order."""
    found = [
        HeadLine(line, place, len(row.lines)) for row in rows[:TAGGED_ROWS] for place, line in enumerate(row.lines)
    ]
    return found[:TAGGED_LINES]


def head_features(
    head: Sequence[HeadLine], lines: Sequence[Line], *, company: Sequence[Line], address: Sequence[Line]
) -> list[list[str]]:
    """Return the features of each line of the head. `company` and `address` are what the rules took."""
    own = [_of_text(one.line.text) for one in head]
    for names, one in zip(own, head, strict=True):
        names += ["rule:company"] * any(one.line is line for line in company)
        names += ["rule:address"] * any(one.line is line for line in address)
    places = _of_places(head, lines)
    firsts = {name: next((i for i, names in enumerate(own) if name in names), None) for name in ANCHORS}
    firsts["streets"] = next((i for i, names in enumerate(own) if "street2" in names or "street3" in names), None)
    found = []
    for index, names in enumerate(own):
        features = ["bias", *names, *places[index], f"line:{min(index, 12)}"]
        features += [f"from {name}:{_distance(index, first)}" for name, first in firsts.items()]
        features += [f"legal before:{min(2, sum('legal' in before for before in own[:index]))}"]
        for step in NEIGHBOURS:
            at = index + step
            features += [f"{step}:{name}" for name in own[at]] if 0 <= at < len(own) else [f"{step}:edge"]
        found.append(sorted(set(features)))
    return found


def _distance(index: int, first: int | None) -> str:
    return "none" if first is None else str(max(-FAR, min(FAR, index - first)))


def _of_text(text: str) -> list[str]:
    names = [name for name, pattern in KINDS.items() if pattern.search(text)]
    names += ["numbered"] * bool(NUMBERED.match(text))
    names.append(f"street{min(3, len(STREET.findall(text)))}")
    digits = sum(character.isdigit() for character in text)
    names.append(f"digits{min(4, 5 * digits // max(1, len(text)))}")
    names.append(f"length{min(6, len(text) // 6)}")
    names.append(f"words{min(5, len(text.split()))}")
    names.append(f"commas{min(2, text.count(','))}")
    end, start = text.rstrip()[-1:], text.lstrip()[:1]
    names += [f"ends {end}"] * (end in set(",.&-:：)"))
    names += ["starts with a digit"] * start.isdigit() + ["starts with a bracket"] * (start in set("([{*"))
    names += ["open bracket"] * (text.count("(") != text.count(")"))
    names += ["colon"] * (":" in text or "：" in text)
    names += ["no letters"] * (not any(character.isalpha() for character in text))
    return names


def _of_places(head: Sequence[HeadLine], lines: Sequence[Line]) -> list[list[str]]:
    """Describe where each line stands: its height and width, the gap above, whether it is centred."""
    extents = dict(zip(map(id, lines), extents_of(lines), strict=True))
    left, right = min(one.left for one in extents.values()), max(one.right for one in extents.values())
    letter = max(1.0, median(one.height for one in extents.values()))
    found: list[list[str]] = []
    above: Extent | None = None
    for one in head:
        extent = extents[id(one.line)]
        width = (extent.right - extent.left) / max(1.0, right - left)
        middle = ((extent.left + extent.right) / 2 - left) / max(1.0, right - left)
        names = [f"height{min(5, int(2 * extent.height / letter))}", f"width{min(4, int(5 * width))}"]
        names += [f"middle{min(4, max(0, int(5 * middle)))}", f"place{min(2, one.place)} of {min(3, one.beside)}"]
        names += ["centred"] * (abs(middle - 0.5) < 0.08)
        if above is not None:
            names.append(f"gap{max(-1, min(3, int(2 * (extent.top - above.bottom) / letter)))}")
            names += ["taller"] * (extent.height > 1.15 * above.height)
            names += ["smaller"] * (extent.height < 0.87 * above.height)
        above = extent
        found.append(names)
    return found
