"""PP-OCRv6 through rapidocr on onnxruntime: a decoded picture in, lines with boxes and confidences out.

One engine is shared by all threads behind a semaphore, with a fixed number of intra-op threads. The weights come from
the folder that the model's card is located in, never from a hub; rapidocr is given arrays, never a path or a URL.
A line's confidence is calibrated: of the lines at .9, nine in ten are right to the last character.

What this does not know: which way is up (vision.orientation asks several times), and the order of reading.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model_cards import locate
from vision.free_memory import give_back_memory
from vision.records import Box, Image, Line, Pixels
from vision.tiles import cut, longest, placed, tiles_of

if TYPE_CHECKING:
    from model_cards import Located

MODEL = "ppocr-v6"
DETECTION_FILE = "PP-OCRv6_det_small.onnx"
RECOGNITION_FILE = "PP-OCRv6_rec_small.onnx"

MIN_SIDE_PX = 8
"""The recogniser takes strips 48 px high; print that is a sixth of that holds no strokes."""

SURE_ACCENT = 0.99
"""On SROIE, where nothing bears an accent, every accent stood in a line below .97."""

SCORES = (0.5, 0.75, 0.915, 0.94, 0.96, 0.975, 0.985, 0.9925, 1.0)
SHARES_RIGHT = (0.2, 0.57, 0.6, 0.76, 0.8, 0.88, 0.93, 0.967, 0.986)
"""Of 1,980 lines read on SROIE's 40 development receipts, how many agree to the last character, spaces aside, with the
reference, by score (2026-11-22). `python -m training.eval_vision --only receipts` shows how it holds."""

GLUED_TIME = re.compile(r"(?:(?<=\d{4}[-/.]\d{2}[-/.]\d{2})|(?<=\d{2}[-/.]\d{2}[-/.]\d{4}))(?=\d{2}:\d{2})")


def build(*, models_dir: Path | None = None, threads: int = 1, max_side_px: int = 2000) -> PpocrReader:
    """Load the weights and return a reader.

    Raises:
        model_cards.ModelMissing: the weights are not on this machine; the message says what brings them.
    """
    return PpocrReader(
        engine=f"ppocr:{MODEL}", session=_load(locate(MODEL, models_dir=models_dir), threads, max_side_px)
    )


class PpocrReader:
    """A loaded PP-OCR engine."""

    def __init__(self, *, engine: str, session: Any) -> None:
        self._engine = engine
        self._session = session
        # rapidocr keeps the size of the current picture on its detector, so one picture at a time.
        self._semaphore = threading.Semaphore(1)

    @property
    def engine(self) -> str:
        return self._engine

    def read(self, image: Image) -> tuple[Line, ...]:
        if min(image.width_px, image.height_px) < MIN_SIDE_PX:
            return ()
        pixels, scale = _shortened(image.pixels)
        tiles = tiles_of(pixels.shape[0], pixels.shape[1])
        lines = [line for tile in tiles for line in placed(self._read(cut(pixels, tile)), tile)]
        return tuple(lines) if scale == 1.0 else tuple(_scaled(line, scale) for line in lines)

    def _read(self, pixels: Pixels) -> Iterator[Line]:
        with self._semaphore:
            result = self._session(np.ascontiguousarray(pixels[:, :, ::-1]))  # rapidocr takes BGR
            give_back_memory()
        if result.boxes is None:
            return
        for text, corners, score in zip(result.txts, result.boxes, result.scores, strict=True):
            yield Line(mended(text, score=float(score)), _box(corners), calibrated(float(score)))


def _shortened(pixels: Pixels) -> tuple[Pixels, float]:
    """Scale a strip too long for its tiles down; return how many times smaller it became."""
    height, width = pixels.shape[:2]
    scale = height / longest(width)
    if scale <= 1.0:
        return pixels, 1.0
    from PIL import Image as Pillow

    size = (max(MIN_SIDE_PX, round(width / scale)), round(height / scale))
    return np.asarray(Pillow.fromarray(pixels).resize(size)), scale


def _scaled(line: Line, scale: float) -> Line:
    first, second, third, fourth = ((x * scale, y * scale) for x, y in line.box)
    return replace(line, box=(first, second, third, fourth))


def mended(text: str, *, score: float) -> str:
    """Undo two slips of the recogniser: a dropped space between date and time, a doubtful accent on a Latin letter.

    >>> mended("2025-06-1809:12:33", score=1.0), mended("Simpàng", score=0.96), mended("Café", score=1.0)
    ('2025-06-18 09:12:33', 'Simpang', 'Café')
    """
    if score < SURE_ACCENT and not text.isascii():
        text = "".join(_without_accent(character) for character in text)
    return GLUED_TIME.sub(" ", text)


def calibrated(score: float) -> float:
    """Turn the recogniser's score into the share of lines of that score that are right.

    >>> calibrated(0.94), calibrated(0.4), calibrated(1.0)
    (0.76, 0.2, 0.986)
    """
    return round(float(np.interp(score, SCORES, SHARES_RIGHT)), 4)


def _without_accent(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0] if "À" <= character <= "ɏ" else character


def _box(corners: Any) -> Box:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return (first, second, third, fourth)


def _load(located: Located, threads: int, max_side_px: int) -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # it turns upright lines over; see vision.orientation
            "Global.max_side_len": max_side_px,
            "Det.model_path": str(located.path / DETECTION_FILE),
            "Rec.model_path": str(located.path / RECOGNITION_FILE),
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
