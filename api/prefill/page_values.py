"""What pages name, as mentions of ticket fields: a receipt's total, a plate's serial number, an order's number.

Vision knows where a value stands by geometry, nlp by the words around it; both read the same lines, and of one stretch
the surer reading stays. A page's field is laid on the characters of the line or code that its box covers. What belongs
to the shop and not to the ticket (a receipt's address, its telephone) is not handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nlp import Catalogue, ticket_field
from nlp.extraction.field import FieldSpec
from nlp.extraction.registry import ReadTwice
from nlp.money import find_money
from nlp.number_span import number_text
from nlp.records import Check, Document, Extractor, Mention, Origin
from vision.records import Box, Page, PageField

if TYPE_CHECKING:
    from vision.receipts.receipt_tagger import ReceiptTagger

SOURCES: Mapping[str, tuple[str, ...]] = {
    "serial_number": ("serial_number",),
    "device_model": ("model", "device_model"),
    "order_number": ("order_number",),
    "tracking_number": ("tracking_number",),
    "error_code": ("error_code",),
    "imei": ("imei",),
    "amount": ("total", "amount"),
    "purchase_date": ("order_time", "time", "date"),
    "product_name": ("item_1",),
}
"""Ticket fields, and what pages call them, the most telling first. A plate's date is that of its making."""
NOT_OF: Mapping[str, tuple[str, ...]] = {"purchase_date": ("nameplate", "other")}
ALONE_SCORE = 0.92
"""As sure as a labelled reading (nlp.extraction.field): that the label was found by geometry makes it no surer."""
LONG_ITEM = 60
BESIDE_CHARS = 20
"""Of label and remarks on a line whose value is spelt otherwise than printed; a longer line says more than that."""
FAILED_CHECK_FACTOR = 0.5
VERIFIED = Check("agrees_with_code", True)
WRITTEN_DATES = (
    re.compile(r"(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})"),
    re.compile(r"(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?!\d)"),
    re.compile(r"(?P<d>1[3-9]|2\d|3[01])[-/.](?P<m>\d{1,2})[-/.](?P<y>20\d\d)"),
    re.compile(r"(?P<m>0?[1-9]|1[0-2])[-/.](?P<d>1[3-9]|2\d|3[01])[-/.](?P<y>20\d\d)"),
)
"""Only what can be read in one way: 03/04/2026 is March in one country and April in the next."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDED_DATES = (
    re.compile(r"(?P<d>\d{1,2})[ .-]?(?P<m>[a-z]{3})[a-z]{0,6}[ .,-]{0,2}(?P<y>20\d\d)", re.I),
    re.compile(r"(?P<m>[a-z]{3})[a-z]{0,6}[ .]{0,2}(?P<d>\d{1,2}),? ?(?P<y>20\d\d)", re.I),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A field that a page names, and the page."""

    page: Page
    kind: str
    field: PageField


@dataclass(frozen=True, slots=True)
class PageValues:
    """Reads one ticket field from what pages name."""

    name: str
    named: tuple[Named, ...]
    catalogue: Catalogue | None = None

    def extract(self, document: Document) -> Sequence[Mention]:
        found = (self._mention(one, document) for one in self.named)
        return [mention for mention in found if mention is not None]

    def _mention(self, named: Named, document: Document) -> Mention | None:
        place = _place(named, document)
        if place is None:
            return None
        value = self._value(named, document.text[place.start : place.end], document)
        if not value:
            return None
        checks = _checks(self.name, value)
        is_verified = named.field.code_box is not None and named.field.code_box != named.field.box
        score = named.field.confidence if is_verified else min(ALONE_SCORE, named.field.confidence)
        score *= FAILED_CHECK_FACTOR ** sum(not check.passed for check in checks)
        return Mention(
            self.name,
            value,
            place.start,
            place.end,
            round(score, 4),
            f"{named.kind} page",
            (*checks, *((VERIFIED,) if is_verified else ())),
            resolution={"value": value},
            is_labelled=True,
        )

    def _value(self, named: Named, quote: str, document: Document) -> str | None:
        text = named.field.value
        if self.name == "device_model" and self.catalogue is not None:
            return self.catalogue.match(text, source="ocr").code
        if self.name == "amount":
            return _amount(text, quote, named)
        if self.name == "purchase_date":
            return iso_date(text)
        if self.name == "product_name":
            return text if len(text) <= LONG_ITEM else None
        normalise = _normalise(self.name)
        return normalise(text, document) if normalise else text


def page_extractors(
    pages: Iterable[Page],
    names: Iterable[str],
    *,
    catalogue: Catalogue | None,
    receipt_tagger: ReceiptTagger | None = None,
) -> dict[str, Extractor]:
    """Return an extractor for each ticket field that some page names."""
    from vision import page_fields

    reports = [(page, page_fields(page, receipt_tagger=receipt_tagger)) for page in pages]
    made: dict[str, Extractor] = {}
    for name in names:
        named = tuple(
            Named(page, report.kind, report.fields[source])
            for page, report in reports
            for source in [next((one for one in SOURCES.get(name, ()) if one in report.fields), "")]
            if source and report.kind not in NOT_OF.get(name, ())
        )
        if named:
            made[name] = PageValues(name, named, catalogue)
    return made


def joined(first: Mapping[str, Extractor], second: Mapping[str, Extractor]) -> dict[str, Extractor]:
    """Let fields that both know be read by both."""
    both = {name: ReadTwice(name, first[name], second[name]) for name in first.keys() & second.keys()}
    return {**first, **second, **both}


def iso_date(text: str) -> str | None:
    """Write a date that can be read in one way only.

    >>> iso_date("2026年5月18日 10:00"), iso_date("28/11/2017"), iso_date("3 Mar 2026"), iso_date("03/04/2026")
    ('2026-05-18', '2017-11-28', '2026-03-03', None)
    """
    for pattern in (*WRITTEN_DATES, *WORDED_DATES):
        match = pattern.search(text[:LONG_ITEM])
        if match is None:
            continue
        month = match["m"].lower()
        if month.isalpha() and month not in MONTHS:
            continue
        number = MONTHS.index(month) + 1 if month.isalpha() else int(month)
        try:
            return date(int(match["y"]), number, int(match["d"])).isoformat()
        except ValueError:  # 31 February
            continue
    return None


def _amount(text: str, quote: str, named: Named) -> str | None:
    """Write number and currency as the rules do; an invoice of the tax office is in yuan, else the print must say."""
    digits = re.sub(r"[^\d.]", "", text)
    try:
        wanted = float(digits)
    except ValueError:
        return None
    for money in find_money(f"{quote}\n{text}", is_chinese=True):
        if money.value is not None and abs(float(money.value) - wanted) < 0.005:
            return f"{number_text(money.value)} {money.currency.written}"
    return f"{digits} CNY" if named.kind == "invoice" else digits


def _place(named: Named, document: Document) -> Origin | None:
    """Return the characters that a field's box covers: the value where it stands as it is, else the whole line."""
    lines = [
        (_overlap(part.box, named.field.box), origin)
        for origin in document.origins
        for part in [origin.part]
        if part.kind == "image" and part.source == named.page.name and part.page == named.page.page
        if part.box is not None
    ]
    covered = [(share, origin) for share, origin in lines if share > 0]
    for _, origin in sorted(covered, key=lambda pair: -pair[0]):
        at = document.text.find(named.field.value, origin.start, origin.end)
        if at >= 0:
            return Origin(at, at + len(named.field.value), origin.part)
    widest = max(covered, key=lambda pair: pair[0])[1] if covered else None
    is_much = widest is not None and widest.end - widest.start > 2 * len(named.field.value) + BESIDE_CHARS
    return None if is_much else widest


def _overlap(first: Box, second: Box) -> float:
    """Return the area that two boxes share, by their extents."""
    area = 1.0
    for axis in (0, 1):
        one, other = [corner[axis] for corner in first], [corner[axis] for corner in second]
        area *= max(0.0, min(max(one), max(other)) - max(min(one), min(other)))
    return area


def _spec(name: str) -> FieldSpec | None:
    field = ticket_field(name)
    shape = getattr(field, "shape", field)
    return shape if isinstance(shape, FieldSpec) else None


def _normalise(name: str) -> Callable[[str, Document], str | None] | None:
    spec = _spec(name)
    return None if spec is None else spec.normalise


def _checks(name: str, value: str) -> tuple[Check, ...]:
    spec = _spec(name)
    return () if spec is None else tuple(spec.validate(value))
