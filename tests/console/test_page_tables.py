"""Tables that a page shows stand in the console as tables, and are copied as a spreadsheet takes them."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.console.language import words
from api.console.page_view import sheet_of
from api.schemas.media import PageCell, PageRead, PageTable
from tests.vision.drawings import line, placed_pdf

COLUMNS = (("品名", 40), ("Part no.", 300), ("数量", 560))
ROWS = (("滤网", "AB-1007", "2"), ("Filter <b>", "AB-1008", "12"), ("电池", "CD-2001", "1"))
BOX = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)]


def cell(text: str) -> PageCell:
    return PageCell(text=text, box=BOX, confidence=0.9)


def page(*tables: PageTable) -> PageRead:
    return PageRead(
        file="标签.png", page=0, width=320, height=240, rotation=0, engine="scripted", kind="other",
        lines=[], codes=[], fields={}, quality=[], tables=list(tables), pairs=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "rows", "text"),
    [
        (["品名", "数量"], [["滤网", "2"], ["电池\n5号", None]], "品名\t数量\n滤网\t2\n电池 5号\t"),
        (["Part", "Qty"], [["Filter", "2"]], "Part\tQty\nFilter\t2"),
    ],
)
def test_table_is_copied_with_tabs(headers: list[str], rows: list[list[str | None]], text: str) -> None:
    table = PageTable(
        headers=[cell(each) for each in headers], rows=[[cell(each) if each else None for each in row] for row in rows]
    )
    (shown,) = sheet_of(page(table), stored="", words=words("zh")).tables
    assert shown.text == text
    assert shown.headers == tuple(headers)
    assert shown.rows[-1][-1] == (rows[-1][-1] or "")


def test_page_without_tables_shows_none() -> None:
    assert sheet_of(page(), stored="", words=words("en")).tables == ()


def test_table_of_a_pdf_is_shown_as_a_table(console_client: TestClient) -> None:
    lines = [
        line(text, left, 60 + 40 * number)
        for number, row in enumerate((tuple(name for name, _ in COLUMNS), *ROWS))
        for text, (_, left) in zip(row, COLUMNS, strict=True)
    ]
    parts = [("files", ("备件.pdf", placed_pdf(lines)))]
    answer = console_client.post("/console/read", files=parts, follow_redirects=False)
    html = console_client.get(answer.headers["location"]).text
    assert [f'<th scope="col">{name}</th>' in html for name, _ in COLUMNS] == [True] * 3
    assert "<tr><td>Filter &lt;b&gt;</td><td>AB-1008</td><td>12</td></tr>" in html
    assert "滤网\tAB-1007\t2" in html
