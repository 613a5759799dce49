"""What a reader, a typist or a recogniser does to a symbol, as costs: -log of the probability.

In: nothing. Out: for each way of taking a code down, the cost of every swap, loss and gain. The groups are shapes and
sounds, not counts from any product list; what they yield is measured by training/eval_catalogue.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SYMBOLS = 64
_PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_INDEX = {character: at for at, character in enumerate(_PLAIN)}
PADDING = 63

# Readers: taken for one another in most fonts, then in some fonts, worn print or slanted photos.
_TWINS = ("0ODQ", "1IL", "5S", "8B", "6G", "2Z")
_ALIKE_GROUPS = "0CODQU 1I7TLJ 56S 38BSE G6C 9G4Q 4A AR BRP3 EF FPE HNMW KXHR UVYWJ Z72 XYK 7T1Z 2Z7 VWM"
_ALIKE = tuple(_ALIKE_GROUPS.split())
_ANY_SWAP = 7.0
# Typists: neighbours on a QWERTY keyboard's rows.
_ROWS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


@dataclass(frozen=True, slots=True)
class Channel:
    """Costs of one way of taking down: `swap[written, meant]`."""

    swap: NDArray[np.float32]  # (64, 64)
    gain: NDArray[np.float32]  # (64,) a symbol written that was not meant
    loss: NDArray[np.float32]  # (64,) a symbol meant that was not written
    kept: float


def symbols_of(text: str) -> NDArray[np.uint8]:
    """Number the symbols; what is neither letter nor digit shares one number.

    >>> symbols_of("A1 中").tolist()
    [10, 1, 62, 62]
    """
    return np.array([_INDEX.get(character, 62) for character in text], dtype=np.uint8)


def _channel(*, kept: float, swap: float, gain: float, loss: float) -> Channel:
    table = np.full((SYMBOLS, SYMBOLS), swap, dtype=np.float32)
    np.fill_diagonal(table, kept)
    table[62, 62] = kept + 1.0  # two Han characters share a number without being the same
    losses = np.full(SYMBOLS, loss, dtype=np.float32)
    return Channel(table, np.full(SYMBOLS, gain, dtype=np.float32), losses, kept)


def _lower(table: NDArray[np.float32], groups: Iterable[str], cost: float) -> None:
    for group in groups:
        for one in group:
            for other in group:
                if one != other:
                    at = (_INDEX[one], _INDEX[other])
                    table[at] = min(float(table[at]), cost)


@cache
def reader_channel() -> Channel:
    """One character in ten touched, half of them twins: -log(.1 * .5) = 3.0; any other swap one in a thousand."""
    channel = _channel(kept=0.1, swap=_ANY_SWAP, gain=6.2, loss=4.6)
    _lower(channel.swap, _ALIKE, 4.8)
    _lower(channel.swap, _TWINS, 2.9)
    return channel


@cache
def look_alikes(character: str) -> tuple[tuple[str, float], ...]:
    """Return the characters that a reader takes for this one, with what that costs beyond keeping it."""
    channel = reader_channel()
    row = channel.swap[_INDEX[character]] if character in _INDEX else np.full(SYMBOLS, _ANY_SWAP)
    found = ((other, float(row[at])) for at, other in enumerate(_PLAIN) if other != character)
    return tuple((other, cost - channel.kept) for other, cost in found if cost < _ANY_SWAP)


@cache
def typist_channel() -> Channel:
    """Three characters in a hundred touched: neighbours, and the digits and letters people do not tell apart."""
    channel = _channel(kept=0.03, swap=7.5, gain=6.0, loss=5.0)
    _lower(channel.swap, (row[at : at + 2] for row in _ROWS for at in range(len(row) - 1)), 5.5)
    _lower(channel.swap, _TWINS, 4.2)
    return channel


# Letters whose names sound alike in Chinese or in English.
_NAMED_SAME = ("AI", "E1", "O0", "AR", "R2")
_NAMED_ALIKE = ("MN", "BP", "DT", "GJ", "CX", "UV", "IY", "A8", "17", "69", "U6", "SX", "FS", "EY", "NO", "RI")
_NAMED_NEAR = ("BCDEGPTVZ3", "AJK8H", "FSXLM", "IY59", "Q2U", "VW", "CS", "QK", "4S")


@cache
def speller_channel() -> Channel:
    """Recognisers keep the number of letters better than the letters: vowels' names merge, the others keep a class."""
    channel = _channel(kept=0.15, swap=6.5, gain=5.0, loss=5.0)
    _lower(channel.swap, _NAMED_NEAR, 4.0)
    _lower(channel.swap, _NAMED_ALIKE, 2.8)
    _lower(channel.swap, _NAMED_SAME, 1.6)
    for vowel in "AEIO":
        channel.gain[_INDEX[vowel]] = channel.loss[_INDEX[vowel]] = 3.5
    return channel
