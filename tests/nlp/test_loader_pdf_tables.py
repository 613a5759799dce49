"""A printed table's cells are told by its rules, and read as rows with their header."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nlp.loaders.pdf_text import read_pdf_text
from nlp.loaders.printed_table import RuledTable, markdown_rows

LEFTS, BOTTOMS = (50, 120, 300, 500), (600, 620, 640, 680)
WORDS = [
    ["Code", "Meaning", "What to do"],
    ["E4", "Low refrigerant", "Stop, do not restart"],
    ["E8", "Drain fault", "Clean the filter"],
]


def pdf(drawing: str) -> bytes:
    """Return a PDF of one page that draws this."""
    stream = drawing.encode("ascii")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        rows,
        len(body),
    )


def said(text: str, x: float, y: float) -> str:
    return f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n"


def rule(left: float, bottom: float, right: float, top: float) -> str:
    return f"{left} {bottom} {right - left} {top - bottom} re f\n"


def rules(*, is_whole: bool) -> str:
    """Draw the rules in one piece each, or cell by cell."""
    across = [(LEFTS[0], LEFTS[-1])] if is_whole else list(pairwise(LEFTS))
    up = [(BOTTOMS[0], BOTTOMS[-1])] if is_whole else list(pairwise(BOTTOMS))
    level = "".join(rule(left, y, right, y + 0.7) for y in BOTTOMS for left, right in across)
    return level + "".join(rule(x, bottom, x + 0.7, top) for x in LEFTS for bottom, top in up)


def cells() -> str:
    drawn = ""
    for row, bottom in zip(WORDS, BOTTOMS[-2::-1], strict=True):
        for text, left in zip(row, LEFTS, strict=False):
            drawn += said(text, left + 5, bottom + 6)
    return drawn


TEXT = said("Before the table there is a sentence.", 50, 720)
AFTER = said("And after it another one.", 50, 560)


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole rules", "cell by cell"])
def test_a_ruled_table_is_read_as_rows_with_a_header(is_whole: bool) -> None:
    (page,) = read_pdf_text(pdf(TEXT + rules(is_whole=is_whole) + cells() + AFTER)).pages
    rows = ["| Code | Meaning | What to do |", "|---|---|---|", "| E4 | Low refrigerant | Stop, do not restart |",
            "| E8 | Drain fault | Clean the filter |"]  # fmt: skip
    assert page.split("\n\n") == ["Before the table there is a sentence.", "\n".join(rows), "And after it another one."]


def test_a_cell_of_two_lines_is_one() -> None:
    second = said("now or later", LEFTS[2] + 5, BOTTOMS[2] + 6).replace("now or later", "or else")
    first = said("What to do, now", LEFTS[2] + 5, BOTTOMS[2] + 22)
    drawn = rules(is_whole=True) + cells().replace(said("What to do", LEFTS[2] + 5, BOTTOMS[2] + 6), first + second)
    (page,) = read_pdf_text(pdf(TEXT + drawn)).pages
    assert "| Code | Meaning | What to do, now or else |" in page


@pytest.mark.parametrize(
    "drawing", [cells(), cells() + rule(50, 640, 500, 640.7), rules(is_whole=True) + said("A figure", 60, 605)],
    ids=["no rules", "one rule", "boxes without text"],
)  # fmt: skip
def test_what_is_no_table_stays_lines(drawing: str) -> None:
    (page,) = read_pdf_text(pdf(TEXT + drawing)).pages
    assert "|" not in page
    assert "Before the table" in page


def test_a_drawing_of_many_rules_is_read_in_time() -> None:
    grid = "".join(rule(10, y, 580, y + 0.5) for y in range(10, 800, 4))
    grid += "".join(rule(x, 10, x + 0.5, 800) for x in range(10, 580, 4))
    (page,) = read_pdf_text(pdf(TEXT + grid * 20), limit_s=20).pages
    assert "Before the table" in page


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([["代 码", "含义"], ["E4", "制冷剂\n不足"]], ("| 代码 | 含义 |", "|---|---|", "| E4 | 制冷剂不足 |")),
        ([["Code", "Meaning"], ["E4", "a | b"]], ("| Code | Meaning |", "|---|---|", "| E4 | a / b |")),
        ([["", "Note"], ["", "x"]], ()),
    ],
    ids=["zh", "en", "one column"],
)
def test_cells_are_written_as_markdown(cells: list[list[str]], rows: tuple[str, ...]) -> None:
    assert markdown_rows(RuledTable((0, 1, 2), (0, 1, 2)), cells) == rows
