"""Fields and codes of one page in, fields out that print and code agree on, or that only a code names.

Where a code says what the print says, the field is verified: it has the print's spelling and the boxes of both. Where
the code names another value it is taken instead of the print: as verified for what a reader mistakes (O for 0), and a
little less sure else, for the symbol was checked and the print was not. A code without names says which value it is by
being equal to the print, or to the print behind its data identifier.

What this does not know: which of two codes that name the same field differently is right; then neither is taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from vision.codes.code_texts import DATA_IDENTIFIERS, code_content
from vision.codes.gs1 import named_values
from vision.records import Code, PageField, PageKind

VERIFIED = 0.995
"""Print and symbol were read apart and agree; what is left is a label that is wrong itself."""
CODE_ONLY = 0.97
"""The symbol was checked, but which of the page's things it names was not."""
MIN_CHARACTERS = 4
"""Shorter values stand in codes by chance."""
ALIASES: Mapping[str, tuple[str, ...]] = {
    "device_model": ("model", "part_number"),
    "model": ("model", "part_number"),
    "order_time": (),
}
"""Where a page's name for a field is not the code's; a part number counts only by agreeing with the print."""
SUPPLIED: Mapping[PageKind, tuple[str, ...]] = {
    "invoice": ("invoice_code", "invoice_number", "amount", "total", "date", "check_code"),
    "nameplate": ("serial_number", "model", "manufacture_date", "imei", "mac_address", "brand", "gtin", "batch"),
    "screenshot": ("order_number", "tracking_number"),
    "receipt": (),
    "error_screen": ("serial_number", "model"),
    "other": ("serial_number", "model", "imei", "mac_address", "order_number", "tracking_number", "gtin", "batch"),
}
"""What a code may name on a page of each kind where the print does not."""
DATE = re.compile(r"\b((?:19|20)\d\d)(\d\d)(\d\d)\b")
NUMBER = re.compile(r"\d{1,4}")
CONFUSED = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "G": "6"})
"""What a reader of print takes for each other."""


def with_codes(fields: Mapping[str, PageField], codes: Sequence[Code], *, kind: PageKind) -> dict[str, PageField]:
    """Verify fields by codes, and add what only codes name."""
    codes = [_understood(code) for code in codes]
    verified = {name: _verified(name, field, codes, kind) for name, field in fields.items()}
    for name in SUPPLIED[kind]:
        code = _only(name, codes)
        if name not in verified and code is not None:
            verified[name] = PageField(code.values[name], CODE_ONLY, code.box, code.box)
    return verified


def _verified(name: str, field: PageField, codes: Sequence[Code], kind: PageKind) -> PageField:
    for code in codes:
        for value in _sayings(name, code):
            if _folded(name, value) == _folded(name, field.value):
                return replace(field, confidence=max(VERIFIED, field.confidence), code_box=code.box)
    named = _only(name, codes)
    if named is None or name not in SUPPLIED[kind]:
        return field
    value = named.values[name]
    is_near = _folded(name, value).translate(CONFUSED) == _folded(name, field.value).translate(CONFUSED)
    if is_near:
        return PageField(value, VERIFIED, field.box, named.box)
    return replace(field, value=value, confidence=CODE_ONLY, box=named.box, code_box=named.box)


def _only(name: str, codes: Sequence[Code]) -> Code | None:
    """Return the code that names a field, unless codes name different values for it."""
    naming = [code for code in codes if name in code.values]
    is_one = len({_folded(name, code.values[name]) for code in naming}) == 1
    return naming[0] if is_one else None


def _sayings(name: str, code: Code) -> list[str]:
    """List what a code may say about a field: by name, by its whole text, or by its text behind a data identifier."""
    values = [code.values[alias] for alias in (name, *ALIASES.get(name, ())) if alias in code.values]
    if len(code.text) < MIN_CHARACTERS:
        return values
    if not code.values:
        values.append(code.text.strip())
        names = {name, *ALIASES.get(name, ())}
        values += [
            code.text[len(mark) :] for mark, of in DATA_IDENTIFIERS.items() if of in names and _starts(code, mark)
        ]
    return [value for value in values if value]


def _starts(code: Code, mark: str) -> bool:
    return code.text.startswith(mark) and len(code.text) - len(mark) >= MIN_CHARACTERS


def _understood(code: Code) -> Code:
    """Give a code that was not read here, but built by a caller, what its elements or its text name."""
    return code if code.values else replace(code, values=named_values(code.gs1) or code_content(code.text).values)


def _folded(name: str, text: str) -> str:
    """Fold width and case, and drop what is written for the eye; a date is its numbers."""
    plain = unicodedata.normalize("NFKC", text).upper()
    if "date" in name:
        compact = DATE.sub(r"\1 \2 \3", plain)
        return " ".join(str(int(number)) for number in NUMBER.findall(compact))
    return "".join(character for character in plain if character.isalnum() or character == ".").rstrip(".")
