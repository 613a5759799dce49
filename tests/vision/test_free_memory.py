"""Freed memory goes back; real pictures of many shapes leave the process as small as the first few did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vision import Image, build_reader, read_images
from vision.readers.free_memory import give_back_memory

STATM = Path("/proc/self/statm")
PAGE_MB = 4096 / 1e6


def resident_mb() -> float:
    return int(STATM.read_text().split()[1]) * PAGE_MB


def test_give_back_memory_can_be_called_twice() -> None:
    give_back_memory()
    give_back_memory()


@pytest.mark.model
@pytest.mark.skipif(not STATM.exists(), reason="resident memory is read from /proc, which this system does not have")
def test_reading_pictures_of_many_shapes_keeps_memory_flat(examples: Path) -> None:
    pixels = read_images((examples / "order_zh.png").read_bytes(), name="order_zh.png")[0].pixels
    reader = build_reader("ppocr")
    sides = np.random.default_rng(7).integers(250, 700, size=(18, 2))
    sizes: list[float] = []
    for height, width in sides:
        reader.read(Image("crop", 0, np.ascontiguousarray(pixels[:height, :width])))
        sizes.append(resident_mb())
    # 185 MB were gained over 40 such pictures before freed memory was given back; the noise of one picture is about 5.
    assert max(sizes[9:]) - max(sizes[:9]) < 40
