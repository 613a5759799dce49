"""How a page's print is laid out, for who reads it by program: a Page in, its tables and label-value pairs out.

What this does not know: what a label means; a page's fields do.
"""

from __future__ import annotations

from api.schemas.media import PageCell, PagePair, PageTable
from vision import Page
from vision.lines.tables import Cell, pairs_of, tables_of


def page_tables(page: Page) -> list[PageTable]:
    """Return a page's tables, top to bottom."""
    return [
        PageTable(
            headers=[_cell(cell) for cell in table.headers],
            rows=[[_cell(cell) if cell else None for cell in row] for row in table.rows],
        )
        for table in tables_of(page.lines)
    ]


def page_pairs(page: Page) -> list[PagePair]:
    """Return labels and what stands behind, beside or below each, in reading order."""
    return [
        PagePair(
            label=pair.label,
            value=pair.value,
            box=list(pair.box),
            label_box=list(pair.label_box),
            confidence=round(pair.confidence, 4),
        )
        for pair in pairs_of(page.lines)
    ]


def _cell(cell: Cell) -> PageCell:
    return PageCell(text=cell.text, box=list(cell.box), confidence=round(cell.confidence, 4))
