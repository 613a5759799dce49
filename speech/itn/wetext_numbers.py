"""One number said in words, read by wetext's grammar: "三千五百" is 3500, "two hundred and five" 205.

In: a phrase that is nothing but one number. Out: its figures. wetext is loaded when first asked (0.2 s), once. Only its
numbers are used: its dates, times and money glue to each other ("2024/05/183:30p.m.") and change what was said ("¥").
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FIGURES = re.compile(r"\d+(?:\.\d+)?(?:[万亿]|\d)*(?: (?:million|billion))?")
_ZH_ONES = dict(zip("零一二两三四五六七八九", "01223456789", strict=True))
_EN_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_EN_ONES = {word: str(value) for value, word in enumerate([*_EN_WORDS.split(), "eighteen", "nineteen"])}
_LARGE = {"万": 10**4, "亿": 10**8, "million": 10**6, "billion": 10**9}
PHRASE_CHARS = 120
"""The longest number worth reading: "nine hundred ninety nine billion ..." has 110 characters."""


@lru_cache(maxsize=4096)
def zh_figures(phrase: str) -> str | None:
    """Return a Chinese number's figures, None where it is no number.

    >>> zh_figures("三百五"), zh_figures("两"), zh_figures("三点一四"), zh_figures("百")
    ('350', '2', '3.14', None)
    """
    if phrase in _ZH_ONES:
        return _ZH_ONES[phrase]
    return _read(phrase, "zh")


@lru_cache(maxsize=4096)
def en_figures(phrase: str) -> str | None:
    """Return an English number's figures, None where it is no number.

    >>> en_figures("a hundred and five"), en_figures("twenty-three"), en_figures("five"), en_figures("two million")
    ('105', '23', '5', '2 million')
    """
    words = phrase.replace("-", " ").removeprefix("a ") if phrase.startswith("a ") else phrase.replace("-", " ")
    words = f"one {words}" if phrase.startswith("a ") else words
    if words in _EN_ONES:
        return _EN_ONES[words]
    read = _read(words, "en")
    return f"0{read}" if read and read.startswith(".") else read


def amount_of(figures: str) -> float:
    """Return what figures amount to.

    >>> amount_of("1.5万"), amount_of("2 million"), amount_of("1亿2000万")
    (15000.0, 2000000.0, 120000000.0)
    """
    total = 0.0
    for number, large in re.findall(r"(\d+(?:\.\d+)?) ?(万|亿|million|billion)?", figures):
        total += float(number) * _LARGE.get(large, 1)
    return total


def _read(phrase: str, language: str) -> str | None:
    if not phrase or len(phrase) > PHRASE_CHARS:
        return None
    if phrase[0].isdigit():
        return phrase if _FIGURES.fullmatch(phrase) else None
    figures = _grammar(language)(phrase).strip()
    return figures if _FIGURES.fullmatch(figures) or figures.startswith(".") else None


@cache
def _grammar(language: str) -> Callable[[str], str]:
    from wetext import Normalizer  # type: ignore[import-untyped, unused-ignore]

    normalizer = Normalizer(lang=language, operator="itn", enable_0_to_9=True)
    normalize: Callable[[str], str] = normalizer.normalize
    return normalize
