"""A blurred number on a picture is filled in as the business has it on file, and only where the reader was in doubt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFilter

from api.prefill.parts import page_parts
from nlp import RecordTable, build_extractors, compose, extract, load_template, resolve
from nlp.records import FieldValue, Record, Variant
from tests.vision.drawings import line, page, print_page
from vision import Doubt, Page, Rival, build_reader, read_page

MISREAD = "GGB760383721"
PRINTED = "GGB7603B3721"
TEMPLATE = load_template("appliance_repair")


def serial_number(seen: Page, *on_file: str) -> FieldValue:
    document = compose(page_parts(seen))
    records = RecordTable([Record("devices", number, {"serial_number": number}) for number in on_file])
    mentions = extract(document, build_extractors(("serial_number",)))
    return resolve(mentions, document, template=TEMPLATE, records=records).fields["serial_number"]


def test_doubts_of_a_line_travel_with_its_part() -> None:
    doubtful = replace(line("S/N: 8", 0, 0), doubts=(Doubt(5, 6, 0.5, (Rival("B", 0.4), Rival("", 0.05))),))
    (part,) = page_parts(page([doubtful]))
    assert part.variants == (Variant(5, 6, "B", 0.8), Variant(5, 6, "", 0.1))


def test_scripted_doubt_is_settled_by_what_is_on_file() -> None:
    text = f"S/N: {MISREAD}"
    at = text.rindex("8")
    seen = page([replace(line(text, 0, 0), doubts=(Doubt(at, at + 1, 0.6, (Rival("B", 0.3),)),))])
    assert serial_number(seen, PRINTED).value == PRINTED
    assert serial_number(seen, "SOMETHING4711").value == MISREAD


@pytest.mark.model
def test_blurred_print_is_settled_by_what_is_on_file() -> None:
    picture = print_page([f"S/N: {PRINTED}"])
    blurred = Pillow.fromarray(picture.pixels).filter(ImageFilter.GaussianBlur(3.2))
    seen = read_page(replace(picture, pixels=np.asarray(blurred)), reader=build_reader("ppocr"))
    assert serial_number(seen).value == MISREAD
    found = serial_number(seen, PRINTED)
    assert found.value == PRINTED
    assert "read_as_recorded" in [check.name for check in found.checks]
    assert MISREAD in found.evidence[0].quote
