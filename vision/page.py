"""A decoded picture in, a Page out: lines in reading order, codes, and what a person should mend.

A PDF page with a text layer is not read again: its own text is exact. What this does not know: fields; see page_fields.
"""

from __future__ import annotations

from vision.codes.barcodes import read_codes
from vision.flaws.quality import Judged, judged
from vision.lines.reading_order import in_reading_order
from vision.readers.displays import with_displays
from vision.readers.orientation import Reading, read_upright
from vision.readers.reader import Reader
from vision.records import Image, Page

TEXT_LAYER = "pdf-text-layer"


def read_page(image: Image, *, reader: Reader) -> Page:
    """Read everything on one picture."""
    if image.text_lines:
        reading, engine = Reading(0, image, image.text_lines), TEXT_LAYER
    else:
        reading, engine = read_upright(image, reader=reader), reader.engine
    codes = read_codes(reading.image)
    lines = reading.lines if engine == TEXT_LAYER else with_displays(reading.image.pixels, reading.lines, codes)
    lines = in_reading_order(lines)
    found = Judged(lines, ()) if engine == TEXT_LAYER else judged(reading.image.pixels, lines)
    return Page(
        name=image.name,
        page=image.page,
        width_px=reading.image.width_px,
        height_px=reading.image.height_px,
        rotation=reading.rotation,
        lines=found.lines,
        codes=codes,
        engine=engine,
        quality=tuple(sorted({flaw.word for flaw in found.flaws})),
        flaws=found.flaws,
    )
