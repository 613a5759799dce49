"""Tall pictures in pieces: a long screenshot's height in, overlapping tiles out, and each line given to one tile.

A reader scales a picture to a fixed size, which would leave nothing of a page ten screens long; a tile is read as it
is. What this does not know: wide strips; a line of print may be as long as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from vision.records import Line, Pixels

TALL = 3.0
"""Height over width from which a picture is cut: a phone's screen has 2.2, a till receipt up to 3."""
TILE_ASPECT = 2.0
MIN_TILE_PX = 640
OVERLAP = 0.25
"""Of a tile's height: more than two lines of print, so that each line is whole in one tile."""
MAX_TILES = 24
"""A page of 24 screens; what is longer is scaled down to it, so that a hostile strip costs no more."""
MIN_SHARE = 0.25
"""A tile narrower than a quarter of its height is widened with paper: readers enlarge the short side to a fixed one."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Rows [top, bottom) of a picture; lines whose middle lies in [first, last) are this tile's to tell."""

    top: int
    bottom: int
    first: float
    last: float


def tiles_of(height: int, width: int) -> tuple[Tile, ...]:
    """Cut a picture into tiles; one where it is not tall.

    >>> [(tile.top, tile.bottom) for tile in tiles_of(4000, 750)]
    [(0, 1500), (1125, 2625), (2250, 3750), (3375, 4000)]
    >>> len(tiles_of(1600, 750))
    1
    """
    if height <= max(TALL * width, MIN_TILE_PX):
        return (Tile(0, height, 0.0, float(height)),)
    length, step = _length(width), _step(width)
    tops = list(range(0, max(height - length + step, 1), step))
    tiles = []
    for number, top in enumerate(tops):
        bottom = min(top + length, height)
        first = 0.0 if number == 0 else top + length * OVERLAP / 2
        last = float(height) if number == len(tops) - 1 else top + step + length * OVERLAP / 2
        tiles.append(Tile(top, bottom, first, last))
    return tuple(tiles)


def longest(width: int) -> int:
    """Return the greatest height that MAX_TILES cover."""
    return _length(width) + (MAX_TILES - 1) * _step(width)


def _length(width: int) -> int:
    return int(max(TILE_ASPECT * width, MIN_TILE_PX))


def _step(width: int) -> int:
    return int(_length(width) * (1 - OVERLAP))


def cut(pixels: Pixels, tile: Tile) -> Pixels:
    """Take a tile out of a picture, widened with white paper where it is a narrow strip."""
    piece = pixels[tile.top : tile.bottom]
    missing = int(piece.shape[0] * MIN_SHARE) - piece.shape[1]
    if missing <= 0:
        return piece
    return np.pad(piece, ((0, 0), (0, missing), (0, 0)), constant_values=255)


def placed(lines: Iterable[Line], tile: Tile) -> tuple[Line, ...]:
    """Move a tile's lines to their place in the picture; leave out those that its neighbours tell."""
    kept = []
    for line in lines:
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = line.box
        middle = (y1 + y2 + y3 + y4) / 4 + tile.top
        if tile.first <= middle < tile.last:
            shift = float(tile.top)
            kept.append(replace(line, box=((x1, y1 + shift), (x2, y2 + shift), (x3, y3 + shift), (x4, y4 + shift))))
    return tuple(kept)
