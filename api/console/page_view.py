"""Lay a read page out for people: lines, codes, fields and flaws in, numbered parts with their boxes out.

A part stands in a list and, by the same key, on the picture, so that either lights the other up. It decides nothing
about values and writes no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.console.draft_view import percent
from api.console.language import Words
from api.errors import words as said_in
from api.prefill.retakes import retake_of
from api.schemas.media import PageFieldBody, PageRead, PageTable
from api.schemas.prefill import Box, PageBody, PageCode

if TYPE_CHECKING:
    from vision.receipts.receipt_tagger import ReceiptTagger

ITEM = re.compile(r"item_(?P<number>[0-9]{1,3})(?:_(?P<part>quantity|price))?")
DOUBTFUL_PERCENT = 90
"""A line below this is marked: confidence is calibrated, so that one in ten of such lines is wrong somewhere."""
TAG_PADDING = 6.0
WIDE, NARROW = 13.0, 7.4
"""Of a tag's 13 px letters: a Chinese character and a Latin one, on average."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A sign on the picture, its width in screen pixels; `scale` makes it legible before a script knows better."""

    text: str
    left: float  # of the box that it belongs to
    right: float
    top: float
    bottom: float
    width: float
    scale: float


@dataclass(frozen=True, slots=True)
class PartView:
    """Something that was read. `points` are its boxes as SVG polygons; `kind` is line, code, field or flaw."""

    key: str
    kind: str
    label: str
    text: str
    points: tuple[str, ...]
    percent: int = 100
    tag: Tag | None = None
    note: str = ""

    @property
    def is_doubtful(self) -> bool:
        return self.percent < DOUBTFUL_PERCENT


@dataclass(frozen=True, slots=True)
class FieldPart:
    part: PartView
    is_verified: bool


@dataclass(frozen=True, slots=True)
class CodePart:
    part: PartView
    values: Mapping[str, str]  # by their labels


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as it stands on a page; "" where a place is empty."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """Return it as a spreadsheet takes it from a clipboard: a line a row, a tab between cells."""
        return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in (self.headers, *self.rows))


@dataclass(frozen=True, slots=True)
class SheetView:
    """A page; `stored` is "" where its picture is not kept."""

    name: str
    number: int  # of the page in its file, from 1
    width: int
    height: int
    rotation: int
    kind: str
    engine: str
    stored: str
    lines: tuple[PartView, ...]
    codes: tuple[CodePart, ...]
    fields: tuple[FieldPart, ...]
    flaws: tuple[PartView, ...]
    tables: tuple[TableView, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def parts(self) -> tuple[PartView, ...]:
        """Return what is drawn, the small above the large."""
        codes, fields = (code.part for code in self.codes), (field.part for field in self.fields)
        return (*self.flaws, *self.lines, *codes, *fields)


def sheet_of(page: PageRead, *, stored: str, words: Words) -> SheetView:
    """Lay a page out in a language."""
    return SheetView(
        name=page.file,
        number=page.page + 1,
        width=page.width,
        height=page.height,
        rotation=page.rotation % 360,
        kind=page.kind,
        engine=page.engine,
        stored=stored,
        lines=tuple(
            PartView(
                f"line-{number}", "line", words("read.line"), line.text, (_points(line.box),), percent(line.confidence)
            )
            for number, line in enumerate(page.lines)
        ),
        codes=tuple(_code_part(number, code, page, words) for number, code in enumerate(page.codes)),
        fields=tuple(_field_part(name, field, page, words) for name, field in page.fields.items()),
        flaws=_flaws(page, words),
        tables=tuple(_table(table) for table in page.tables),
    )


def label_of(name: str, words: Words) -> str:
    """Say what people call a page's field; goods are counted: item_2_price.

    >>> from api.console.language import words
    >>> label_of("item_2_price", words("en")), label_of("total", words("zh"))
    ('Item 2: price', '合计')
    """
    counted = ITEM.fullmatch(name)
    if counted is None:
        return words.known("page_field", name)
    item, part = words("read.item", number=counted["number"]), counted["part"]
    return words("read.item_part", item=item, part=words.known("read.part", part)) if part else item


def read_again(page: PageBody, *, receipt_tagger: ReceiptTagger | None = None) -> PageRead:
    """Name what a draft's page is and what it names, as when it was read."""
    from api.prefill.answer import page_of, page_read

    return page_read(page_of(page), body=page, receipt_tagger=receipt_tagger)


def _code_part(number: int, code: PageCode, page: PageBody, words: Words) -> CodePart:
    kind = words.known("code_kind", code.kind)
    label = code.symbology if code.kind == "text" else f"{kind} · {code.symbology}"
    named = {words.known("page_field", name): value for name, value in code.values.items()}
    elements = {f"({identifier})": value for identifier, value in code.gs1.items() if value not in named.values()}
    part = PartView(
        f"code-{number}", "code", label, code.text, (_points(code.box),), tag=_tag(code.symbology, code.box, page=page)
    )
    return CodePart(part, {**named, **elements})


def _field_part(name: str, field: PageFieldBody, page: PageBody, words: Words) -> FieldPart:
    label = label_of(name, words)
    boxes = [field.box] if field.code_box in (None, field.box) else [field.box, field.code_box or field.box]
    part = PartView(
        f"field-{name}",
        "field",
        label,
        field.value,
        tuple(_points(box) for box in boxes),
        percent(field.confidence),
        _tag(label, field.box, page=page),
    )
    return FieldPart(part, field.code_box is not None)


def _table(table: PageTable) -> TableView:
    rows = tuple(tuple(cell.text if cell else "" for cell in row) for row in table.rows)
    return TableView(tuple(cell.text for cell in table.headers), rows)


def _flaws(page: PageBody, words: Words) -> tuple[PartView, ...]:
    table = said_in(words.language)
    return tuple(
        PartView(
            f"flaw-{number}",
            "flaw",
            words.known("draft.quality", flaw.word),
            table.said(retake_of(flaw.word, flaw.field or "")),
            (_points(flaw.box),) if flaw.box else (),
        )
        for number, flaw in enumerate(page.flaws)
    )


def _points(box: Box) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in box)


def _tag(text: str, box: Box, *, page: PageBody) -> Tag:
    """Measure a sign for a box; where it stands depends on how large the picture is shown."""
    width = 2 * TAG_PADDING + sum(WIDE if ord(character) > 0x2E80 else NARROW for character in text)
    scale = max(page.width / 700, page.height / 900)
    across, down = [x for x, _ in box], [y for _, y in box]
    return Tag(
        text,
        left=round(min(across), 1),
        right=round(max(across), 1),
        top=round(min(down), 1),
        bottom=round(max(down), 1),
        width=round(width, 1),
        scale=round(scale, 3),
    )


def titles_of(pages: Sequence[PageBody], words: Words) -> tuple[str, ...]:
    """Name pages for a list of them: by their file, and by number where a file has several."""
    names = [page.file for page in pages]
    return tuple(
        f"{page.file} · {words('draft.page', number=page.page + 1)}" if names.count(page.file) > 1 else page.file
        for page in pages
    )
