"""Measure vision on public data: receipts, turned receipts, barcodes, EXIF turns, hostile files, an e-invoice.

    python -m training.eval_vision --data ../shared/data/vision [--only receipts,barcodes] [--plain] [--limit N]

In: the folder that data/README.md describes. Out: one table, with the date and the command, for the model card.
`--plain` runs rapidocr, zxing-cpp and, where it is on the path, tesseract as they come over the same files.
"""

from __future__ import annotations

import argparse
import json
import resource
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from training.eval_reader import memory, side_by_side
from training.eval_turns import crooked, laid_by_camera, sparse, turned
from training.gs1_round_trip import gs1
from training.receipt_scores import (
    Reading,
    Result,
    Sureness,
    box_of,
    calibration,
    count_fields,
    count_lines,
    field_results,
    sureness_of,
)
from training.receipts import receipts_of
from vision import Image, ImageRejected, Line, Reader, build_reader, page_fields, read_images, read_page
from vision.codes.barcodes import read_codes
from vision.receipts.receipt import receipt_fields

# --- Receipts


def receipts(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Read receipts and their fields."""
    reading, cpu_s = Reading(), time.process_time()
    count = 0
    rotations: Counter[int] = Counter()
    quality: Counter[str] = Counter()
    sureness: list[Sureness] = []
    for receipt, image in receipts_of(data, limit=limit):
        page = read_page(image, reader=reader)
        count += 1
        rotations[page.rotation] += 1
        quality.update(page.quality)
        count_lines(receipt, page.lines, reading)
        sureness.extend(sureness_of(receipt, page.lines))
        count_fields(receipt["fields"], page_fields(page).fields, reading.fields)
    cpu_s = time.process_time() - cpu_s
    name = f"SROIE, {count} receipts"
    yield from reading.results(name)
    yield from field_results(name, reading.fields)
    yield from calibration(name, sureness)
    yield Result(name, "turned although upright", str(count - rotations[0]))
    yield Result(name, "quality words", json.dumps(quality) if quality else "none")
    yield Result(name, "CPU s a receipt", f"{cpu_s / count:.2f}", "page and fields, codes included")


def receipt_rules(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Find fields in given text: what the rules alone do."""
    import gzip

    fields: Counter[str] = Counter()
    with gzip.open(data / "sroie" / "receipts_text_only.jsonl.gz", "rt", encoding="utf-8") as rows:
        for _, row in zip(range(limit or 10**6), rows, strict=False):
            receipt = json.loads(row)
            lines = [Line(line["text"], box_of(line["box"]), 1.0) for line in receipt["lines"]]
            count_fields(receipt["fields"], receipt_fields(lines), fields)
    yield from field_results("SROIE, given text", fields)


# --- Codes, turns, hostile files, the invoice


def barcodes(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Decode zxing-cpp's own samples."""

    def ours(image: Image) -> list[str]:
        return [code.text for code in read_codes(image)]

    yield from _barcodes(data, ours, name="barcodes", limit=limit)


def plain_barcodes(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Decode the same samples by one call of zxing-cpp."""
    import zxingcpp

    def plain(image: Image) -> list[str]:
        bgr = np.ascontiguousarray(image.pixels[:, :, ::-1])
        return [code.text for code in zxingcpp.read_barcodes(bgr, text_mode=zxingcpp.TextMode.Plain)]

    yield from _barcodes(data, plain, name="barcodes, plain zxing-cpp", limit=limit)


def _barcodes(data: Path, decode: Callable[[Image], list[str]], *, name: str, limit: int) -> Iterator[Result]:
    counts: Counter[str] = Counter()
    cpu_s = 0.0
    for sample in _rows(data / "barcodes" / "manifest.jsonl", limit):
        image = read_images((data / "barcodes" / sample["file"]).read_bytes(), name=sample["file"])[0]
        start = time.process_time()
        texts = decode(image)
        cpu_s += time.process_time() - start
        if sample["kind"] == "no-barcode":
            counts["empty"] += 1
            counts["false positive"] += bool(texts)
        elif sample["text"] is not None:
            counts["wanted"] += 1
            counts["right"] += sample["text"] in texts
            counts["misread"] += bool(texts) and sample["text"] not in texts
    yield Result(name, "right", f"{counts['right']} of {counts['wanted']}", f"{counts['right'] / counts['wanted']:.3f}")
    yield Result(name, "misread", str(counts["misread"]))
    yield Result(name, "false positives", f"{counts['false positive']} of {counts['empty']}")
    yield Result(name, "CPU s a picture", f"{cpu_s / max(1, counts['wanted'] + counts['empty']):.3f}")


def exif(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """See whether the eight EXIF turns of one photo come out alike."""
    upright = read_images((data / "exif" / "Landscape_1.jpg").read_bytes(), name="1")[0].pixels.astype(np.int16)
    alike = 0
    for number in range(1, 9):
        pixels = read_images((data / "exif" / f"Landscape_{number}.jpg").read_bytes(), name=str(number))[0].pixels
        alike += pixels.shape == upright.shape and float(np.abs(pixels - upright).mean()) < 8
    yield Result("EXIF", "upright", f"{alike} of 8", "mean difference below 8 of 255")


def hostile(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Open malformed files: each is a picture or a typed refusal."""
    files = [(path.name, path.read_bytes()) for path in sorted((data / "hostile").glob("*/*.*"))]
    files += _malformed(data.parent / "serving" / "images_malformed.tar.xz")
    reasons: Counter[str] = Counter()
    slowest_s = 0.0
    for name, content in files:
        start = time.perf_counter()
        try:
            read_images(content, name=name)
            reasons["decoded"] += 1
        except ImageRejected as rejected:
            reasons[rejected.reason] += 1
        slowest_s = max(slowest_s, time.perf_counter() - start)
    yield Result("hostile", "files", str(len(files)), json.dumps(reasons))
    yield Result("hostile", "slowest", f"{slowest_s:.2f} s")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Result("hostile", "peak memory of this run so far", f"{peak_mb:.0f} MB")


def _malformed(archive: Path) -> list[tuple[str, bytes]]:
    import tarfile

    if not archive.is_file():
        return []
    with tarfile.open(archive) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar if member.isfile()]  # type: ignore[union-attr]


INVOICE_TRUTH = {
    "发票代码": "invoice_code",
    "发票号码": "invoice_number",
    "开票日期": "date",
    "校验码": "check_code",
    "金额": "amount",
    "订单号": "order_number",
    "价税合计": "total",
}


def invoice(data: Path, reader: Reader, *, limit: int) -> Iterator[Result]:
    """Read the e-invoice, with its QR code and without."""
    for row in _rows(data / "manifest.jsonl", 0):
        if row["kind"] != "e-invoice" or not row["fields"]:
            continue
        image = read_images((data / row["file"]).read_bytes(), name=row["file"])[0]
        page = read_page(image, reader=reader)
        for name, variant in (("e-invoice", page), ("e-invoice, QR ignored", replace(page, codes=()))):
            fields = page_fields(variant).fields
            right = sum(key in fields and fields[key].value == row["fields"][zh] for zh, key in INVOICE_TRUTH.items())
            yield Result(name, "fields right", f"{right} of {len(INVOICE_TRUTH)}", f"{len(fields)} found")


def _rows(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as rows:
        for _, row in zip(range(limit or 10**6), rows, strict=False):
            yield json.loads(row)


MEASURES: dict[str, Callable[..., Iterator[Result]]] = {
    "hostile": hostile,
    "exif": exif,
    "invoice": invoice,
    "barcodes": barcodes,
    "gs1": gs1,
    "rules": receipt_rules,
    "receipts": receipts,
    "memory": memory,
    "turned": turned,
    "laid": laid_by_camera,
    "crooked": crooked,
    "sparse": sparse,
}
PLAIN: dict[str, Callable[..., Iterator[Result]]] = {"barcodes": plain_barcodes, "receipts": side_by_side}


def main() -> None:
    """Run the measures that are asked for and print one table."""
    parser = argparse.ArgumentParser(prog="python -m training.eval_vision", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/vision"))
    parser.add_argument("--only", default=",".join(MEASURES), help="comma-separated: " + ", ".join(MEASURES))
    parser.add_argument("--plain", action="store_true", help="also run rapidocr, tesseract and zxing-cpp as they come")
    parser.add_argument("--limit", type=int, default=0, help="at most this many items of each set; 0 is all")
    parser.add_argument("--threads", type=int, default=1, help="intra-op threads of the reader")
    parser.add_argument("--models-dir", type=Path, default=None)
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; pass the folder of the vision data with --data")
    reader = build_reader("ppocr", threads=options.threads, models_dir=options.models_dir)
    command = shlex.join(["python", "-m", "training.eval_vision", *sys.argv[1:]])
    table = Table("data", "metric", "value", "remark", title=f"{datetime.now(UTC):%Y-%m-%d} {command}")
    for name in options.only.split(","):
        for measure in (MEASURES[name], *([PLAIN[name]] if options.plain and name in PLAIN else [])):
            for result in measure(options.data, reader, limit=options.limit):
                table.add_row(result.data, result.metric, result.value, result.remark)
    Console(width=160 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    main()
