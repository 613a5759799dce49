"""Score what was read on receipts against their reference: lines, characters, code-like tokens, fields, confidence.

In: a receipt of SROIE as data/README.md describes it, and the lines or fields that were found. Out: rows of a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import Levenshtein

from vision import Box, Line, PageField
from vision.lines.layout import enclosing

FOUND_WITHIN = 0.5
"""A line counts as found when at most half its characters differ from what stands in its place."""
CODE_LENGTH = 4
PROMISE = 0.98
"""The house's default: what is filled without a person is right so often."""
RECEIPT_FIELDS = ("company", "date", "address", "total")


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table."""

    data: str
    metric: str
    value: str
    remark: str = ""


@dataclass(slots=True)
class Reading:
    """Counts over receipts."""

    lines: int = 0
    found: int = 0
    characters: int = 0
    edits: int = 0
    codes: int = 0
    codes_found: int = 0
    fields: Counter[str] = field(default_factory=Counter)

    def results(self, name: str) -> Iterator[Result]:
        yield Result(name, "lines found", f"{self.found / self.lines:.4f}", f"{self.lines} lines")
        yield Result(name, "CER of found lines", f"{self.edits / self.characters:.4f}")
        yield Result(name, "code-like tokens found", f"{self.codes_found / self.codes:.4f}", f"{self.codes} tokens")


@dataclass(frozen=True, slots=True)
class Sureness:
    """One line's confidence, and whether it was right to the last character."""

    confidence: float
    is_right: bool


def sureness_of(receipt: dict[str, Any], lines: Sequence[Line]) -> Iterator[Sureness]:
    references = [Line(each["text"], box_of(each["box"]), 1.0) for each in receipt["lines"]]
    for line in lines:
        texts = list(_in_place({"text": line.text, "box": [xy for point in line.box for xy in point]}, references))
        if any(texts):
            yield Sureness(line.confidence, _squeezed(line.text) in texts)


def calibration(name: str, sureness: Sequence[Sureness]) -> Iterator[Result]:
    """Compare confidence with the share of right lines in ten bins; the mean gap is the expected calibration error."""
    gap = 0.0
    shares = []
    for low in range(10):
        inside = [each for each in sureness if low / 10 <= each.confidence < (low + 1) / 10]
        if inside:
            right = sum(each.is_right for each in inside) / len(inside)
            stated = sum(each.confidence for each in inside) / len(inside)
            gap += abs(right - stated) * len(inside) / len(sureness)
            shares.append(f"{stated:.2f}: {right:.2f} of {len(inside)}")
    yield Result(name, "calibration error of lines", f"{gap:.3f}", ", ".join(shares))


def box_of(flat: Sequence[float]) -> Box:
    x1, y1, x2, y2, x3, y3, x4, y4 = (float(value) for value in flat)
    return ((x1, y1), (x2, y2), (x3, y3), (x4, y4))


def _squeezed(text: str) -> str:
    return "".join(text.upper().split())


def count_lines(receipt: dict[str, Any], lines: Sequence[Line], reading: Reading) -> None:
    """Compare each reference line with what was read in its place, without spaces and case."""
    everything = "".join(_squeezed(line.text) for line in lines)
    for reference in receipt["lines"]:
        wanted = _squeezed(reference["text"])
        edits = min((Levenshtein.distance(wanted, read) for read in _in_place(reference, lines)), default=len(wanted))
        reading.lines += 1
        if edits <= FOUND_WITHIN * len(wanted):
            reading.found += 1
            reading.edits += edits
            reading.characters += len(wanted)
        for token in reference["text"].upper().split():
            if len(token) >= CODE_LENGTH and any(character.isdigit() for character in token):
                reading.codes += 1
                reading.codes_found += token in everything


def _in_place(reference: dict[str, Any], lines: Sequence[Line]) -> Iterator[str]:
    """Yield what was read where the reference stands: each line, all joined, the reference itself inside one."""
    (left, top), _, (right, bottom), _ = enclosing([box_of(reference["box"])])
    inside: list[tuple[float, str]] = []
    for line in lines:
        (x1, y1), _, (x2, y2), _ = enclosing([line.box])
        if min(right, x2) <= max(left, x1) or min(bottom, y2) - max(top, y1) <= 0.5 * min(bottom - top, y2 - y1):
            continue
        text = _squeezed(line.text)
        if _squeezed(reference["text"]) in text:
            yield _squeezed(reference["text"])
        yield text
        if min(right, x2) - max(left, x1) > 0.5 * (x2 - x1):
            inside.append((x1, text))
    yield "".join(text for _, text in sorted(inside))


def count_fields(truth: dict[str, str], found: Mapping[str, PageField], counts: Counter[str]) -> None:
    """Count what was wanted, given, right after normalisation, and right but for case and the width of spaces.

    A value that the reference lacks counts as given and wrong; an empty reference wants nothing.
    """
    for name in RECEIPT_FIELDS:
        wanted = truth.get(name, "")
        counts[f"{name} wanted"] += bool(wanted)
        if name in found:
            counts[f"{name} given"] += 1
            right = is_right(name, found[name].value, wanted)
            counts[f"{name} right"] += right
            if found[name].confidence >= PROMISE:
                counts["filled right" if right else "filled wrong"] += 1
            counts[f"{name} verbatim"] += " ".join(found[name].value.upper().split()) == " ".join(
                wanted.upper().split()
            )


def is_right(name: str, value: str, wanted: str) -> bool:
    """Compare a value with its reference, to the last letter and digit.

    Company and address: case, spaces and punctuation do not count. Total: digits and the point alone count, so that
    "RM 12.50" is "12.50" and "1,234.50" is "1234.50", but "43.7" is not "43.70". Date: case, spaces and brackets do not
    count, its separators and its order do. An empty reference is matched by nothing.

    >>> is_right("address", "No 2, Jalan 1.", "NO.2 JALAN 1"), is_right("date", "28-03-18", "28/03/18")
    (True, False)
    """
    return bool(wanted) and _normalised(name, value) == _normalised(name, wanted)


def _normalised(name: str, value: str) -> str:
    if name == "total":
        return re.sub(r"[^\d.]", "", value)
    if name == "date":
        return re.sub(r"[\s()]", "", value.upper())
    return re.sub(r"\W", "", value.upper())


def field_results(name: str, counts: Counter[str]) -> Iterator[Result]:
    for score in ("right", "verbatim"):
        right = sum(counts[f"{each} {score}"] for each in RECEIPT_FIELDS)
        given = sum(counts[f"{each} given"] for each in RECEIPT_FIELDS)
        wanted = sum(counts[f"{each} wanted"] for each in RECEIPT_FIELDS)
        share = " ".join(
            f"{each} {counts[f'{each} {score}'] / counts[f'{each} wanted']:.3f}"
            for each in RECEIPT_FIELDS
            if counts[f"{each} wanted"]
        )
        yield Result(
            name,
            f"field F1, {'normalised' if score == 'right' else score}",
            f"{2 * right / max(1, given + wanted):.3f}",
            share,
        )
    filled = f"{counts['filled right']}, {counts['filled wrong']}"
    yield Result(name, "filled at 98%: right, wrong", filled, f"of {wanted} fields")
