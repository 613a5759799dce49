"""GS1 data in a code's text: application identifiers and values out, by biip's copy of the official table.

Element strings (as symbols carry them, FNC1 as ASCII 29), the bracketed form that is printed below symbols and that
many makers put into plain QR codes, and GS1 Digital Link addresses. A text is taken whole or not at all: one element
that does not fit its identifier's form, or a key whose check digit is wrong, and nothing is returned.

What this does not know: which symbol the text is from (a caller says whether it was marked as GS1), and which other
elements an identifier asks for; labels in use leave them out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import biip
    from biip.gs1_element_strings import GS1ElementString

SEPARATOR = "\x1d"
MAX_CHARACTERS = 8000
"""The largest QR code holds 7089 digits (ISO/IEC 18004, version 40-L)."""
CENTURY_TURN = 77
"""GS1 General Specifications 7.12: two digits mean the year within 49 back and 50 ahead; seen from 2026, 77 is 1977."""
BRACKETED = re.compile(r"[(\[]([0-9]{2,4})[)\]]")
CHECKED = ("00", "01", "02", "03")
"""Keys whose modulo-10 digit biip checks; a wrong one means that the text is no GS1 data or was misread."""

NAMES: Mapping[str, str] = {
    "00": "sscc",
    "01": "gtin",
    "10": "batch",
    "11": "manufacture_date",
    "17": "expiry_date",
    "21": "serial_number",
    "30": "quantity",
    "37": "quantity",
    "240": "part_number",
    "241": "part_number",
    "400": "order_number",
    "8002": "imei",
    "8040": "imei",
    "8041": "imei_2",
}
"""What a ticket calls the elements it may need; the rest stays under its identifier."""


def parse_gs1(content: bytes) -> dict[str, str]:
    """Take a GS1 element string apart: application identifier to value.

    >>> parse_gs1(b"010950400005910121SN123")
    {'01': '09504000059101', '21': 'SN123'}
    """
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        return {}
    return element_strings(text)


def element_strings(text: str) -> dict[str, str]:
    """Take an element string apart; FNC1 between elements is ASCII 29."""
    import biip
    from biip.gs1_element_strings import GS1ElementString

    rest = text.strip()
    found: dict[str, str] = {}
    while rest and len(text) <= MAX_CHARACTERS:
        try:
            element = GS1ElementString.extract(rest, config=_lenient())
        except biip.BiipException:
            return {}
        identifier = element.ai.ai
        rest = rest[len(identifier) + len(element.value) :]
        # Without a separator the end of a value of open length is a guess.
        is_open = ".." in element.ai.format
        if (is_open and rest and not rest.startswith(SEPARATOR)) or not _is_sound(element):
            return {}
        if found.setdefault(identifier, element.value) != element.value:
            return {}
        rest = rest.lstrip(SEPARATOR)
    return found


def bracketed_elements(text: str) -> dict[str, str]:
    """Take the printed form apart: identifiers in brackets.

    >>> bracketed_elements("(01)09504000059101(21)SN123")
    {'01': '09504000059101', '21': 'SN123'}
    >>> bracketed_elements("（01） 09504000059101 （10）批次")
    {}
    """
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).strip()
    marks = [mark for mark in BRACKETED.finditer(plain) if _is_identifier(mark[1])]
    if not marks or marks[0].start() != 0:
        return {}
    ends = [mark.start() for mark in marks[1:]] + [len(plain)]
    return _whole((mark[1], plain[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True))


def digital_link(address: str) -> dict[str, str]:
    """Take a GS1 Digital Link address apart.

    >>> digital_link("https://example.com/01/09504000059101/21/SN123?17=271231")
    {'01': '09504000059101', '21': 'SN123', '17': '271231'}
    >>> digital_link("https://example.com/01/news")
    {}
    """
    import biip
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        link = GS1DigitalLinkURI.parse(address[:MAX_CHARACTERS].strip(), config=_lenient())
    except (biip.BiipException, ValueError):  # urlsplit refuses some addresses with a ValueError
        return {}
    if not all(_is_sound(element) for element in link.element_strings):
        return {}
    return {element.ai.ai: element.value for element in link.element_strings}


def named_values(elements: Mapping[str, str]) -> dict[str, str]:
    """Give elements the names that a ticket uses.

    >>> named_values({"01": "09504000059101", "11": "260300", "21": "SN123"})
    {'gtin': '09504000059101', 'manufacture_date': '2026-03', 'serial_number': 'SN123'}
    """
    values: dict[str, str] = {}
    for identifier, value in elements.items():
        name = NAMES.get(identifier, "")
        if name:
            values.setdefault(name, _date(value) if name.endswith("_date") else value)
    return values


def _date(value: str) -> str:
    """Write YYMMDD as a date; day 00 means the whole month."""
    century = "19" if int(value[:2]) >= CENTURY_TURN else "20"
    return f"{century}{value[:2]}-{value[2:4]}" + ("" if value[4:6] == "00" else f"-{value[4:6]}")


def _whole(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    import biip
    from biip.gs1_element_strings import GS1ElementString

    found: dict[str, str] = {}
    for identifier, value in pairs:
        try:
            element = GS1ElementString.parse(identifier + value, config=_lenient())
        except biip.BiipException:
            return {}
        if element.ai.ai != identifier or not _is_sound(element) or found.setdefault(identifier, value) != value:
            return {}
    return found


def _is_identifier(digits: str) -> bool:
    import biip
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        return GS1ApplicationIdentifier.extract(digits).ai == digits
    except biip.BiipException:
        return False


def _is_sound(element: GS1ElementString) -> bool:
    return element.ai.ai not in CHECKED or not (element.gtin_error or element.sscc_error)


def _lenient() -> biip.ParseConfig:
    """Take dates as they stand: labels carry 000000 where a date is not known, and the rest is still worth having."""
    import biip

    return biip.ParseConfig(gs1_element_strings_verify_date=False)
