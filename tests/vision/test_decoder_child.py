"""The child that decodes the worst files: slow, crashing and lying decoders are refusals, and the next file is read."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.vision.drawings import encoded
from vision import ImageLimits, ImageRejected, read_images
from vision.gate.decoder_child import decode_in_child
from vision.gate.image import SLOW_SCANS, START_OF_SCAN

TIFF = encoded(Pillow.new("RGB", (40, 30), (200, 30, 30)), "TIFF")


def stand_in(script: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", f"import sys\n{script}")


@pytest.mark.parametrize(
    ("script", "reason", "said"),
    [
        pytest.param("sys.stdin.buffer.read()", "too_slow", "longer than 0.3 seconds", id="never answers"),
        pytest.param("sys.stdin.buffer.readline(); import os; os.abort()", "broken", "exit -6", id="crashes"),
        pytest.param("print('[1')", "broken", "breaks the decoder of TIFF", id="answers nonsense"),
        pytest.param("print('[1]')", "broken", "breaks the decoder of TIFF", id="answers another shape"),
        pytest.param(
            """print('{"pages": [{"height": 90000, "width": 90000, "lines": []}]}')""",
            "broken",
            "breaks the decoder",
            id="announces too much",
        ),
        pytest.param(
            """print('{"pages": [{"height": 9, "width": 9, "lines": []}]}')""",
            "broken",
            "Send a photo",
            id="ends early",
        ),
    ],
)
def test_bad_child_is_a_refusal(script: str, reason: str, said: str) -> None:
    limits = ImageLimits(seconds=0.3 if reason == "too_slow" else 20)
    with pytest.raises(ImageRejected, match=said) as caught:
        decode_in_child(TIFF, form="TIFF", name="照片.tif", limits=limits, command=stand_in(script))
    assert caught.value.reason == reason
    assert "照片.tif" in str(caught.value)


def test_file_after_a_refusal_is_read() -> None:
    with pytest.raises(ImageRejected):
        read_images(TIFF[:-20], name="cut.tif")
    with pytest.raises(ImageRejected) as caught:
        read_images(TIFF, name="a.tif", limits=ImageLimits(seconds=0.0))
    assert caught.value.reason == "too_slow"
    (image,) = read_images(TIFF, name="a.tif")
    assert image.pixels[15, 20].tolist() == [200, 30, 30]


def test_memory_of_the_child_is_bounded() -> None:
    script = """
import sys
from vision.gate.decoder_child import MEMORY_BYTES, limit_process
limit_process()
sys.stdin.buffer.read(int(sys.stdin.buffer.readline().split(b'"bytes": ')[1].split(b',')[0]))
try:
    taken = bytearray(MEMORY_BYTES + 2**26)  # what libraries gave back since is free to take
except MemoryError:
    print('{"reason": "broken", "message": "no memory"}')
"""
    with pytest.raises(ImageRejected, match="no memory"):
        decode_in_child(TIFF, form="TIFF", name="a", limits=ImageLimits(), command=(sys.executable, "-P", "-c", script))


def test_progressive_jpeg_of_many_scans_ends_in_time() -> None:
    """A scan of nothing is ten bytes; each makes the decoder walk over the whole picture."""
    noise = np.random.default_rng(7).integers(0, 255, (1500, 1500, 3), dtype=np.uint8)
    content = encoded(Pillow.fromarray(noise), "JPEG", progressive=True, quality=30)
    start = content.rindex(START_OF_SCAN)
    scans = io.BytesIO()
    scans.write(content[:-2])
    scans.write(content[start : start + 64] * (SLOW_SCANS * 2000))
    with pytest.raises(ImageRejected) as caught:
        read_images(scans.getvalue(), name="scans.jpg", limits=ImageLimits(seconds=0.5))
    assert caught.value.reason == "too_slow"
