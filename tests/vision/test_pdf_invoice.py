"""An e-invoice sent as PDF is read from its text layer, not from its picture."""

from __future__ import annotations

import pytest

from tests.vision.drawings import placed_pdf, values
from tests.vision.test_invoice import BESIDE, DIGITAL, NAMED
from vision import Line, build_reader, page_fields, read_images, read_page


@pytest.mark.parametrize("more", [(), BESIDE], ids=["plain", "names of blocks set downwards"])
def test_invoice_with_a_text_layer_names_its_fields(more: tuple[Line, ...]) -> None:
    (image,) = read_images(placed_pdf((*DIGITAL, *more)), name="发票.pdf")
    page = read_page(image, reader=build_reader("scripted"))  # which would read nothing
    report = page_fields(page)
    assert (page.engine, report.kind) == ("pdf-text-layer", "invoice")
    assert values(report.fields) == NAMED
    for field in report.fields.values():
        (left, top), _, (right, bottom), _ = field.box
        assert 0 <= left < right <= image.width_px
        assert 0 <= top < bottom <= image.height_px
