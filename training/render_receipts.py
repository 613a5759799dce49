"""Receipts drawn here: a seed in, a scanned or photographed paper with every print on it out.

    python -m training.render_receipts --out FOLDER --seeds 0-20

Words and layouts come from receipt_sets, fonts from page_fonts. Paper is printed as a thermal head prints: dots of one
ink, small type, faint where the head is cool, with columns of dots that fail. Two of three are scanned, the rest
photographed. What this does not know: creases, stains, handwriting and stamps.
"""

from __future__ import annotations

import io
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from training.page_fonts import Face, faces
from training.picture_wear import Worn, draw_wear, photographed
from training.receipt_sets import Composed, chinese_receipt, english_receipt
from training.rendered_pages import RenderedPage, main, split_of

PHOTO_WEAR = ("perspective", "slant", "shadow", "blur", "noise", "jpeg", "motion")
PAPER_UNITS = 575.0
"""receipt_sets lays rows on paper about so wide."""
HEAD_DOTS = (384, 576, 576)
"""Across paper of 58 and of 80 mm, at the eight dots a millimetre of thermal heads."""
SCAN_PX = (380, 460, 460, 560, 620, 620, 740, 930)
NEEDLED_DOTS = 500
"""Fewer leave a letter too few needles to be legible."""
SCANNED = 2 / 3
TALLEST = 1.1
"""Of a row's height: a font's whole line against the letters that receipt_sets counts."""

Levels = npt.NDArray[np.float32]


def render_receipt(seed: int) -> RenderedPage:
    """Draw the receipt of a seed."""
    rng, split = Random(f"receipt {seed}"), split_of(seed)
    language = ("zh", "en")[seed % 2]
    receipt = english_receipt(rng) if language == "en" else chinese_receipt(rng)
    face = faces(rng, split)
    flat = _printed(receipt, face, rng)
    worn = _scanned(flat, rng) if rng.random() < SCANNED else _photographed(flat, rng)
    return RenderedPage(
        name=f"receipt_{seed:05}.jpg",
        kind="receipt",
        language=language,
        layout="roll",
        face=face.name,
        wear=worn.wear,
        turn=0,
        fields=receipt.fields,
        content=worn.content,
        printed=tuple(face.printed),
        seen=worn.seen,
    )


def _printed(receipt: Composed, face: Face, rng: Random) -> Image.Image:
    """Print rows at the head's dots, then fade what it burnt."""
    dots = rng.choice(HEAD_DOTS)
    scale = dots / PAPER_UNITS
    bottom = max(line.box[2][1] for line in receipt.lines)
    picture = Image.new("L", (dots, round((bottom + 60) * scale)), 255)
    pen = ImageDraw.Draw(picture)
    for line in receipt.lines:
        (left, top), _, (right, low), _ = line.box
        size = max(9, round((low - top) * scale * TALLEST))
        room = min(right - left, PAPER_UNITS - 8) * scale
        size = max(9, min(size, int(size * room / max(1, face.width(line.text, size)))))
        width = face.width(line.text, size)
        x = max(2.0, min(left * scale, dots - 4.0 - width))
        face.write(pen, (x, top * scale), line.text, size_px=size, fill=(0,))
    ink: Levels = 1 - np.asarray(picture, np.float32) / np.float32(255)
    if rng.random() < 0.6:
        ink = (ink > rng.uniform(0.3, 0.6)).astype(np.float32)
    if rng.random() < 0.25 and dots > NEEDLED_DOTS:
        ink = _needled(ink, rng)
    return Image.fromarray(_burnt(ink, rng))


def _needled(ink: Levels, rng: Random) -> Levels:
    """Print by needles through a ribbon: round dots in a grid, which run into each other or leave gaps."""
    pitch = 2
    height, width = (side // pitch for side in ink.shape)
    dots = np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    grid = np.zeros((height * pitch, width * pitch), np.float32)
    grid[::pitch, ::pitch] = dots > rng.uniform(0.08, 0.2)
    spread = cv2.GaussianBlur(grid, (0, 0), pitch * rng.uniform(0.4, 0.55))
    laid = np.zeros_like(ink)
    laid[: spread.shape[0], : spread.shape[1]] = np.clip(spread * pitch * pitch * rng.uniform(0.8, 1.3), 0, 1)
    return laid


def _burnt(ink: Levels, rng: Random) -> npt.NDArray[np.uint8]:
    """Fade ink by place, drop columns of dots, and lay it on paper."""
    noise = np.random.default_rng(rng.randrange(2**32))
    height, width = ink.shape
    coarse = noise.uniform(0, 1, (height // 90 + 2, width // 90 + 2)).astype(np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    depth = rng.choice((1.0, 0.9, 0.75, 0.6, 0.45, 0.3, 0.22)) * (1 - rng.choice((0, 0.15, 0.4)) * patches)
    depth = depth * (1 - rng.choice((0, 0.1, 0.35)) * noise.uniform(0, 1, ink.shape))
    if rng.random() < 0.25:
        depth[:, noise.integers(0, width, rng.randint(1, 5))] *= 0.1
    paper = rng.uniform(215, 255)
    levels = paper - (paper - rng.uniform(10, 60)) * np.clip(ink * depth, 0, 1)
    return np.clip(levels, 0, 255).astype(np.uint8)


def _scanned(flat: Image.Image, rng: Random) -> Worn:
    """Scan the paper: a little slant, soft, some noise, JPEG loss."""
    scale = rng.choice(SCAN_PX) / flat.width
    width, height = round(flat.width * scale), round(flat.height * scale)
    angle = rng.uniform(-1.2, 1.2)
    seen = np.eye(3)
    seen[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    seen = seen @ np.diag((scale, scale, 1.0))
    pixels = np.asarray(flat, np.uint8)
    if scale < 1:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.35 / scale), np.uint8)
    laid = cv2.warpPerspective(pixels, seen, (width, height), flags=cv2.INTER_CUBIC, borderValue=(235,))
    levels = cv2.GaussianBlur(laid.astype(np.float32), (0, 0), rng.uniform(0.3, 1.5) * max(1.0, width / 620))
    noise = np.random.default_rng(rng.randrange(2**32))
    levels = levels + noise.normal(0, rng.uniform(1, 12), levels.shape)
    content = io.BytesIO()
    pixels = np.clip(levels, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).convert("RGB").save(content, "JPEG", quality=rng.randint(25, 80))
    return Worn(content.getvalue(), ("scanned",), seen)


def _photographed(flat: Image.Image, rng: Random) -> Worn:
    wear = draw_wear(rng, PHOTO_WEAR, most=3)
    side = round(rng.choice((0.9, 1.2, 1.6)) * max(flat.size))
    worn = photographed(flat.convert("RGB"), rng, side_px=min(2600, side), wear=wear)
    return Worn(worn.content, ("photographed", *worn.wear), worn.seen)


if __name__ == "__main__":
    main(render_receipt, prog="python -m training.render_receipts", about=__doc__)
