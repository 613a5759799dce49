"""What vision's tests draw: lines with boxes, pages of print, codes, and small PDF files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import zxingcpp
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from vision import Code, Image, Line, Page

LINE_HEIGHT_PX = 20.0
GLYPH_WIDTH_PX = 12.0


def line(text: str, left: float, top: float, *, height: float = LINE_HEIGHT_PX, confidence: float = 1.0) -> Line:
    """Place a level line; a character is 12 px wide, a Chinese one 24."""
    width = sum(GLYPH_WIDTH_PX * (2 if ord(character) > 0x2E80 else 1) for character in text)
    box = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    return Line(text, box, confidence)


def column(*texts: str, left: float = 40.0) -> tuple[Line, ...]:
    """Place lines below each other; "a | b" puts b far to the right on the same row."""
    lines: list[Line] = []
    for number, text in enumerate(texts):
        for place, part in enumerate(text.split(" | ")):
            lines.append(line(part, left + 500 * place, 40 + 30.0 * number))
    return tuple(lines)


def page(lines: Sequence[Line], codes: Sequence[Code] = ()) -> Page:
    return Page(
        name="page.png",
        page=0,
        width_px=1200,
        height_px=1600,
        rotation=0,
        lines=tuple(lines),
        codes=tuple(codes),
        engine="scripted",
    )


def values(fields: Mapping[str, object]) -> dict[str, str]:
    """Keep name and value of page fields."""
    return {name: getattr(field, "value") for name, field in fields.items()}  # noqa: B009


def print_page(texts: Sequence[str], *, size_px: int = 32, paper: int = 255, ink: int = 0) -> Image:
    """Draw lines of Latin print."""
    picture = Pillow.new("RGB", (900, 60 + len(texts) * size_px * 2), (paper, paper, paper))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size_px)
    for number, text in enumerate(texts):
        draw.text((40, 30 + number * size_px * 2), text, font=font, fill=(ink, ink, ink))
    return image(np.asarray(picture))


def image(pixels: np.ndarray, *, name: str = "photo.png") -> Image:
    return Image(name=name, page=0, pixels=np.ascontiguousarray(pixels, dtype=np.uint8))


def coded(symbology: str, content: str | bytes, *, scale: int = 4) -> Image:
    """Draw a code on white paper."""
    barcode = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, symbology))
    grey = np.array(zxingcpp.write_barcode_to_image(barcode, scale=scale))
    paper = np.full((grey.shape[0] + 120, grey.shape[1] + 120), 255, dtype=np.uint8)
    paper[60:-60, 60:-60] = grey
    return image(np.repeat(paper[:, :, None], 3, axis=2))


def encoded(picture: Pillow.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def pdf(texts: Sequence[str], *, width: int = 595, height: int = 842, pages: int = 1, rotate: int = 0) -> bytes:
    """Write a PDF with a text layer in Helvetica, one line every 40 points from the top."""
    shown = " ".join(f"1 0 0 1 72 {height - 72 - 40 * number} Tm ({text}) Tj" for number, text in enumerate(texts))
    content = f"BT /F1 24 Tf {shown} ET"
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    sheet = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate {rotate} "
        f"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Contents 3 0 R >>"
    )
    return _assemble(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
            *[sheet] * pages,
        ]
    )


def placed_pdf(lines: Sequence[Line], *, width: int = 700, height: int = 400) -> bytes:
    """Write a PDF whose text layer holds lines where they stand, two pixels to a point, in Chinese or any other script.

    As in e-invoices the font numbers signs its own way and a table says which they are; Helvetica's are drawn.
    """
    signs = sorted({sign for each in lines for sign in each.text})
    codes = dict(zip(signs, [*range(33, 127), *range(161, 256)][: len(signs)], strict=True))
    shown = " ".join(
        f"1 0 0 1 {left / 2:.1f} {height - bottom / 2:.1f} Tm <{bytes(codes[sign] for sign in each.text).hex()}> Tj"
        for each in lines
        for left, bottom in [each.box[3]]
    )
    content = f"BT /F1 {0.4 * LINE_HEIGHT_PX:.0f} Tf {shown} ET"
    rows = "\n".join(f"<{code:02x}> <{sign.encode('utf-16-be').hex()}>" for sign, code in codes.items())
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Signs def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{len(codes)} beginbfchar\n{rows}\nendbfchar\n"
        "endcmap end end"
    )
    font = "/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 5 0 R"
    return _assemble(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
            f"/Resources << /Font << /F1 << {font} >> >> >> /Contents 3 0 R >>",
            f"<< /Length {len(table)} >>\nstream\n{table}\nendstream",
        ]
    )


def stamped_scan(texts: Sequence[str]) -> bytes:
    """Write a PDF of one grey picture that fills the page, with lines of text layer on top."""
    shown = " ".join(f"1 0 0 1 72 {770 - 40 * number} Tm ({text}) Tj" for number, text in enumerate(texts))
    content = f"q 595 0 0 842 0 0 cm /Im1 Do Q BT /F1 24 Tf {shown} ET"
    fonts = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    return _assemble(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << {fonts} /XObject << /Im1 5 0 R >> >> "
            "/Contents 3 0 R >>",
            "<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Length 4 >>\nstream\n~~~~\nendstream",
        ]
    )


def locked_pdf() -> bytes:
    """Write a PDF whose password nobody knows."""
    digest = "<" + "5a" * 32 + ">"
    return _assemble(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [] /Count 0 >>",
            f"<< /Filter /Standard /V 1 /R 2 /O {digest} /U {digest} /P -4 >>",
        ],
        trailer="/Encrypt 3 0 R /ID [<00> <00>]",
    )


def _assemble(objects: Sequence[str], *, trailer: str = "") -> bytes:
    body = b"%PDF-1.4\n"
    offsets = []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF"
    return body + end.encode("latin-1")
