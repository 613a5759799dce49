"""Spellings of a code: what is left when spaces, dashes, case and look-alikes are a matter of taste.

In: a text that holds a code. Out: its key, its skeleton, and the pieces of a label's line that may be the code.
It does not know which codes exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.extraction.spoken import read_spoken

MAX_QUERY_CHARS = 200
"""Longer than any product name in use; beyond it a query is a text, not a name."""
MAX_PIECES = 5
"""A nameplate's line carries a label, a code and at most a few ratings; more are sentences."""
MIN_PIECE_CHARS = 4

# Characters that readers and people take for one another, folded to one each.
_CONFUSABLE = str.maketrans("ODQILSBGZMN", "000115862HH")
_SAME_NAME = str.maketrans("IRE2ONPTJ", "AA1A0MBDG")
_LABEL = re.compile(
    r"(?:(?:产品|设备|机器|规格|商品)?(?:型号|机型)(?:规格|名称)?|规格|品名"
    r"|(?<![A-Za-z])(?:model|type|product|item|part|mod)(?![A-Za-z]))"
    r"[ ]{0,3}(?:(?:no|num|number|name|code|n0)(?![A-Za-z]))?[ .:,;#№()-]{0,6}",
    re.IGNORECASE,
)
_GLUED_LABEL = re.compile(r"\s{0,3}(?:model|type)(?=[A-Z0-9-]{0,20}[0-9])", re.IGNORECASE)
_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z+./()_-]{0,40}(?: [0-9A-Za-z+./()_-]{1,40}){0,9}")


def key_of(text: str) -> str:
    """Keep letters, digits and Han characters, in capitals.

    >>> key_of("Kfr-35 GW/n8")
    'KFR35GWN8'
    """
    return squeezed(read_spoken(text).text)


def squeezed(text: str) -> str:
    """Keep letters, digits and Han characters of folded text, in capitals."""
    return "".join(character for character in text.upper() if character.isalnum())


def skeleton_of(key: str) -> str:
    """Fold the characters that look alike.

    >>> skeleton_of("KFR35GWO") == skeleton_of("KFR3SGW0")
    True
    """
    return key.translate(_CONFUSABLE)


def spoken_skeleton_of(key: str) -> str:
    """Fold the characters whose names sound alike.

    >>> spoken_skeleton_of("AE0") == spoken_skeleton_of("I1O")
    True
    """
    return key.translate(_SAME_NAME)


def is_findable(key: str) -> bool:
    """Say whether a key is long enough to be looked for inside running text: two Han characters, or a short code."""
    if not key.isascii():
        return len(key) >= 2
    return len(key) >= 4 or (len(key) == 3 and any(c.isdigit() for c in key) and any(c.isalpha() for c in key))


def keys_within(text: str) -> tuple[str, ...]:
    """Return the keys a line may hold, the whole first: with its label, without, and each piece that looks like a code.

    >>> keys_within("型号: SM-G991O 额定电压 220V")
    ('型号SMG991O额定电压220V', 'SMG991O额定电压220V', 'SMG991O', '220V')
    """
    folded = read_spoken(text).text
    keys = dict.fromkeys([squeezed(folded)])
    label = _LABEL.search(folded) or _GLUED_LABEL.match(folded)
    if label:
        folded = folded[label.end() :]
        keys[squeezed(folded)] = None
    for match in _RUN.finditer(folded):
        pieces = [squeezed(piece) for piece in match.group().split(" ")]
        keys.update(dict.fromkeys(_joined(pieces[:MAX_PIECES])))
    return tuple(key for key in keys if key)[: 2 * MAX_PIECES]


def _joined(pieces: list[str]) -> Iterator[str]:
    """Yield neighbours together before each alone: readers put spaces into codes."""
    for count in (3, 2, 1):
        for at in range(len(pieces) - count + 1):
            piece = "".join(pieces[at : at + count])
            if _is_code_like(piece):
                yield piece


def _is_code_like(piece: str) -> bool:
    return len(piece) >= MIN_PIECE_CHARS and any(character.isdigit() for character in piece)
