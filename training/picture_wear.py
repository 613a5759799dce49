"""A flat drawing in, a photograph or a saved screenshot of it out, with the names of what it went through.

Perspective, a wall around it, slant and quarter turns, light from one side, shadow, reflection, soft focus, motion,
sensor noise, small size, JPEG loss. What this does not know: dirt, scratches and bent plates.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Levels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Worn:
    """`content` is a JPEG or PNG file; `wear` names what was done to it, `turn` how far it was laid clockwise.

    `seen` (3, 3) takes a point of the flat drawing to the picture before it was turned.
    """

    content: bytes
    wear: tuple[str, ...]
    seen: npt.NDArray[np.float64]
    turn: int = 0


def photographed(flat: Image.Image, rng: Random, *, side_px: int, wear: tuple[str, ...], turn: int = 0) -> Worn:
    """Take a picture of a plate or a screen on a wall; the longer side comes out `side_px` long."""
    scene, seen = _laid(flat, rng, side_px, slant="slant" in wear, strength=0.14 if "perspective" in wear else 0.02)
    levels: Levels = scene.astype(np.float32)
    levels *= _light(levels.shape[:2], rng, 0.30 if "shadow" in wear else 0.10)
    if "shadow" in wear:
        levels *= _shadow(levels.shape[:2], rng)
    if "glare" in wear:
        levels += (255 - levels) * _glare(levels.shape[:2], rng)[:, :, None]
    if "blur" in wear:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), rng.uniform(1.1, 1.8) * side_px / 1600), np.float32)
    if "motion" in wear:
        levels = np.asarray(cv2.filter2D(levels, -1, _motion(rng, side_px)), np.float32)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(
        0, rng.uniform(6, 12) if "noise" in wear else 2.5, levels.shape
    )
    pixels = np.clip(levels + noise, 0, 255).astype(np.uint8)
    if turn:
        pixels = np.ascontiguousarray(np.rot90(pixels, -turn // 90))
    quality = rng.randint(38, 60) if "jpeg" in wear else rng.randint(75, 92)
    return Worn(_jpeg(pixels, quality), wear, seen, turn)


def saved(flat: Image.Image, rng: Random, *, scale: float, wear: tuple[str, ...]) -> Worn:
    """Save a screenshot as a phone or a messenger does: scaled, as PNG or as JPEG."""
    size = (max(1, round(flat.width * scale)), max(1, round(flat.height * scale)))
    picture = flat if scale == 1.0 else flat.resize(size, Image.Resampling.LANCZOS)
    seen = np.diag((picture.width / flat.width, picture.height / flat.height, 1.0))
    if "jpeg" in wear:
        return Worn(_jpeg(np.asarray(picture), rng.randint(40, 70)), wear, seen)
    content = io.BytesIO()
    picture.save(content, "PNG")
    return Worn(content.getvalue(), wear, seen)


def draw_wear(rng: Random, kinds: tuple[str, ...], *, most: int) -> tuple[str, ...]:
    """Draw what a picture goes through: of `kinds`, none to `most`."""
    return tuple(sorted(rng.sample(kinds, rng.randint(0, most))))


def _laid(
    flat: Image.Image, rng: Random, side_px: int, *, slant: bool, strength: float
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Lay the drawing on a wall, seen from an angle; return how its points moved, too."""
    scale = side_px / max(flat.size)
    width, height = round(flat.width * scale), round(flat.height * scale)
    margin = rng.uniform(0.04, 0.14)
    out_width, out_height = round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin))
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    shift = np.array([(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in corners], dtype=np.float32) * strength * 0.6
    target = (corners + shift) * (width, height)
    if slant:
        angle = np.radians(rng.uniform(-9, 9))
        turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
        target = (target - (width / 2, height / 2)) @ turn + (width / 2, height / 2)
    low, high = target.min(axis=0), target.max(axis=0)
    pad = np.array((out_width - width, out_height - height)) / 2
    out_width, out_height = (round(float(side)) for side in high - low + 2 * pad)
    target = (target - low + pad).astype(np.float32)
    source = (corners * flat.size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    pixels = np.asarray(flat.convert("RGB"))
    wall = _wall((out_height, out_width), rng)
    inside = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), matrix, (out_width, out_height))
    if scale < 0.7:  # like Pillow's reducing: interpolation alone would alias
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.35 / scale)
    turned = cv2.warpPerspective(pixels, matrix, (out_width, out_height), flags=cv2.INTER_CUBIC)
    share = (inside.astype(np.float32) / 255)[:, :, None]
    return (turned * share + wall * (1 - share)).astype(np.uint8), np.asarray(matrix, np.float64)


def _wall(shape: tuple[int, int], rng: Random) -> npt.NDArray[np.uint8]:
    shade = np.array([rng.randint(60, 225)] * 3) + [rng.randint(-18, 18) for _ in range(3)]
    grain = np.random.default_rng(rng.randrange(2**32)).normal(
        0, rng.uniform(1, 12), (shape[0] // 4 + 1, shape[1] // 4 + 1)
    )
    texture = cv2.resize(grain.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(shade[None, None, :] + texture[:, :, None], 0, 255).astype(np.uint8)


def _light(shape: tuple[int, int], rng: Random, depth: float) -> Levels:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * columns / shape[1] + np.sin(angle) * rows / shape[0]
    return np.asarray(1 - depth * (slope - slope.min()) / (slope.max() - slope.min()), np.float32)[:, :, None]


def _shadow(shape: tuple[int, int], rng: Random) -> Levels:
    """A hand's or a phone's shadow: one straight soft edge."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    far = np.cos(angle) * (columns / shape[1] - rng.uniform(0.3, 0.7)) + np.sin(angle) * (rows / shape[0] - 0.5)
    shade = 1 / (1 + np.exp(-far * rng.uniform(15, 60)))
    return np.asarray(1 - rng.uniform(0.3, 0.55) * shade, np.float32)[:, :, None]


def _glare(shape: tuple[int, int], rng: Random) -> Levels:
    """A lamp's reflection: bright in the middle, print still shows through."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = rng.uniform(0.1, 0.9) * shape[1], rng.uniform(0.1, 0.9) * shape[0]
    wide, high = rng.uniform(0.08, 0.25) * shape[1], rng.uniform(0.08, 0.25) * shape[0]
    far = ((columns - x) / wide) ** 2 + ((rows - y) / high) ** 2
    return np.asarray(rng.uniform(0.45, 0.75) * np.exp(-far), np.float32)


def _motion(rng: Random, side_px: int) -> Levels:
    length = max(3, round(rng.uniform(3, 5.5) * side_px / 1600))
    kernel = np.zeros((length, length), dtype=np.float32)
    end = rng.choice(((length - 1, 0), (length - 1, length - 1), (0, length - 1)))
    cv2.line(kernel, (0, 0), end, 1.0)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _jpeg(pixels: npt.NDArray[np.uint8], quality: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=quality)
    return content.getvalue()
