"""The number words that date and number grammars share: a word in, its value out. A grammar adds what only it reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_EN_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)

EN_ONES: Mapping[str, int] = MappingProxyType({word: value for value, word in enumerate(_EN_BELOW_TWENTY.split())})
EN_TENS: Mapping[str, int] = MappingProxyType({word: 10 * at for at, word in enumerate(_EN_TENS.split(), 2)})
EN_SCALES: Mapping[str, int] = MappingProxyType(
    {"hundred": 100, "thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9,
     "trillion": 10**12}
)  # fmt: skip
EN_ORDINALS: Mapping[str, int] = MappingProxyType(
    {word: value for value, word in enumerate(_EN_ORDINALS.split(), 1)}
    | {f"{word[:-1]}ieth": value for word, value in EN_TENS.items()}
    | {f"{word}th": value for word, value in EN_SCALES.items() if word not in ("lakh", "crore")}
)
ZH_DIGITS: Mapping[str, int] = MappingProxyType({digit: value for value, digit in enumerate("零一二三四五六七八九")})
