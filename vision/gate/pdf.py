"""PDF pages as pictures: bytes in, rendered pages out, with the text layer's lines where a page has one.

A page is rendered at `dpi`, or lower where it would pass PAGE_PIXELS, so that a page as large as a wall costs no more
than a letter. PDFium is not thread-safe: everything here runs under one lock.

What this does not know: whether a text layer says what the page shows; it only leaves out layers that cannot be text.
"""

from __future__ import annotations

import threading
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from vision.records import Box, Image, ImageRejected, Line, Pixels

if TYPE_CHECKING:
    from types import ModuleType

POINTS_PER_INCH = 72
PAGE_PIXELS = 8_000_000
"""A4 at 200 dpi is 3.9 million pixels, A3 7.7: office paper stays at 200 dpi, posters get less."""
EMBEDDED_PIXELS = 100_000_000
"""PDFium decodes an embedded picture whole before it scales it; A4 scanned at 600 dpi has 35 million pixels."""
MAX_RUNS = 2_000
MAX_CHARACTERS = 20_000
"""Of a text layer; a full A4 page of 6-point print has about 1,000 runs and 12,000 characters. A page above either is
read from its picture, which bounds it."""
MIN_CHARACTERS = 8
"""Fewer readable characters than this are a page number on a scan, not a text layer."""
SCAN_SHARE = 0.5
SCAN_CHARACTERS = 200
"""A page that pictures cover by half, with a text layer shorter than a receipt's, is a scan with a stamp or caption
("Scanned with CamScanner", a page number, a title): it is read from its picture, which shows the stamp as well. A scan
with a layer of recognised text has more."""
PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD

_PDFIUM = threading.Lock()


def read_pdf(content: bytes, *, name: str, dpi: int, max_pages: int, max_total_pixels: int) -> tuple[Image, ...]:
    """Render every page.

    Raises:
        ImageRejected: encrypted, broken, without pages, or past a limit.
    """
    import pypdfium2  # type: ignore[import-untyped]

    with _PDFIUM:
        document = _open(pypdfium2, content, name=name)
        try:
            count = len(document)
            if count == 0:
                raise ImageRejected("broken", f"{name} is a PDF without pages. Export it again.")
            if count > max_pages:
                raise ImageRejected(
                    "too_many_pages",
                    f"{name} has {count} pages, more than the {max_pages} allowed. Send the pages that matter.",
                )
            return _pages(pypdfium2, document, name=name, dpi=dpi, max_total_pixels=max_total_pixels)
        finally:
            document.close()


def _open(pypdfium2: ModuleType, content: bytes, *, name: str) -> Any:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD_ERROR:
            raise ImageRejected("encrypted", f"{name} is locked with a password. Send a copy without one.") from error
        raise ImageRejected("broken", f"{name} is not a readable PDF ({error}). Export it again.") from error


def _pages(pypdfium2: ModuleType, document: Any, *, name: str, dpi: int, max_total_pixels: int) -> tuple[Image, ...]:
    images: list[Image] = []
    left = max_total_pixels
    for number in range(len(document)):
        try:
            image = _page(document, number, name=name, dpi=dpi, left_pixels=left)
        except (pypdfium2.PdfiumError, ValueError, OverflowError) as error:
            raise ImageRejected(
                "broken", f"{name}: page {number + 1} cannot be rendered ({error}). Export it again."
            ) from error
        images.append(image)
        left -= image.width_px * image.height_px
    return tuple(images)


def _page(document: Any, number: int, *, name: str, dpi: int, left_pixels: int) -> Image:
    page = document[number]
    try:
        width_pt, height_pt = page.get_size()
        if not width_pt > 0 or not height_pt > 0:
            raise ImageRejected("broken", f"{name}: page {number + 1} has no area. Export it again.")
        _refuse_embedded(page, name=name, number=number)
        scale = _scale(width_pt, height_pt, dpi)
        if ceil(width_pt * scale) * ceil(height_pt * scale) > left_pixels:
            raise ImageRejected(
                "too_many_pixels",
                f"{name}: page {number + 1} passes the pixels allowed for a file. Send the pages that matter.",
            )
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        pixels = _rgb(bitmap.to_numpy())
        lines = () if _is_stamped_scan(page) else _text_lines(page, bitmap.get_posconv(page))
        bitmap.close()
    finally:
        page.close()
    return Image(name=name, page=number, pixels=pixels, text_lines=lines)


def _scale(width_pt: float, height_pt: float, dpi: int) -> float:
    """Return pixels a point: those of `dpi`, fewer where the page would pass PAGE_PIXELS.

    >>> round(_scale(595, 842, 200), 2), round(_scale(14_400, 14_400, 200), 2)
    (2.78, 0.2)
    """
    scale = dpi / POINTS_PER_INCH
    # PDFium rounds both sides up, by less than a pixel each.
    room = PAGE_PIXELS - (width_pt + height_pt) * scale - 1
    return scale * min(1.0, sqrt(max(room, 1) / (width_pt * height_pt)) / scale)


def _refuse_embedded(page: Any, *, name: str, number: int) -> None:
    from pypdfium2 import raw

    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        width_px, height_px = picture.get_px_size()
        if width_px * height_px > EMBEDDED_PIXELS:
            raise ImageRejected(
                "too_many_pixels",
                f"{name}: page {number + 1} holds a picture of {width_px} x {height_px} pixels, more than the "
                f"{EMBEDDED_PIXELS:,} allowed. Send a smaller copy.",
            )


def _is_stamped_scan(page: Any) -> bool:
    from pypdfium2 import raw

    width_pt, height_pt = page.get_size()
    covered = 0.0
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    if covered < SCAN_SHARE * width_pt * height_pt:
        return False
    textpage = page.get_textpage()
    try:
        return bool(textpage.count_chars() < SCAN_CHARACTERS)
    finally:
        textpage.close()


def _rgb(bitmap: Pixels) -> Pixels:
    if bitmap.ndim == 2:
        return np.repeat(bitmap[:, :, None], 3, axis=2)
    if bitmap.shape[2] == 1:
        return np.repeat(bitmap, 3, axis=2)
    return np.ascontiguousarray(bitmap[:, :, :3])


def _text_lines(page: Any, to_bitmap: Any) -> tuple[Line, ...]:
    textpage = page.get_textpage()
    try:
        count = textpage.count_rects()
        if count > MAX_RUNS or textpage.count_chars() > MAX_CHARACTERS:
            return ()
        lines: list[Line] = []
        for index in range(count):
            left, bottom, right, top = textpage.get_rect(index)
            text = " ".join(textpage.get_text_bounded(left, bottom, right, top).split())
            if text:
                corners = to_bitmap.to_bitmap(left, top), to_bitmap.to_bitmap(right, bottom)
                lines.append(Line(text=text, box=_box(*corners), confidence=1.0))
    finally:
        textpage.close()
    return tuple(lines) if _is_text("".join(line.text for line in lines)) else ()


def _box(first: tuple[float, float], second: tuple[float, float]) -> Box:
    left, right = sorted((float(first[0]), float(second[0])))
    top, bottom = sorted((float(first[1]), float(second[1])))
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _is_text(text: str) -> bool:
    """Tell a text layer from the noise of a font without a character map.

    >>> _is_text("Invoice 2024"), _is_text("\\ufffd" * 20), _is_text("- 1 -")
    (True, False, False)
    """
    readable = sum(
        character.isprintable() and not "\ue000" <= character <= "\uf8ff" and character != "\ufffd"
        for character in text
    )
    return readable >= MIN_CHARACTERS and readable >= 0.9 * len(text)
