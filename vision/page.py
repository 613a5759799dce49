"""A decoded picture in, a Page out: lines in reading order, codes, and what a person should mend.

A PDF page with a text layer is not read again: its own text is exact. What this does not know: fields; see page_fields.
"""

from __future__ import annotations

from vision.barcodes import read_codes
from vision.layout import in_reading_order
from vision.orientation import Reading, read_upright
from vision.quality import quality_words
from vision.reader import Reader
from vision.records import Image, Page

TEXT_LAYER = "pdf-text-layer"


def read_page(image: Image, *, reader: Reader) -> Page:
    """Read everything on one picture."""
    if image.text_lines:
        reading, engine = Reading(0, image, image.text_lines), TEXT_LAYER
    else:
        reading, engine = read_upright(image, reader=reader), reader.engine
    lines = in_reading_order(reading.lines)
    return Page(
        name=image.name,
        page=image.page,
        width_px=reading.image.width_px,
        height_px=reading.image.height_px,
        rotation=reading.rotation,
        lines=lines,
        codes=read_codes(reading.image),
        engine=engine,
        quality=() if engine == TEXT_LAYER else quality_words(reading.image.pixels, lines),
    )
