"""PP-OCRv6 through rapidocr on onnxruntime: a decoded picture in, lines with boxes and confidences out.

rapidocr loads the two networks and turns the detector's map into boxes. Lines are looked for in a smaller picture, cut
out of the whole one, read in batches of like width, and spelled with what else their doubtful characters may be.
One engine is shared by all threads behind a semaphore, with a fixed number of intra-op threads. The weights come from
the folder that the model's card is located in, never from a hub; rapidocr is given arrays, never a path or a URL.
A line's confidence is calibrated: of the lines at .9, nine in ten are right to the last character.

What this does not know: which way is up (vision.readers.orientation asks several times), and the order of reading.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model_cards import locate
from vision.lines.layout import height_of, width_of
from vision.readers.ctc import Posteriors, Spelled, spell
from vision.readers.free_memory import give_back_memory
from vision.readers.line_confidence import confidence_of
from vision.readers.settled import settled
from vision.readers.strips import NO_MARGIN, Margin, batches_of
from vision.readers.tiles import cut, longest, placed, tiles_of
from vision.records import Box, Doubt, Image, Line, Pixels

if TYPE_CHECKING:
    from model_cards import Located

MODEL = "ppocr-v6"
DETECTION_FILE = "PP-OCRv6_det_small.onnx"
RECOGNITION_FILE = "PP-OCRv6_rec_small.onnx"
CHARACTERS_KEY = "character"
"""Where the recogniser's file lists its characters."""

Values = npt.NDArray[np.float32]
Judge = Callable[[Spelled], float]
"""Says how surely a line was read right, 0..1."""

MIN_SIDE_PX = 8
"""The recogniser takes strips 48 px high; print that is a sixth of that holds no strokes."""

SURE_ACCENT = 0.99
"""On SROIE, where nothing bears an accent, every accent stood in a line below .97."""

FULL_WIDTH = "（），：；！？％＃＆＊＋－．／＝＠［］０１２３４５６７８９"
FULL_WIDTH_TABLE = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in FULL_WIDTH}
FIRST_EASTERN = "\u2e80"
"""From here on Unicode holds the scripts whose own signs are of full width."""

FIND_LONG_PX = 1600
FIND_SHORT_PX = 640
"""Lines are looked for in a picture of at most the one side and at least the other: rapidocr's own 2000 and 736 find
no more and take twice the time (16 receipts of SROIE, 2026-11-23: .9943 of lines against .9931)."""
FIND_MOST_PX = 2000
"""A narrow strip is not enlarged beyond it for the sake of its short side."""
SMALL_PRINT_PX, CLEAR_PRINT_PX = 16, 22
CLOSE_LONG_PX = 3200
"""Median heights of boxes as the detector sees them: below the one it looks again, so that they come to the other. Six
of SROIE's receipts laid on a picture of 12 megapixels, boxes of 14 to 20 px: .933 of lines found, with the second look
.976; half as large again, .995 without one (2026-11-23). Where nothing was found, a closer look found nothing."""
DETECTOR_STEP_PX = 32
WIDE = Margin(along=0.2, across=0.1)
SURE_SCORE = 0.97
"""A wider cut saves first and last characters, a closer one tight print. On the even 20 of SROIE's 40 receipts the
closer cut alone had a CER of .0172 and .949 of the codes, the wider .0165 and .958, and both, where the wider was below
.97, .0156 and .966; on the odd 20, which chose nothing, .0087 and .977, .0096 and .971, .0086 and .977 (2026-11-23)."""
PICTURES_A_TRIM = 8
"""After each picture it costs 8% of the reading, because the next one asks for the same pages again (1.02 s of CPU
against .93 on 8 of SROIE's receipts, 2026-11-23)."""
LEAST_SCORE = 0.5
"""PP-OCR's own: below it a line is a texture more often than print."""

GLUED_TIME = re.compile(r"(?:(?<=\d{4}[-/.]\d{2}[-/.]\d{2})|(?<=\d{2}[-/.]\d{2}[-/.]\d{4}))(?=\d{2}:\d{2})")


def build(*, models_dir: Path | None = None, threads: int = 1, judge: Judge = confidence_of) -> PpocrReader:
    """Load the weights and return a reader; `judge` says how surely a line was read.

    Raises:
        model_cards.ModelMissing: the weights are not on this machine; the message says what brings them.
    """
    return PpocrReader(f"ppocr:{MODEL}", _load(locate(MODEL, models_dir=models_dir), threads=threads), judge)


class PpocrReader:
    """A loaded PP-OCR engine."""

    def __init__(self, engine: str, networks: Networks, judge: Judge = confidence_of) -> None:
        from rapidocr.ch_ppocr_det.utils import DBPostProcess

        self._engine = engine
        self._networks = networks
        self._judge = judge
        # rapidocr's own values for PP-OCRv6
        self._boxes = DBPostProcess(thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True)
        # One picture at a time: two would take twice the memory and no less time.
        self._semaphore = threading.Semaphore(1)
        self._until_trim = 0

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

    def _read(self, pixels: Pixels) -> list[Line]:
        picture = np.ascontiguousarray(pixels[:, :, ::-1])  # PP-OCR was trained on BGR
        with self._semaphore:
            boxes = self._find(picture)
            spelled = self._spell(picture, boxes)
            self._trim_now_and_then()
        return [
            settled(mended(Line(each.text, box, self._judge(each), each.doubts), score=each.score))
            for each, box in zip(spelled, boxes, strict=True)
            if each.text.strip() and each.score >= LEAST_SCORE
        ]

    def _trim_now_and_then(self) -> None:
        self._until_trim -= 1
        if self._until_trim < 0:
            self._until_trim = PICTURES_A_TRIM - 1
            give_back_memory()

    def _find(self, picture: Pixels) -> list[Box]:
        """Find the boxes of lines; again, closer, where a picture made smaller shows small print."""
        scale = find_scale(*picture.shape[:2])
        boxes = self._detect(picture, scale)
        closer = closer_scale(scale, boxes, longest_px=max(picture.shape[:2]))
        return boxes if closer == scale else self._detect(picture, closer)

    def _detect(self, picture: Pixels, scale: float) -> list[Box]:
        import cv2

        height, width = picture.shape[:2]
        size = (_whole(width * scale), _whole(height * scale))
        shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        values = np.asarray(shrunk, dtype=np.float32).transpose(2, 0, 1)[np.newaxis] / 127.5 - 1
        corners, _ = self._boxes(self._networks.detector(values), (height, width))
        return [_box(each) for each in corners]

    def _spell(self, picture: Pixels, boxes: Sequence[Box]) -> list[Spelled]:
        """Read every line; what was not read surely is read once more, cut closer, and the surer reading is kept."""
        spelled = self._spell_cut(picture, boxes, WIDE)
        again = [number for number, each in enumerate(spelled) if each.score < SURE_SCORE]
        closer = self._spell_cut(picture, [boxes[number] for number in again], NO_MARGIN)
        for number, each in zip(again, closer, strict=True):
            spelled[number] = max(spelled[number], each, key=attrgetter("score"))
        return spelled

    def _spell_cut(self, picture: Pixels, boxes: Sequence[Box], margin: Margin) -> list[Spelled]:
        spelled: dict[int, Spelled] = {}
        for batch in batches_of(picture, boxes, margin=margin):
            posteriors = self._networks.recogniser(batch.strips)
            for number, rows in zip(batch.numbers, posteriors, strict=True):
                spelled[number] = spell(rows, self._networks.characters)
        return [spelled[number] for number in range(len(boxes))]


def find_scale(height: int, width: int) -> float:
    """Say how much smaller or larger a picture is made to look for lines in it.

    >>> find_scale(2000, 900), find_scale(400, 300)
    (0.8, 2.1333333333333333)
    """
    short, long = min(height, width), max(height, width)
    return max(min(1.0, FIND_LONG_PX / long), min(FIND_SHORT_PX / short, FIND_MOST_PX / long))


def closer_scale(scale: float, boxes: Sequence[Box], *, longest_px: int) -> float:
    """Say at which scale to look again: the same where print is large enough or the picture was not made smaller.

    >>> small = ((0, 0), (200, 0), (200, 20), (0, 20))
    >>> closer_scale(0.4, [small], longest_px=4000), closer_scale(0.8, [small], longest_px=1900)
    (0.8, 0.8)
    """
    if scale >= 1.0 or not boxes:
        return scale
    print_px = median(min(height_of(box), width_of(box)) for box in boxes)
    if print_px * scale >= SMALL_PRINT_PX:
        return scale
    return max(scale, min(1.0, CLEAR_PRINT_PX / max(print_px, 1.0), CLOSE_LONG_PX / longest_px))


def _whole(length: float) -> int:
    """Round to what the detector's five halvings take."""
    return max(DETECTOR_STEP_PX, round(length / DETECTOR_STEP_PX) * DETECTOR_STEP_PX)


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


def mended(line: Line, *, score: float) -> Line:
    """Undo three slips of the recogniser: a dropped space between date and time, a doubtful accent on a Latin letter,
    and a sign in full width among half-width ones.

    >>> corners = ((0, 0), (9, 0), (9, 1), (0, 1))
    >>> [mended(Line(text, corners, 1.0), score=0.96).text for text in ("2025-06-1809:12:33", "Simpàng", "BHD.（12）")]
    ['2025-06-18 09:12:33', 'Simpang', 'BHD.(12)']
    """
    text = line.text
    if score < SURE_ACCENT and not text.isascii():
        text = "".join(_without_accent(character) for character in text)
    if not any(character >= FIRST_EASTERN and character not in FULL_WIDTH for character in text):
        text = text.translate(FULL_WIDTH_TABLE)
    spaces = [match.start() for match in GLUED_TIME.finditer(text)]
    doubts = tuple(_moved(doubt, sum(at <= doubt.start for at in spaces)) for doubt in line.doubts)
    return replace(line, text=GLUED_TIME.sub(" ", text), doubts=doubts)


def _moved(doubt: Doubt, characters: int) -> Doubt:
    return replace(doubt, start=doubt.start + characters, end=doubt.end + characters)


def _without_accent(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0] if "À" <= character <= "ɏ" else character


def _box(corners: Any) -> Box:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return (first, second, third, fourth)


@dataclass(frozen=True, slots=True)
class Networks:
    """The two networks of PP-OCR as they are run, and the recogniser's classes."""

    detector: Callable[[Values], Values]  # (1, 3, h, w) -> (1, 1, h, w), how surely each pixel is print
    recogniser: Callable[[Values], Posteriors]  # (n, 3, 48, w) -> (n, w / 8, classes)
    characters: Sequence[str]


def characters_of(listed: str) -> tuple[str, ...]:
    """Return the recogniser's classes by number, from the list that its file carries: CTC's blank, those, a space."""
    return ("", *listed.splitlines(), " ")


def _load(located: Located, *, threads: int) -> Networks:
    from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    # Pictures differ in shape: an arena grows with each new one and gives nothing back.
    options.enable_cpu_mem_arena = False
    # A thread that spins while it waits is CPU time of nobody's use.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")

    def session(file: str) -> InferenceSession:
        return InferenceSession(str(located.path / file), sess_options=options, providers=["CPUExecutionProvider"])

    def running(network: InferenceSession) -> Callable[[Values], Values]:
        name = network.get_inputs()[0].name
        return lambda values: network.run(None, {name: values})[0]

    detector, recogniser = session(DETECTION_FILE), session(RECOGNITION_FILE)
    listed = recogniser.get_modelmeta().custom_metadata_map[CHARACTERS_KEY]
    return Networks(running(detector), running(recogniser), characters_of(listed))
