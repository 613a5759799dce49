"""Measure readers alone: ours, on OpenVINO, plain rapidocr and tesseract on the same receipts; memory over pictures.

In: the folder of the vision data. Out: rows of the table that `python -m training.eval_vision` prints. Every receipt is
read by all of them in turn, so that what else the machine does costs each the same; times are CPU seconds for reading
alone, without codes and fields: of one thread, but for rapidocr as it comes, which takes as many as there are cores.
Boxes and texts are compared as in receipt_scores.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import PIL.Image

from training.receipt_scores import Reading, Result, box_of, count_lines
from training.receipts import receipts_of
from vision import Box, Image, Line, Reader, build_reader

PICTURES = 1_000
WARM_UP = 100
SIDES_PX = (160, 900)
SEED = 7
TESSERACT_LANGUAGES = ("eng", "chi_sim")


@dataclass(slots=True)
class Reads:
    """What one reader made of the receipts."""

    name: str
    read: Callable[[Image], Sequence[Line]]
    reading: Reading = field(default_factory=Reading)
    texts: list[tuple[str, ...]] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)


def side_by_side(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Read each receipt by every reader at hand."""
    readers = [
        Reads("ours", reader.read),
        Reads("plain rapidocr", _plain_rapidocr()),
        Reads("plain rapidocr, one thread", _plain_rapidocr(threads=1)),
    ]
    if find_spec("openvino") is not None:
        readers.append(Reads("ours on openvino", build_reader("openvino").read))
    if shutil.which("tesseract") is not None:
        languages = _tesseract_languages()
        readers.append(Reads(f"tesseract {languages}", lambda image: _tesseract(image, languages)))
    for receipt, image in receipts_of(data, limit=limit):
        for each in readers:
            start_s = _cpu_s()
            lines = each.read(image)
            each.cpu_s.append(_cpu_s() - start_s)
            each.texts.append(tuple(line.text for line in lines))
            count_lines(receipt, lines, each.reading)
    ours = readers[0]
    count = len(ours.texts)
    for each in readers:
        name = f"SROIE, {count} receipts, {each.name}"
        yield from each.reading.results(name)
        shares = [one / other for one, other in zip(each.cpu_s, readers[1].cpu_s, strict=True)]
        remark = (
            f"median a receipt {median(each.cpu_s):.2f}; of plain rapidocr's, median a receipt {median(shares):.2f}"
        )
        yield Result(name, "CPU s a receipt", f"{sum(each.cpu_s) / count:.2f}", remark)
        alike = sum(one == other for one, other in zip(each.texts, ours.texts, strict=True))
        yield Result(name, "receipts of the same text as ours", f"{alike} of {count}")


def memory(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Read a thousand pictures of varied shape, cut from receipts, and fit a line through the memory in use."""
    count = limit or PICTURES
    receipts = [image for _, image in receipts_of(data, limit=40)]
    random = np.random.default_rng(SEED)
    resident_mib = []
    for number in range(count):
        reader.read(_piece(receipts[number % len(receipts)], random))
        resident_mib.append(_resident_mib())
    warm = min(WARM_UP, count // 2)
    slope, _ = np.polyfit(np.arange(warm, count), resident_mib[warm:], 1)
    remark = (
        f"{resident_mib[warm]:.0f} MiB after {warm}, {resident_mib[-1]:.0f} at the end, {max(resident_mib):.0f} at most"
    )
    yield Result(f"{count} pictures", "memory, MiB gained in 100 pictures", f"{100 * slope:+.2f}", remark)


def _piece(image: Image, random: np.random.Generator) -> Image:
    """Cut a piece of random place and shape out of a picture."""
    width, height = (
        min(side, int(random.integers(SIDES_PX[0], SIDES_PX[1]))) for side in (image.width_px, image.height_px)
    )
    left, top = int(random.integers(image.width_px - width + 1)), int(random.integers(image.height_px - height + 1))
    return replace(image, pixels=np.ascontiguousarray(image.pixels[top : top + height, left : left + width]))


def _plain_rapidocr(*, threads: int | None = None) -> Callable[[Image], Sequence[Line]]:
    from rapidocr import RapidOCR

    fixed = {} if threads is None else {"EngineConfig.onnxruntime.intra_op_num_threads": threads}
    engine: Any = RapidOCR(params={"Global.log_level": "critical", **fixed})

    def read(image: Image) -> Sequence[Line]:
        found = engine(np.ascontiguousarray(image.pixels[:, :, ::-1]))
        if not found.txts:
            return ()
        return [
            Line(text, box_of(np.asarray(box).ravel().tolist()), float(score))
            for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)
        ]

    return read


def _tesseract_languages() -> str:
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout.split()
    return "+".join(language for language in TESSERACT_LANGUAGES if language in listed)


def _tesseract(image: Image, languages: str) -> list[Line]:
    """Read by tesseract as it comes, on one thread."""
    content = io.BytesIO()
    PIL.Image.fromarray(image.pixels).save(content, "PNG", compress_level=1)
    told = subprocess.run(
        ["tesseract", "-", "-", "-l", languages, "tsv"],
        input=content.getvalue(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    words: dict[tuple[str, ...], list[list[str]]] = {}
    for row in told.stdout.decode("utf-8", "replace").splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            words.setdefault(tuple(cells[1:5]), []).append(cells)
    return [_line_of(cells) for cells in words.values()]


def _line_of(words: Sequence[Sequence[str]]) -> Line:
    sides = [tuple(float(cell) for cell in word[6:10]) for word in words]
    left, top = min(side[0] for side in sides), min(side[1] for side in sides)
    right, bottom = max(side[0] + side[2] for side in sides), max(side[1] + side[3] for side in sides)
    box: Box = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Line(" ".join(word[11] for word in words), box, min(float(word[10]) for word in words) / 100)


def _cpu_s() -> float:
    """Return what this process and the programs that it ran have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _resident_mib() -> float:
    with open("/proc/self/statm", encoding="ascii") as sizes:
        return int(sizes.read().split()[1]) * resource.getpagesize() / 2**20
