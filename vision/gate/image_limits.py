"""What one file may cost the decode gate: bytes, pixels, pages, seconds. It knows no format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """40 megapixels are 120 MB as RGB; the sum over pages is bounded as well."""

    file_bytes: int = 50_000_000
    page_pixels: int = 40_000_000
    total_pixels: int = 120_000_000
    pages: int = 20
    pdf_dpi: int = 200  # small print of an invoice is then about 20 px high, what PP-OCR reads best
    seconds: float = 30.0  # for the formats decoded in a child; 20 dense pages of PDF take about 6
