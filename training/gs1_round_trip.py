"""The official table of GS1 application identifiers in, random valid values for each of them out.

Reads the GS1 Barcode Syntax Dictionary (one line an identifier or a range: flags, components such as "N13,csum" or
"[X..17]", attributes, title). What this does not know: which elements must stand together.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.receipt_scores import Result
from vision import Image
from vision.codes.barcodes import read_codes
from vision.codes.gs1 import bracketed_elements, element_strings

SYMBOLOGIES = ("DataMatrix", "QRCode", "Code128")

COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d{1,2})\]?((?:,[a-z0-9]{1,20}){0,4})")
CSET_39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CSET_64 = "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CSET_82 = "!\"%&'()*+,-./:;<=>?" + CSET_64.replace("-", "")
CSETS = {"N": "0123456789", "X": CSET_82, "Y": CSET_39, "Z": CSET_64}
FIXED = {
    "yymmdd": "270228",
    "yymmd0": "270200",
    "yyyymmdd": "19700228",
    "hhmi": "2359",
    "hh": "23",
    "mi": "59",
    "ss": "58",
    "iso3166": "156",
    "iso3166999": "999",
    "iso3166alpha2": "CN",
    "iso4217": "156",
    "pieceoftotal": "0203",
    "latitude": "1800000000",
    "longitude": "3600000000",
    "yesno": "1",
    "hyphen": "-",
    "winding": "1",
    "zero": "0",
    "iso5218": "1",
    "posinseqslash": "1/2",
    "mediatype": "10",
}
"""Content that a component's lint asks for."""


@dataclass(frozen=True, slots=True)
class Component:
    kind: str  # N, X, Y or Z
    is_open: bool  # 1..length instead of length
    length: int
    is_optional: bool
    lints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gs1Row:
    identifier: str
    components: tuple[Component, ...]


def gs1_rows(dictionary: str) -> list[Gs1Row]:
    """Read the table, ranges spelled out."""
    rows: list[Gs1Row] = []
    for line in dictionary.splitlines():
        head, _, rest = line.partition("#")[0].strip().partition(" ")
        if not re.fullmatch(r"\d{2,4}(?:-\d{2,4})?", head):
            continue
        first, _, last = head.partition("-")
        components = tuple(_components(rest.split()))
        rows.extend(
            Gs1Row(str(number).zfill(len(first)), components) for number in range(int(first), int(last or first) + 1)
        )
    return rows


def sample_value(row: Gs1Row, seeded: random.Random) -> str:
    """Draw a valid value; optional components are there half of the time."""
    value = ""
    for component in row.components:
        if component.is_optional and seeded.random() < 0.5:
            break
        value += _drawn(component, seeded)
    return value


def _components(words: Iterable[str]) -> Iterable[Component]:
    for word in words:
        match = COMPONENT.fullmatch(word)
        if match:
            yield Component(match[2], bool(match[3]), int(match[4]), bool(match[1]), tuple(match[5].split(",")[1:]))


def _drawn(component: Component, seeded: random.Random) -> str:
    for lint in component.lints:
        if lint in FIXED:
            return FIXED[lint]
    length = seeded.randint(1, component.length) if component.is_open else component.length
    value = "".join(seeded.choice(CSETS[component.kind]) for _ in range(length))
    if "csum" in component.lints:
        value = value[:-1] + check_digit(value[:-1])
    return value


def check_digit(digits: str) -> str:
    """Compute GS1's modulo-10 check digit.

    >>> check_digit("0950400005910")
    '1'
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gs1(data: Path, reader: object, *, limit: int) -> Iterator[Result]:
    """Take random valid values of every identifier through text forms and drawn symbols, and count what comes back."""
    rows = gs1_rows((data / "gs1" / "gs1-syntax-dictionary.txt").read_text("utf-8"))[: limit or None]
    seeded = random.Random(7)
    wrong: dict[str, list[str]] = {name: [] for name in ("element string", "bracketed", *SYMBOLOGIES)}
    refused: Counter[str] = Counter()
    for row in rows:
        value = sample_value(row, seeded)
        wanted = {row.identifier: value}
        if element_strings(f"\x1d{row.identifier}{value}\x1d") != wanted:
            wrong["element string"].append(row.identifier)
        if bracketed_elements(f"({row.identifier}){value}") != wanted:
            wrong["bracketed"].append(row.identifier)
        for symbology in SYMBOLOGIES:
            # The encoder reads the bracketed form, and takes a bracket in a value for the next identifier.
            drawable = {row.identifier: value.replace("(", "-").replace(")", "-")}
            picture = _drawn_symbol(symbology, drawable)
            if picture is None:
                refused[symbology] += 1
            elif [code.gs1 for code in read_codes(picture)] != [drawable]:
                wrong[symbology].append(row.identifier)
    for name, identifiers in wrong.items():
        count = len(rows) - refused[name]
        remark = f"{refused[name]} refused by the encoder" if refused[name] else ""
        yield Result("GS1 identifiers", name, f"{count - len(identifiers)} of {count}", remark or " ".join(identifiers))


def _drawn_symbol(symbology: str, elements: Mapping[str, str]) -> Image | None:
    import zxingcpp

    text = "".join(f"({identifier}){value}" for identifier, value in elements.items())
    try:
        barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology), gs1=True)
    except (ValueError, RuntimeError):  # too long for the symbology, or against the encoder's own rules
        return None
    grey = np.pad(np.array(zxingcpp.write_barcode_to_image(barcode, scale=3)), 40, constant_values=255)
    return Image(symbology, 0, np.repeat(grey[:, :, None], 3, axis=2))
