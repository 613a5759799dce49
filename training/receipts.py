"""The receipts of SROIE as data/README.md describes them: a folder in, each reference and its decoded picture out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vision import Image, read_images

Receipt = dict[str, Any]


def receipts_of(data: Path, *, limit: int = 0) -> Iterator[tuple[Receipt, Image]]:
    """Yield receipts in the file's order; `limit` 0 is all."""
    with (data / "sroie" / "receipts.jsonl").open(encoding="utf-8") as rows:
        for _, row in zip(range(limit or 10**6), rows, strict=False):
            receipt = json.loads(row)
            path = data / "sroie" / receipt["image"]
            yield receipt, read_images(path.read_bytes(), name=path.name)[0]
