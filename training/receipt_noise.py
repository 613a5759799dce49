"""What a reader makes of print: a composed receipt in, the same misread out, with confidences as a reader gives them.

Letters are taken for their look-alikes, spaces go, lines break in two or are lost, case varies. Rates are about those
of PP-OCRv6 on photographed receipts; its habits beyond that are not imitated.
"""

from __future__ import annotations

import random
from dataclasses import replace

from training.receipt_sets import Composed
from vision import Line
from vision.lines.layout import part_of

LOOK_ALIKES = {
    "0": "OD8", "O": "0DQ", "1": "lI7", "I": "1l", "l": "1I", "5": "S6", "S": "5", "8": "B3", "B": "8R",
    "6": "G5", "G": "6C",
    "2": "Z", "Z": "2", "E": "F", "F": "PE", "N": "M", "M": "NH", "H": "N", "U": "V", "V": "U", "A": "4", "T": "7",
    "a": "o",
    "e": "c", "o": "e", "n": "m", "r": "t", "t": "f", ".": ",", ",": ".", ":": ".", 
    "日": "曰", "未": "末", "土": "士", "金": "全",
}  # fmt: skip


def misread(receipt: Composed, *, seed: int) -> Composed:
    """Read a composed receipt badly; its fields stay what is right."""
    rng = random.Random(seed)
    is_title = receipt.language == "en" and rng.random() < 0.3
    harm = rng.choice((0.0, 0.0, 0.005, 0.01, 0.03))  # of letters
    lines: list[Line] = []
    tags: list[str] = []
    for line, tag in zip(receipt.lines, receipt.tags, strict=True):
        if rng.random() < harm / 2:
            continue
        text = line.text.title() if is_title else line.text
        read = _letters(rng, text, harm)
        if rng.random() < 4 * harm:
            read = read.replace(" ", "")
        confidence = rng.uniform(0.6, 0.94) if read != text else rng.uniform(0.93, 1.0)
        for piece in _pieces(rng, replace(line, text=read, confidence=round(confidence, 4)), harm):
            lines.append(piece)
            tags.append(tag)
    return replace(receipt, lines=tuple(lines), tags=tuple(tags))


def _letters(rng: random.Random, text: str, harm: float) -> str:
    return "".join(
        rng.choice(LOOK_ALIKES[letter]) if letter in LOOK_ALIKES and rng.random() < harm else letter for letter in text
    )


def _pieces(rng: random.Random, line: Line, harm: float) -> tuple[Line, ...]:
    """Break a line in two at a space, now and then."""
    at = line.text.find(" ", len(line.text) // 3)
    if at < 0 or rng.random() >= 2 * harm:
        return (line,)
    length = len(line.text)
    return (
        replace(line, text=line.text[:at], box=part_of(line.box, 0, at, length)),
        replace(line, text=line.text[at + 1 :], box=part_of(line.box, at + 1, length, length)),
    )
