"""Whether lines were read right: pages rendered here or reference receipts in, each line's shares and its verdict out.

A rendered page knows its print and where it stands: what was read is taken back to the flat drawing and compared with
what is printed there. Widths of signs do not count, nor do case and spaces. Pages that lie turned are left out: the
reader is asked as they lie. What this does not know: how a confidence is made of the shares.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.receipt_scores import sureness_of
from training.receipts import receipts_of
from training.render_nameplates import render_nameplate
from training.render_receipts import render_receipt
from training.render_screenshots import render_screenshot
from training.rendered_pages import RenderedPage
from vision import Box, Image, Line, read_images
from vision.readers.ctc import Spelled
from vision.readers.ppocr_reader import build

RENDERERS: Mapping[str, Callable[[int], RenderedPage]] = {
    "nameplate": render_nameplate,
    "receipt": render_receipt,
    "screenshot": render_screenshot,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One line: its kind of page, which page, what was read with the recogniser's shares, and whether it was right."""

    kind: str
    page: int
    text: str
    shares: tuple[float, ...]
    is_right: bool

    @property
    def spelled(self) -> Spelled:
        return Spelled(self.text, self.shares, ())


Read = Callable[[Image], Iterator[tuple[Line, tuple[float, ...]]]]


def line_reader() -> Read:
    """Return what reads a picture's lines with the recogniser's shares of each."""
    spelled: list[Spelled] = []

    def remember(one: Spelled) -> float:
        spelled.append(one)
        return len(spelled) - 1.0  # the line carries its number where its confidence would be

    reader = build(judge=remember)

    def read(image: Image) -> Iterator[tuple[Line, tuple[float, ...]]]:
        for line in reader.read(image):
            yield line, spelled[int(line.confidence)].shares

    return read


def rendered_lines(kind: str, seeds: Iterable[int], read: Read) -> Iterator[Judged]:
    """Render pages of a kind and judge the lines read on them."""
    for seed in seeds:
        page = RENDERERS[kind](seed)
        if page.turn:
            continue
        for line, shares in read(read_images(page.content, name=page.name)[0]):
            for is_right in verdicts(page, line):
                yield Judged(kind, seed, line.text, shares, is_right)


def verdicts(page: RenderedPage, line: Line) -> Iterator[bool]:
    """Say whether a line says what is printed in its place; nothing where nothing is printed."""
    if page.seen is None:
        return
    prints = [{"text": _folded(each.text), "box": _corners(each.place)} for each in page.printed]
    flat = replace(line, text=_folded(line.text), box=_moved(line.box, np.linalg.inv(page.seen)))
    for sure in sureness_of({"lines": prints}, [flat]):
        yield sure.is_right


def reference_lines(folder: Path, read: Read, *, limit: int = 0) -> Iterator[Judged]:
    """Judge the lines read on receipts with reference text."""
    for number, (receipt, image) in enumerate(receipts_of(folder, limit=limit)):
        for line, shares in read(image):
            for sure in sureness_of(receipt, [line]):
                yield Judged("reference", number, line.text, shares, sure.is_right)


def kept(path: Path | None, judge: Callable[[], Iterator[Judged]]) -> list[Judged]:
    """Take what an earlier run kept in a file, or judge and keep it; without a file nothing is kept."""
    if path is not None and path.is_file():
        rows = (json.loads(row) for row in path.read_text(encoding="utf-8").splitlines())
        return [Judged(**{**row, "shares": tuple(row["shares"])}) for row in rows]
    judged = list(judge())
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = (json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in judged)
        path.write_text("".join(rows), encoding="utf-8")
    return judged


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _corners(place: tuple[float, float, float, float]) -> list[float]:
    left, top, right, bottom = place
    return [left, top, right, top, right, bottom, left, bottom]


def _moved(box: Box, matrix: npt.NDArray[np.floating[Any]]) -> Box:
    points = np.c_[np.array(box), np.ones(4)] @ matrix.T
    first, second, third, fourth = ((x, y) for x, y in (points[:, :2] / points[:, 2:]).tolist())
    return (first, second, third, fourth)
